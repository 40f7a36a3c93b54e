// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.AFTER_RESPONSE;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;

import io.tandem.node.frontend.http.Headers;
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
import java.util.List;
import java.util.Locale;

/** Actions on header fields (HAProxy manual 4.2, {@code http-request}). */
final class HeaderActions {
    private static final String TWO = "expects exactly 2 arguments";
    private static final String THREE = "expects exactly 3 arguments";

    static final List<Keyword<ActionKind>> ALL = List.of(
            action("set-header", REQUEST, RESPONSE, AFTER_RESPONSE)
                    .arguments("<name> <format>")
                    .doc("adds a header field and removes those of that name")
                    .as(line -> addition(line, true)),
            action("add-header", REQUEST, RESPONSE, AFTER_RESPONSE)
                    .arguments("<name> <format>")
                    .doc("adds a header field")
                    .as(line -> addition(line, false)),
            action("del-header", REQUEST, RESPONSE, AFTER_RESPONSE)
                    .arguments("<name> [-m <method>]")
                    .doc("removes the header fields of that name, or whose name matches")
                    .as(HeaderActions::removal),
            action("replace-header", REQUEST, RESPONSE, AFTER_RESPONSE)
                    .arguments("<name> <regex> <format>")
                    .doc("rewrites the header fields of that name whose whole value matches")
                    .as(line -> replacement(line, true)),
            action("replace-value", REQUEST, RESPONSE, AFTER_RESPONSE)
                    .arguments("<name> <regex> <format>")
                    .doc("rewrites the comma-separated values of that name that match")
                    .as(line -> replacement(line, false)));

    private HeaderActions() {}

    private static Action addition(ActionLine line, boolean removesOthers) {
        String written = twoArguments(line);
        byte[] name = Text.bytes(written);
        byte[] lowerName = Text.bytes(written.toLowerCase(Locale.ROOT));
        Format format = line.format(TWO);
        boolean response = line.set().isResponse();
        return facts -> {
            Output value = format.render(facts);
            int end = cutAtLineBreak(value);
            if (removesOthers) {
                Edits.headers(facts, response).removeAll(lowerName);
            }
            return Edits.add(facts, response, name, value.bytes(), 0, end);
        };
    }

    private static String twoArguments(ActionLine line) {
        if (!line.hasArgument()) {
            throw new SampleError(TWO);
        }
        String name = line.words().next();
        if (name.isEmpty() || line.words().peek().isEmpty()) {
            throw new SampleError(TWO);
        }
        return name;
    }

    /** A decoded line break must not begin another field. */
    static int cutAtLineBreak(Output value) {
        for (int i = 0; i < value.length(); i++) {
            byte b = value.bytes()[i];
            if (b == '\r' || b == '\n' || b == 0) {
                return i;
            }
        }
        return value.length();
    }

    private static Action removal(ActionLine line) {
        if (!line.hasArgument()) {
            throw new SampleError("expects at least 1 argument");
        }
        String name = line.words().next();
        String method = "str";
        if (line.words().accept("-m")) {
            method = line.argument("-m flag expects exactly 1 argument");
        }
        boolean response = line.set().isResponse();
        byte[] lower = Text.bytes(name.toLowerCase(Locale.ROOT));
        return switch (method) {
            case "str" ->
                facts -> {
                    Edits.headers(facts, response).removeAll(lower);
                    return Verdict.CONTINUE;
                };
            case "beg" ->
                removal(response, (facts, bytes, start, end) -> Text.startsWith(bytes, start, end, lower, true));
            case "end" ->
                removal(
                        response,
                        (facts, bytes, start, end) -> end - start >= lower.length
                                && Text.startsWith(bytes, end - lower.length, end, lower, true));
            case "sub" -> removal(response, (facts, bytes, start, end) -> contains(bytes, start, end, lower));
            case "reg" -> {
                Regex regex = Regex.compile(name, false); // of names in lower case
                yield removal(response, regex::matches);
            }
            default -> throw new SampleError("-m with unsupported matching method '" + method + "'");
        };
    }

