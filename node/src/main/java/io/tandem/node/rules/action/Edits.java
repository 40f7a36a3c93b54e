// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Output;

/** Changes to the message at hand, and what happens when one does not fit. */
final class Edits {
    private Edits() {}

    static Headers headers(Facts facts, boolean response) {
        return response ? facts.response.headers() : facts.request.headers();
    }

    /** Adds a field, for which the reserve may be too small ({@code tune.maxrewrite}). */
    static Verdict add(Facts facts, boolean response, byte[] name, byte[] value, int start, int end) {
        return headers(facts, response).add(name, value, start, end) ? Verdict.CONTINUE : failed(facts);
    }

    /** A change that cannot be made: answered with 500, unless {@code strict-mode off} lets the message go on as it was. */
    static Verdict failed(Facts facts) {
        count(facts, ProxyCounter.HEADER_REWRITE_FAILURES);
        return facts.lenient ? Verdict.CONTINUE : internalError(facts, Termination.PROXY);
    }

    /** Answers 500. */
    static Verdict internalError(Facts facts, char who) {
        count(facts, ProxyCounter.INTERNAL_ERRORS);
        facts.reply = ErrorPages.of(facts, 500);
        if (facts.terminationWho == Termination.LOCAL) {
            facts.terminationWho = who;
        }
        facts.terminated(who, facts.responding ? Termination.IN_HEADERS : Termination.IN_REQUEST);
        return Verdict.REPLY;
    }

    private static void count(Facts facts, ProxyCounter counter) {
        facts.countInFront(counter);
        Backend backend = facts.backend;
        if (backend != null) {
            backend.meters().count(facts.loop.index(), counter);
        }
    }

    /** Points the request's target at what {@code out} holds. */
    static Verdict target(Facts facts, Output out) {
        int at = facts.request.headers().stash(out.bytes(), 0, out.length());
        if (at < 0 || out.isCut()) {
            return failed(facts);
        }
        facts.request.uri(at, at + out.length());
        return Verdict.CONTINUE;
    }

    /** A line break in a value would begin a field of the client's making. */
    static boolean isSafe(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] == '\r' || bytes[i] == '\n' || bytes[i] == 0) {
                return false;
            }
        }
        return true;
    }
}
