// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.exchange.Exchange;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Tuning;
import org.jspecify.annotations.Nullable;

/** Finds the body of a request in what arrives (RFC 9112 section 6) and hands it to the exchange. Reused. */
final class RequestBody implements ChunkedBody.Sink {
    private static final ChunkedBody.Sink DISCARD = (in, length) -> {};
    private static final byte[] NOTHING = new byte[0];

    private final ChunkedBody chunks = new ChunkedBody();
    private final ChunkedBody.Sink earlySink = this::keepEarly;
    private @Nullable Exchange exchange;
    private Framing framing = Framing.NONE;
    private long remaining;
    private boolean complete;
    /** A chunked body's data that came with its head. */
    private @Nullable ByteBuf early;

    /** Whether its last byte has arrived. */
    boolean isComplete() {
        return complete;
    }

    /** Null where the framing has none. */
    @Nullable Trailers trailers() {
        return framing == Framing.CHUNKED ? chunks.trailers() : null;
    }

    /** Why it cannot be read. */
    Malformed reason() {
        return chunks.reason();
    }

    /**
     * The head is whole and {@code in} goes on behind it. A chunked body is read as far as it is there.
     *
     * @return whether that can be read
     */
    boolean begin(Request request, ByteBuf in, Exchange exchange, Tuning tuning) {
        this.exchange = exchange;
        framing = request.framing();
        remaining = framing == Framing.LENGTH ? request.contentLength() : 0;
        complete = framing == Framing.NONE || (framing == Framing.LENGTH && remaining <= in.readableBytes());
        if (framing != Framing.CHUNKED) {
            return true;
        }
        chunks.begin(tuning);
        ChunkedBody.Progress progress = chunks.read(in, earlySink);
        complete = progress == ChunkedBody.Progress.COMPLETE;
        return progress != ChunkedBody.Progress.MALFORMED;
    }

    private void keepEarly(ByteBuf in, int length) {
        ByteBuf kept = early;
        if (kept == null) {
            kept = PooledByteBufAllocator.DEFAULT.directBuffer(in.readableBytes());
            early = kept;
        }
        kept.writeBytes(in, in.readerIndex(), length);
    }

    /** @param wanted whether the exchange has a use for it; otherwise it is skipped */
    void read(ByteBuf in, boolean wanted) {
        switch (framing) {
            case LENGTH -> {
                int length = (int) Math.min(remaining, in.readableBytes());
                if (wanted && length > 0) {
                    data(in, length);
                }
                in.skipBytes(length);
                remaining -= length;
                complete = remaining == 0;
            }
            case CHUNKED -> readChunks(in, wanted);
            case NONE, UNTIL_CLOSE -> complete = true;
        }
    }

    private void readChunks(ByteBuf in, boolean wanted) {
        ByteBuf first = early;
        if (first != null) {
            early = null;
            if (wanted) {
                data(first, first.readableBytes());
            }
            first.release();
        }
        if (complete) {
            return;
        }
        int start = in.readerIndex();
        switch (chunks.read(in, wanted ? this : DISCARD)) {
            case INCOMPLETE -> {}
            case COMPLETE -> complete = true;
            case MALFORMED -> {
                int position = Math.max(0, in.readerIndex() - 1 - start);
                in.readerIndex(start);
                Exchange present = exchange;
                if (present != null) {
                    present.clientFailures().keep(NOTHING, 0, in, position, chunks.reason());
                    present.clientFailures().onBadBody();
                }
            }
        }
    }

    @Override
    public void data(ByteBuf in, int length) {
        Exchange present = exchange;
        if (present != null) {
            present.requestBody(in, length);
        }
    }

    /** The request is over. */
    void clear() {
        exchange = null;
        if (early != null) {
            early.release();
            early = null;
        }
    }
}
