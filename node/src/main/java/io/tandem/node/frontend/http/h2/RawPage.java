// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.h1.ResponseScanner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A page as HTTP/1 would have it, taken apart to be sent as HTTP/2 has it.
 *
 * @param bytes the page, and behind it what its head has been rewritten to
 * @param bodyStart where its body begins in {@code bytes}
 * @param end where it ends
 */
record RawPage(Response head, byte[] bytes, int bodyStart, int end) {
    /** What a scanner wants to be left free behind a head. */
    private static final int SCANNER_ROOM = 1024;

    /** Copies a page and reads its head; null where that is none. */
    static @Nullable RawPage read(byte[] page, int start, int end, int maxFields) {
        Response response = new Response();
        ResponseScanner scanner = new ResponseScanner(response, maxFields);
        byte[] copy = Arrays.copyOfRange(page, start, end + SCANNER_ROOM);
        int length = end - start;
        scanner.begin(copy);
        return scanner.scan(length) == ResponseScanner.Progress.COMPLETE
                ? new RawPage(response, copy, scanner.headEnd(), length)
                : null;
    }
}
