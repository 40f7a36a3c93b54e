// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Output;

/** Changes to the message at hand, and what happens when one does not fit. */
final class Edits {
    private Edits() {}

    static Headers headers(Facts facts, boolean response) {
        return response ? facts.response.headers() : facts.request.headers();
    }

    /** Adds a field; counts a failed rewrite when the reserve is full ({@code tune.maxrewrite}). */
    static void add(Facts facts, boolean response, byte[] name, byte[] value, int start, int end) {
        if (!headers(facts, response).add(name, value, start, end)) {
            failed(facts);
        }
    }

    /** HAProxy counts it and, in its default strict mode, answers 500; here the message goes on as it was. */
    static void failed(Facts facts) {
        facts.countInFront(ProxyCounter.HEADER_REWRITE_FAILURES);
    }

    /** Points the request's target at what {@code out} holds. */
    static void target(Facts facts, Output out) {
        int at = facts.request.headers().stash(out.bytes(), 0, out.length());
        if (at < 0 || out.isCut()) {
            failed(facts);
        } else {
            facts.request.uri(at, at + out.length());
        }
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
