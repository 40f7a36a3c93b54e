// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Regex;

/** The lines of a message as text: {@code Name: value}, the request line, the status line. */
final class LegacyLine {
    private LegacyLine() {}

    /** Writes header field {@code index} into {@code out}. */
    static void field(Headers headers, int index, Output out) {
        out.clear();
        out.append(headers.bytes(), headers.nameStart(index), headers.nameEnd(index));
        out.append(':');
        out.append(' ');
        out.append(headers.bytes(), headers.valueStart(index), headers.valueEnd(index));
    }

    /** Writes the start line into {@code out}. */
    static void start(Facts facts, boolean response, Output out) {
        out.clear();
        if (response) {
            Response message = facts.response;
            out.append(message.minorVersion() == 0 ? "HTTP/1.0 " : "HTTP/1.1 ");
            out.append(message.status());
            out.append(' ');
            out.append(message.bytes(), message.reasonStart(), message.reasonEnd());
        } else {
            Request message = facts.request;
            out.append(message.bytes(), message.methodStart(), message.methodEnd());
            out.append(' ');
            out.append(message.bytes(), message.uriStart(), message.uriEnd());
            out.append(message.minorVersion() == 0 ? " HTTP/1.0" : " HTTP/1.1");
        }
    }

    static boolean anyMatches(Facts facts, boolean response, Regex regex) {
        Output out = facts.scratch.output;
        start(facts, response, out);
        if (regex.matches(facts, out.bytes(), 0, out.length())) {
            return true;
        }
        Headers headers = Edits.headers(facts, response);
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i)) {
                field(headers, i, out);
                if (regex.matches(facts, out.bytes(), 0, out.length())) {
                    return true;
                }
            }
        }
        return false;
    }

    static Action deletion(Regex regex, boolean response) {
        return facts -> {
            Output out = facts.scratch.output;
            Headers headers = Edits.headers(facts, response);
            for (int i = 0; i < headers.count(); i++) {
                if (headers.isLive(i)) {
                    field(headers, i, out);
                    if (regex.matches(facts, out.bytes(), 0, out.length())) {
                        headers.remove(i);
                    }
                }
            }
            return Verdict.CONTINUE;
        };
    }
}
