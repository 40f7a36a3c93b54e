// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.AFTER_RESPONSE;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;

import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Regex;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import java.util.Arrays;
import java.util.List;

/** Actions on the start line (HAProxy manual 4.2, {@code http-request}). */
final class RequestLineActions {
    private static final byte[] HOST = Text.bytes("host");
    private static final byte[] LENGTH = Text.bytes("content-length");
    private static final byte[] ZERO = {'0'};

    private static final String ONE = "expects exactly 1 argument <format>";

    /** A part of the request's target. */
    private enum Part {
        PATH,
        PATH_AND_QUERY,
        QUERY,
        ALL
    }

    static final List<Keyword<ActionKind>> ALL = List.of(
            action("set-path", REQUEST)
                    .arguments("<format>")
                    .doc("replaces the path")
                    .as(line -> set(line, Part.PATH)),
            action("set-pathq", REQUEST)
                    .arguments("<format>")
                    .doc("replaces the path and the query")
                    .as(line -> set(line, Part.PATH_AND_QUERY)),
            action("set-query", REQUEST)
                    .arguments("<format>")
                    .doc("replaces the query")
                    .as(line -> set(line, Part.QUERY)),
            action("set-uri", REQUEST)
                    .arguments("<format>")
                    .doc("replaces the whole target")
                    .as(line -> set(line, Part.ALL)),
            action("replace-path", REQUEST)
                    .arguments("<regex> <format>")
                    .doc("rewrites the path where it matches")
                    .as(line -> replace(line, Part.PATH)),
            action("replace-pathq", REQUEST)
                    .arguments("<regex> <format>")
                    .doc("rewrites path and query where they match")
                    .as(line -> replace(line, Part.PATH_AND_QUERY)),
            action("replace-uri", REQUEST)
                    .arguments("<regex> <format>")
                    .doc("rewrites the target where it matches")
                    .as(line -> replace(line, Part.ALL)),
            action("set-method", REQUEST)
                    .arguments("<format>")
                    .doc("replaces the method")
                    .as(RequestLineActions::setMethod),
            action("set-status", RESPONSE, AFTER_RESPONSE)
                    .arguments("<status> [reason <text>]")
                    .doc("replaces the response's status")
                    .as(RequestLineActions::setStatus));

    private RequestLineActions() {}

    private static Format oneFormat(ActionLine line) {
        if (!line.hasArgument()) {
            throw new SampleError(ONE);
        }
        Format format = line.format(ONE);
        onlyConditionLeft(line, ONE);
        return format;
    }

    private static void onlyConditionLeft(ActionLine line, String complaint) {
        if (line.words().hasNext() && !ActionLine.isCondition(line.words().peek())) {
            throw new SampleError(complaint);
        }
    }

    private static Action set(ActionLine line, Part part) {
        Format format = oneFormat(line);
        return facts -> {
            Output out = format.render(facts);
            int length = out.length();
            byte[] value = Arrays.copyOf(out.bytes(), length);
            return assemble(facts, part, out, value, 0, length);
        };
    }

    /** Writes the target anew with one part replaced, and points the request at it. */
    private static Verdict assemble(Facts facts, Part part, Output out, byte[] value, int start, int end) {
        if (!clean(value, start, end)) {
            return Edits.failed(facts);
        }
        Request request = facts.request;
        byte[] bytes = request.bytes();
        int path = pathStart(request);
        int query = queryStart(request);
        out.clear();
        switch (part) {
            case PATH -> {
                out.append(bytes, request.uriStart(), path);
                out.append(value, start, end);
                out.append(bytes, query, request.uriEnd());
            }
            case PATH_AND_QUERY -> {
                out.append(bytes, request.uriStart(), path);
                out.append(value, start, end);
            }
            case QUERY -> {
                out.append(bytes, request.uriStart(), query);
                if (end > start || query < request.uriEnd()) {
                    out.append('?'); // one that was there stays
                }
                out.append(value, start, end);
            }
            case ALL -> out.append(value, start, end);
        }
        Verdict verdict = Edits.target(facts, out);
        return verdict == Verdict.CONTINUE && part == Part.ALL ? follow(facts) : verdict;
    }

    /** The field Host says what an absolute target does (RFC 9112 section 3.2.2). */
    private static Verdict follow(Facts facts) {
        Request request = facts.request;
        byte[] bytes = request.bytes();
        int end = pathStart(request);
        int start = request.uriStart();
        while (start < end && bytes[start] != '/') {
            start++;
        }
        Headers headers = request.headers();
        int host = headers.find(HOST, 0);
        if (host < 0 || start + 2 >= end) {
            return Verdict.CONTINUE; // a path alone
        }
        return headers.replace(host, bytes, start + 2, end) ? Verdict.CONTINUE : Edits.failed(facts);
    }

