// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code redirect}: another location, prefix or scheme (HAProxy manual 4.2). */
final class Redirect implements Action {
    private static final byte[] HOST = Text.bytes("host");

    private enum Kind {
        LOCATION,
        PREFIX,
        SCHEME
    }

    private final Kind kind;
    private final Format target;
    private final int code;
    private final boolean dropQuery;
    private final boolean appendSlash;
    private final boolean ignoreEmpty;
    private final byte[] head;
    private final byte[] tail;

    private Redirect(Builder builder, Kind kind, Format target) {
        this.kind = kind;
        this.target = target;
        code = builder.code;
        dropQuery = builder.dropQuery;
        appendSlash = builder.appendSlash;
        ignoreEmpty = builder.ignoreEmpty;
        String reason =
                switch (code) {
                    case 301 -> "Moved Permanently";
                    case 303 -> "See Other";
                    case 307 -> "Temporary Redirect";
                    case 308 -> "Permanent Redirect";
                    default -> "Found";
                };
        head = Text.bytes("HTTP/1.1 " + code + " " + reason + "\r\ncontent-length: 0\r\nlocation: ");
        boolean permanent = code == 301 || code == 308;
        tail = Text.bytes("\r\n" + (permanent ? "" : "cache-control: no-cache\r\n")
                + (builder.cookie == null ? "" : "set-cookie: " + builder.cookie + "\r\n") + "\r\n");
    }

    /** Takes the words of a redirection up to its condition. */
    static Action parse(ActionLine line) {
        return new Builder().read(line);
    }

    private static final class Builder {
        private @Nullable Kind kind;
        private @Nullable String target;
        private int code = 302;
        private boolean dropQuery;
        private boolean appendSlash;
        private boolean ignoreEmpty;
        private @Nullable String cookie;

        Action read(ActionLine line) {
            while (line.hasArgument()) {
                String word = line.words().next();
                switch (word) {
                    case "location" -> target(Kind.LOCATION, value(line, word));
                    case "prefix" -> target(Kind.PREFIX, value(line, word));
                    case "scheme" -> target(Kind.SCHEME, value(line, word));
                    case "code" -> code(value(line, word));
                    case "set-cookie" -> {
                        String text = value(line, word);
                        cookie = text + "; path=/;";
                    }
                    case "clear-cookie" -> {
                        cookie = value(line, word) + "; path=/; Max-Age=0;";
                    }
                    case "drop-query" -> dropQuery = true;
                    case "append-slash" -> appendSlash = true;
                    case "ignore-empty" -> ignoreEmpty = true;
                    default ->
                        throw new SampleError("expects 'code', 'prefix', 'location', 'scheme', 'set-cookie',"
                                + " 'clear-cookie', 'drop-query', 'ignore-empty' or 'append-slash' (was '" + word
                                + "')");
                }
            }
            Kind chosen = kind;
            String text = target;
            if (chosen == null || text == null) {
                throw new SampleError("redirection type expected ('prefix', 'location', or 'scheme')");
            }
            if (chosen != Kind.LOCATION && line.set().isResponse()) {
                throw new SampleError("response only supports redirect type 'location'");
            }
            return new Redirect(
                    this,
                    chosen,
                    ActionLine.format(line.words(), FormatParser.parse(text, line.site(), Format.Style.VALUE)));
        }

        private void target(Kind newKind, String text) {
            kind = newKind;
            target = text;
        }

        private static String value(ActionLine line, String word) {
            if (!line.words().hasNext()) {
                throw new SampleError("missing argument for '" + word + "'");
            }
            return line.words().next();
        }

        private void code(String text) {
            code = Status.parse(text, 300, 399);
            if (code != 301 && code != 302 && code != 303 && code != 307 && code != 308) {
                throw new SampleError(
                        "'code': unsupported HTTP code '" + text + "' (must be one of 301, 302, 303, 307 or 308)");
            }
        }
    }

    @Override
    public Verdict perform(Facts facts) {
        Output out = facts.scratch.output;
        out.clear();
        out.append(head);
        int start = out.length();
        target.write(facts, out);
        if (ignoreEmpty && out.length() == start) {
            return Verdict.CONTINUE;
        }
        Request request = facts.request;
        if (kind == Kind.SCHEME) {
            out.append(':');
            out.append('/');
            out.append('/');
            Headers headers = request.headers();
            int host = headers.find(HOST, 0);
            if (host >= 0) {
                out.append(headers.bytes(), headers.valueStart(host), headers.valueEnd(host));
            }
        }
        if (kind != Kind.LOCATION) {
            path(request, out);
        }
        if (!Edits.isSafe(out.bytes(), start, out.length())) {
            return Edits.failed(facts);
        }
        out.append(tail);
        byte[] bytes = Arrays.copyOf(out.bytes(), out.length());
        facts.reply = new Reply(code, bytes, bytes.length, false);
        facts.terminationWho = Termination.LOCAL;
        facts.terminationWhen = facts.responding ? Termination.IN_HEADERS : Termination.IN_REQUEST;
        return Verdict.REPLY;
    }

    private void path(Request request, Output out) {
        int from = RequestLineActions.pathStart(request);
        int query = RequestLineActions.queryStart(request);
        int to = dropQuery ? query : request.uriEnd();
        byte[] bytes = request.bytes();
        // A prefix that is "/" alone stands for nothing in front of the path.
        boolean slashOnly = kind == Kind.PREFIX && out.bytes()[out.length() - 1] == '/' && isOnlySlash(out);
        if (slashOnly) {
            out.length(out.length() - 1);
        }
        if (from == request.uriEnd() || bytes[from] != '/') {
            out.append('/'); // no path, such as "*"
            return;
        }
        out.append(bytes, from, to);
        if (appendSlash && to > from && bytes[to - 1] != '/') {
            out.append('/');
        }
    }

    private boolean isOnlySlash(Output out) {
        return out.length() == head.length + 1;
    }
}
