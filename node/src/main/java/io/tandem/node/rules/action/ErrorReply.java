// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The error page of a proxy for a status. */
final class ErrorReply {
    private ErrorReply() {}

    /** Whether there is a page for that status. */
    static boolean exists(int status) {
        return ErrorPages.statuses().contains(status);
    }

    /** The page of the exchange's proxy: its {@code errorfile}, or HAProxy's own; null where a status has none. */
    static @Nullable Reply of(Facts facts, int status) {
        return exists(status) ? ErrorPages.of(facts, status) : null;
    }

    /** {@code page} with one more header field. */
    static Reply with(Reply page, byte[] field) {
        // In front of the empty line that ends the head.
        int at = page.bodyStart() - 2;
        byte[] bytes = Arrays.copyOf(page.bytes(), page.bytes().length + field.length);
        System.arraycopy(field, 0, bytes, at, field.length);
        System.arraycopy(page.bytes(), at, bytes, at + field.length, page.bytes().length - at);
        return new Reply(page.status(), bytes, page.bodyStart() + field.length, page.close());
    }
}
