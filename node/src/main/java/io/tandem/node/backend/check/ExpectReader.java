// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.LineError;
import io.tandem.node.rules.regex.CompiledRegex;
import io.tandem.node.rules.regex.RegexSyntaxException;
import io.tandem.node.rules.regex.Regexes;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads an {@code expect} rule. Lives while its line is read. */
final class ExpectReader {
    private static final List<String> OF_TCP =
            List.of("string", "rstring", "string-lf", "binary", "rbinary", "binary-lf", "custom");
    private static final List<String> OF_HTTP =
            List.of("string", "rstring", "string-lf", "status", "rstatus", "hdr", "fhdr", "custom");
    private static final String FIELD = "expects at the name keyword as first argument followed by a pattern";

    private final RuleWords words;
    private @Nullable String kind;
    private String pattern = "";
    private @Nullable HeadMatch field;
    private boolean inverted;
    private int minReceived = -1;
    private @Nullable Status ok;
    private @Nullable Status error;
    private @Nullable Status timeout;
    private ExpectStep.@Nullable Words onSuccess;
    private ExpectStep.@Nullable Words onError;
    private ExpectStep.@Nullable Code statusCode;
    private String comment = "";

    ExpectReader(RuleWords words) {
        this.words = words;
    }

    ExpectStep read() {
        if (!words.hasNext()) {
            throw words.error("expects at least a matching pattern as arguments");
        }
        while (words.hasNext()) {
            word(words.next());
        }
        String found = kind;
        if (found == null) {
            throw words.error("pattern not found");
        }
        BytesMatch bytes = null;
        HeadMatch head = field;
        switch (found) {
            case "string" -> bytes = BytesMatch.string(pattern);
            case "rstring" -> bytes = BytesMatch.regex(regex(pattern));
            case "string-lf" -> bytes = BytesMatch.string(FormatText.read(words, pattern));
            case "binary" -> bytes = BytesMatch.binary(HexText.read(words, pattern, "invalid binary string (", ")"));
            case "rbinary" -> bytes = BytesMatch.binaryRegex(regex(pattern));
            case "binary-lf" -> bytes = BytesMatch.binary(FormatText.read(words, pattern));
            case "status" -> head = HeadMatch.status(ranges(pattern));
            case "rstatus" -> head = HeadMatch.status(regex(pattern));
            case "custom" -> bytes = BytesMatch.string("");
            default -> {} // a field has been read with its words
        }
        return new ExpectStep(
                bytes, head, inverted, minReceived, ok, error, timeout, onSuccess, onError, statusCode, comment);
    }

    private void word(String read) {
        String word = read;
        if (word.startsWith("!")) {
            inverted = !inverted;
            word = word.substring(1);
            if (word.isEmpty()) {
                if (words.hasNext()) {
                    return;
                }
                throw unknown(word);
            }
        }
        switch (word) {
            case "min-recv" -> minReceived();
            case "comment" -> comment = words.value("'comment' expects a string as argument");
            case "on-success" -> onSuccess = text("on-success");
            case "on-error" -> onError = text("on-error");
            case "ok-status" ->
                ok = status("ok-status", "'L4OK', 'L6OK', 'L7OK' or 'L7OKC'", "L4OK", "L6OK", "L7OK", "L7OKC");
            case "error-status" ->
                error = status(
                        "error-status",
                        "'L4CON', 'L6RSP', 'L7RSP' or 'L7STS'",
                        "L4CON",
                        "L6RSP",
                        "L7RSP",
                        "L7STS",
                        "L7OKC");
            case "tout-status" ->
                timeout = status("tout-status", "'L4TOUT', 'L6TOUT' or 'L7TOUT'", "L4TOUT", "L6TOUT", "L7TOUT");
            case "status-code" ->
                statusCode = ExpectStep.code(words.expression(
                        "status-code", words.value("'status-code' expects an expression as argument")));
            default -> pattern(word);
        }
    }

    private void minReceived() {
        String text = words.value("'min-recv' expects a integer as argument");
        minReceived = Arguments.leadingInteger(text);
        if (minReceived < -1) {
            throw words.error("'min-recv' expects -1 or an integer from 0 to INT_MAX");
        }
    }

