// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Something that is asked of the running process; the main thread grants one after the other.
 *
 * @param kind what
 * @param answer completed with null when it is done, or with why it is not
 */
record Wish(Kind kind, CompletableFuture<@Nullable String> answer) {
    enum Kind {
        RELOAD,
        /** Close listeners, drain, exit 0. */
        SOFT_STOP,
        /** Exit 0 now. */
        HARD_STOP,
        /** Say the state of proxies and servers. */
        DUMP
    }

    private static Wish of(Kind kind) {
        return new Wish(kind, new CompletableFuture<>());
    }

    static Wish reload() {
        return of(Kind.RELOAD);
    }

    static Wish stop() {
        return of(Kind.SOFT_STOP);
    }

    static Wish end() {
        return of(Kind.HARD_STOP);
    }

    static Wish dump() {
        return of(Kind.DUMP);
    }
}