    /** No blank and no control character may come into a start line. */
    private static boolean clean(byte[] value, int start, int end) {
        for (int i = start; i < end; i++) {
            if (value[i] >= 0 && value[i] <= ' ') {
                return false;
            }
        }
        return true;
    }

    static int pathStart(Request request) {
        byte[] bytes = request.bytes();
        int start = request.uriStart();
        int end = request.uriEnd();
        if (start == end || bytes[start] == '/' || bytes[start] == '*') {
            return start;
        }
        for (int i = start; i + 2 < end; i++) {
            if (bytes[i] == ':' && bytes[i + 1] == '/' && bytes[i + 2] == '/') {
                int slash = i + 3;
                while (slash < end && bytes[slash] != '/' && bytes[slash] != '?') {
                    slash++;
                }
                return slash;
            }
        }
        return end;
    }

    /** Where the question mark stands, or the end. */
    static int queryStart(Request request) {
        for (int i = request.uriStart(); i < request.uriEnd(); i++) {
            if (request.bytes()[i] == '?') {
                return i;
            }
        }
        return request.uriEnd();
    }

    private static Action replace(ActionLine line, Part part) {
        String two = "expects exactly 2 arguments <match-regex> and <replace-format>";
        if (!line.hasArgument()) {
            throw new SampleError(two);
        }
        String pattern = line.words().next();
        if (pattern.isEmpty() || !line.words().hasNext() || line.words().peek().isEmpty()) {
            throw new SampleError(two);
        }
        Regex regex;
        try {
            regex = Regex.compile(pattern, false);
        } catch (SampleError error) {
            throw new SampleError("failed to parse the regex : " + error.text());
        }
        Format format = line.format(two);
        onlyConditionLeft(line, two);
        return facts -> {
            Output out = format.render(facts);
            byte[] replacement = Arrays.copyOf(out.bytes(), out.length());
            Request request = facts.request;
            int start = part == Part.ALL ? request.uriStart() : pathStart(request);
            int end = part == Part.PATH ? queryStart(request) : request.uriEnd();
            Sample result = facts.scratch.value;
            if (part != Part.ALL && (start == request.uriEnd() || request.bytes()[start] != '/')) {
                return Verdict.CONTINUE; // no path, such as "*"
            }
            return regex.expand(facts, request.bytes(), start, end, replacement, result)
                    ? assemble(facts, part, out, result.bytes, result.start, result.end)
                    : Verdict.CONTINUE;
        };
    }

    private static Action setMethod(ActionLine line) {
        Format format = oneFormat(line);
        return facts -> {
            Output out = format.render(facts);
            int at = clean(out.bytes(), 0, out.length()) && out.length() > 0
                    ? facts.request.headers().stash(out.bytes(), 0, out.length())
                    : -1;
            if (at < 0) {
                return Edits.failed(facts);
            }
            facts.request.method(at, at + out.length());
            return Verdict.CONTINUE;
        };
    }

    private static Action setStatus(ActionLine line) {
        String usage = "expects 1 argument: <status>; or 3 arguments: <status> reason <fmt>";
        if (!line.hasArgument()) {
            throw new SampleError(usage);
        }
        int status = Status.parse(line.words().next(), 100, 999);
        if (status < 0) {
            throw new SampleError("expects an integer status code between 100 and 999");
        }
        byte[] reason = Text.bytes(Status.reason(status));
        if (line.words().peek().equals("reason")
                && line.words().position() + 1 < line.words().line().size()) {
            line.words().next();
            reason = Text.bytes(line.words().next());
        }
        byte[] text = reason;
        boolean bodiless = status < 200 || status == 204 || status == 304;
        return facts -> {
            if (bodiless && facts.response.framing() != Framing.NONE) {
                return Edits.failed(facts); // its body would be taken for the next response
            }
            int at = facts.response.headers().stash(text, 0, text.length);
            if (at < 0) {
                return Edits.failed(facts);
            }
            facts.response.startLine(status, at, at + text.length, facts.response.minorVersion());
            facts.status = status;
            if (!bodiless && facts.response.framing() == Framing.NONE && facts.request.method() != Method.HEAD) {
                Headers headers = facts.response.headers(); // whose client waits for a body now
                headers.removeAll(LENGTH);
                return Edits.add(facts, true, LENGTH, ZERO, 0, ZERO.length);
            }
            return Verdict.CONTINUE;
        };
    }
}
