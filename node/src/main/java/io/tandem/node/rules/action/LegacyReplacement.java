// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Regex;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Text;
import java.util.Arrays;

/** {@code reqrep} and {@code rsprep}: a line that matches is replaced whole, the start line included. */
final class LegacyReplacement implements Action {
    private final Regex regex;
    private final byte[] replacement;
    private final boolean response;

    LegacyReplacement(Regex regex, byte[] replacement, boolean response) {
        this.regex = regex;
        this.replacement = replacement;
        this.response = response;
    }

    @Override
    public Verdict perform(Facts facts) {
        Output out = facts.scratch.output;
        Sample line = facts.scratch.value;
        LegacyLine.start(facts, response, out);
        Verdict verdict = regex.expand(facts, out.bytes(), 0, out.length(), replacement, line)
                ? startLine(facts, line)
                : Verdict.CONTINUE;
        Headers headers = Edits.headers(facts, response);
        int count = headers.count();
        for (int i = 0; i < count && verdict == Verdict.CONTINUE; i++) {
            if (headers.isLive(i)) {
                LegacyLine.field(headers, i, out);
                if (regex.expand(facts, out.bytes(), 0, out.length(), replacement, line)) {
                    verdict = field(facts, headers, i, line);
                }
            }
        }
        return verdict;
    }

    private Verdict startLine(Facts facts, Sample line) {
        int first = find(line, line.start, ' ');
        int last = line.end;
        while (last > line.start && line.bytes[last - 1] != ' ') {
            last--;
        }
        if (!Edits.isSafe(line.bytes, line.start, line.end) || first >= line.end) {
            return Edits.failed(facts);
        }
        Headers headers = Edits.headers(facts, response);
        int at = headers.stash(line.bytes, line.start, line.end);
        int shift = at - line.start;
        if (at < 0) {
            return Edits.failed(facts);
        }
        if (response) {
            int status = Status.parse(number(line, first), 100, 999);
            int reason = Math.min(first + 5, line.end);
            facts.response.startLine(
                    status < 0 ? facts.response.status() : status,
                    reason + shift,
                    line.end + shift,
                    facts.response.minorVersion());
        } else if (first + 1 < last - 1) {
            Request request = facts.request;
            request.method(at, first + shift);
            request.uri(first + 1 + shift, last - 1 + shift);
        }
        return Verdict.CONTINUE;
    }

    private static String number(Sample line, int blank) {
        int end = Math.min(blank + 4, line.end);
        return Text.string(line.bytes, Math.min(blank + 1, end), end);
    }

    private static int find(Sample line, int from, char wanted) {
        int at = from;
        while (at < line.end && line.bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    private Verdict field(Facts facts, Headers headers, int index, Sample line) {
        int colon = find(line, line.start, ':');
        if (colon == line.end || colon == line.start || !Edits.isSafe(line.bytes, line.start, line.end)) {
            return Edits.failed(facts);
        }
        int value = colon + 1;
        while (value < line.end && line.bytes[value] == ' ') {
            value++;
        }
        headers.remove(index);
        byte[] name = Arrays.copyOfRange(line.bytes, line.start, colon);
        return Edits.add(facts, response, name, line.bytes, value, line.end);
    }
}
