// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.tandem.node.exchange.Exchange;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Tuning;
import java.util.ArrayDeque;

/**
 * What a client's connection needs only while a request is under way: room for its head, what scans that, and what takes
 * the body apart. Each loop keeps a stack of them, so that an idle connection owns none.
 */
final class RequestParts {
    private static final LoopLocal<ArrayDeque<RequestParts>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 4096;

    final RequestScanner scanner;
    final RequestBody body = new RequestBody();
    HeadBuffer buffer;
    private final int maxFields;

    private RequestParts(Request request, HeadBuffer buffer, int maxFields) {
        scanner = new RequestScanner(request, maxFields);
        this.buffer = buffer;
        this.maxFields = maxFields;
    }

    /** Parts that are ready to scan a head into {@code request}. */
    static RequestParts take(Loop loop, Request request, Tuning tuning, boolean lenient) {
        HeadBuffer buffer = HeadBuffer.take(loop, tuning.bufferSize());
        RequestParts parts = FREE.of(loop).pollLast();
        if (parts == null || parts.maxFields != tuning.maxFields()) {
            parts = new RequestParts(request, buffer, tuning.maxFields());
        }
        parts.buffer = buffer;
        parts.scanner.into(request);
        parts.scanner.lenient(lenient);
        parts.scanner.expectsBodies(tuning.anyMethodMayHaveBody());
        parts.scanner.begin(buffer, tuning.maxRewrite());
        return parts;
    }

    /**
     * As {@link RequestBody#begin}; what cannot be read is kept for the operator, head and all.
     *
     * @param had how much of the head came in earlier events; the rest stands in front of {@code in}
     */
    boolean beginBody(Request request, ByteBuf in, int had, Exchange exchange, Tuning tuning) {
        int start = in.readerIndex() - (scanner.headEnd() - had);
        if (body.begin(request, in, exchange, tuning)) {
            return true;
        }
        int position = had + in.readerIndex() - 1 - start;
        in.readerIndex(start);
        exchange.clientFailures().keep(buffer.bytes(), had, in, position, body.reason());
        return false;
    }

    /** Gives them back to the loop they came from; the request lets go of its bytes. */
    void release(Loop loop) {
        scanner.clear();
        body.clear();
        buffer.release(loop);
        ArrayDeque<RequestParts> free = FREE.of(loop);
        if (free.size() < KEPT_PER_LOOP) {
            free.addLast(this);
        }
    }
}