    private static boolean contains(byte[] bytes, int start, int end, byte[] lower) {
        for (int i = start; i + lower.length <= end; i++) {
            if (Text.startsWith(bytes, i, end, lower, true)) {
                return true;
            }
        }
        return false;
    }

    @FunctionalInterface
    private interface NameTest {
        boolean matches(Facts facts, byte[] bytes, int start, int end);
    }

    private static Action removal(boolean response, NameTest test) {
        return facts -> {
            Headers headers = Edits.headers(facts, response);
            for (int i = 0; i < headers.count(); i++) {
                if (headers.isLive(i)
                        && test.matches(facts, headers.bytes(), headers.nameStart(i), headers.nameEnd(i))) {
                    headers.remove(i);
                }
            }
            return Verdict.CONTINUE;
        };
    }

    private static Action replacement(ActionLine line, boolean whole) {
        if (!line.hasArgument()) {
            throw new SampleError(THREE);
        }
        String written = line.words().next();
        if (!line.words().hasNext()) {
            throw new SampleError(THREE);
        }
        String pattern = line.words().next();
        if (written.isEmpty()
                || pattern.isEmpty()
                || !line.words().hasNext()
                || line.words().peek().isEmpty()) {
            throw new SampleError(THREE);
        }
        Regex regex = Regex.compile(pattern, false);
        Format format = line.format(THREE);
        byte[] name = Text.bytes(written.toLowerCase(Locale.ROOT));
        boolean response = line.set().isResponse();
        return facts -> {
            Headers headers = Edits.headers(facts, response);
            int count = headers.count();
            Verdict verdict = Verdict.CONTINUE;
            int i = headers.find(name, 0);
            while (i >= 0 && i < count && verdict == Verdict.CONTINUE) {
                // The format may ask for other fields, so it is written anew for each.
                Output template = format.render(facts);
                verdict = whole
                        ? replaceWhole(facts, headers, i, regex, template)
                        : replaceValues(facts, headers, i, regex, template);
                i = headers.find(name, i + 1);
            }
            return verdict;
        };
    }

    private static Verdict replaceWhole(Facts facts, Headers headers, int i, Regex regex, Output template) {
        Sample out = facts.scratch.value;
        byte[] replacement = java.util.Arrays.copyOf(template.bytes(), template.length());
        return regex.expand(facts, headers.bytes(), headers.valueStart(i), headers.valueEnd(i), replacement, out)
                ? replace(facts, headers, i, out.bytes, out.start, out.end)
                : Verdict.CONTINUE;
    }

    private static Verdict replaceValues(Facts facts, Headers headers, int i, Regex regex, Output template) {
        byte[] replacement = java.util.Arrays.copyOf(template.bytes(), template.length());
        Output line = template;
        line.clear();
        byte[] bytes = headers.bytes();
        int limit = headers.valueEnd(i);
        int at = headers.valueStart(i);
        boolean changed = false;
        while (at <= limit) {
            int comma = comma(bytes, at, limit);
            int start = at;
            while (start < comma && isBlank(bytes[start])) {
                start++;
            }
            int end = comma;
            while (end > start && isBlank(bytes[end - 1])) {
                end--;
            }
            Sample out = facts.scratch.value;
            if (regex.expand(facts, bytes, start, end, replacement, out)) {
                line.append(out.bytes, out.start, out.end);
                changed = true;
            } else {
                line.append(bytes, at, comma);
            }
            if (comma < limit) {
                line.append(',');
            }
            at = comma + 1;
        }
        return changed ? replace(facts, headers, i, line.bytes(), 0, line.length()) : Verdict.CONTINUE;
    }

    /** The next comma that no quotes protect, or {@code limit}. */
    private static int comma(byte[] bytes, int from, int limit) {
        boolean quoted = false;
        int at = from;
        while (at < limit && (quoted || bytes[at] != ',')) {
            quoted ^= bytes[at] == '"';
            at++;
        }
        return at;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static Verdict replace(Facts facts, Headers headers, int i, byte[] value, int start, int end) {
        return Edits.isSafe(value, start, end) && headers.replace(i, value, start, end)
                ? Verdict.CONTINUE
                : Edits.failed(facts);
    }
}