    private FormatText text(String option) {
        return FormatText.read(words, words.value("'" + option + "' expects a string as argument"));
    }

    private Status status(String option, String listed, String... accepted) {
        String word = words.value("'" + option + "' expects a string as argument");
        if (!List.of(accepted).contains(word)) {
            throw words.error("'" + option + "' only supports " + listed + " status (got '" + word + "').");
        }
        return Status.valueOf(word);
    }

    private void pattern(String word) {
        if (!(words.isHttp() ? OF_HTTP : OF_TCP).contains(word)) {
            throw unknown(word);
        }
        if (kind != null) {
            throw words.error("only on pattern expected");
        }
        kind = word;
        switch (word) {
            case "custom" -> {}
            case "hdr", "fhdr" -> field = field(word);
            default -> pattern = words.value("'" + word + "' expects a <pattern> as argument");
        }
    }

    private LineError unknown(String word) {
        return words.error((words.isHttp()
                        ? "'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf', '[!]status',"
                                + " '[!]rstatus', [!]hdr, [!]fhdr or comment"
                        : "'only supports min-recv, '[!]binary', '[!]string', '[!]rstring', '[!]string-lf''[!]rbinary',"
                                + " '[!]binary-lf' or comment")
                + " but got '" + word + "' as argument.");
    }

    // ---- fields of HTTP

    private HeadMatch field(String word) {
        boolean format = words.peek().equals("name-lf");
        if (!format && !words.peek().equals("name")) {
            throw words.error("'" + word + "' " + FIELD);
        }
        words.next();
        HeadMatch.TextMatch name = text(word, format, true, FIELD);
        HeadMatch.TextMatch value = null;
        if (words.peek().equals("value") || words.peek().equals("value-lf")) {
            format = words.next().equals("value-lf");
            value = text(word, format, false, "expect a pattern with the value keyword");
        }
        return HeadMatch.field(word.equals("fhdr"), name, value);
    }

    private HeadMatch.TextMatch text(String word, boolean format, boolean folds, String missing) {
        if (!words.hasNext()) {
            throw words.error("'" + word + "' " + missing);
        }
        String method = "str";
        if (words.accept("-m")) {
            method = words.value(
                    "'" + word + "' : '-m' expects at a matching pattern ('str', 'beg', 'end', 'sub' or 'reg')");
            if (!List.of("str", "beg", "end", "sub", "reg").contains(method)) {
                throw words.error("'" + word + "' : '-m' only supports 'str', 'beg', 'end', 'sub' or 'reg' (got '"
                        + method + "')");
            }
            if (format && method.equals("reg")) {
                throw words.error("'" + word + "': log-format string is not supported with a regex matching method");
            }
        }
        String text = words.value("'" + word + "' " + missing);
        if (method.equals("reg")) {
            return HeadMatch.TextMatch.of(regex(text));
        }
        if (format) {
            return HeadMatch.TextMatch.of(method, FormatText.read(words, text), folds);
        }
        byte[] bytes = Text.bytes(text);
        return HeadMatch.TextMatch.of(method, facts -> bytes, folds);
    }

    // ---- patterns

    private CompiledRegex regex(String text) {
        try {
            return Regexes.compile(text, false, false);
        } catch (RegexSyntaxException e) {
            throw words.error(
                    "regex '" + text + "' is invalid (error=" + e.reason() + ", erroffset=" + e.offset() + ")");
        }
    }

    private List<HeadMatch.Range> ranges(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && c != ',' && c != '-') {
                throw words.error("invalid character '" + c + "' in the list of status codes");
            }
        }
        List<HeadMatch.Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            String[] bounds = part.split("-", -1);
            boolean numbers = part.matches("[0-9]{1,9}(-[0-9]{1,9})?");
            if (!numbers || Integer.parseInt(bounds[0]) > Integer.parseInt(bounds[bounds.length - 1])) {
                throw words.error("invalid range of status codes '" + part + "'");
            }
            ranges.add(new HeadMatch.Range(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[bounds.length - 1])));
        }
        return ranges;
    }
}
