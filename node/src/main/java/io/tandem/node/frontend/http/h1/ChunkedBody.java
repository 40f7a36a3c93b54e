// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Tuning;
import java.util.Arrays;

/**
 * Takes a chunked body apart (RFC 9112 section 7.1): extensions are dropped, so that nothing of the sender's framing
 * reaches the other side; {@link MessageWriter} frames it anew.
 *
 * <p>Remembers its place, whatever the sizes in which the body arrives. Bounds: a size below 2^52, an
 * extension of 16 KiB, a trailer section of the given number of bytes and fields. Not thread-safe; reused.
 */
public final class ChunkedBody {
    /** What a call came to. */
    public enum Progress {
        INCOMPLETE,
        /** The last byte of the body has been read. */
        COMPLETE,
        MALFORMED
    }

    /** Where the data of a body goes. */
    @FunctionalInterface
    public interface Sink {
        /** The next {@code length} bytes; the caller keeps {@code in} and skips them. */
        void data(ByteBuf in, int length);
    }

    private enum State {
        SIZE_START,
        SIZE,
        SIZE_BLANKS,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER,
        TRAILER_LF,
        DONE
    }

    private static final long LARGEST = (1L << 52) - 1;
    private static final int MAX_EXTENSION_BYTES = 16 * 1024;
    private static final byte[] TRANSFER_ENCODING = Ascii.bytes("transfer-encoding");
    private static final byte[] CHUNKED = Ascii.bytes("chunked");
    /** Who merges trailers into the head must not find a second framing or another host there. */
    private static final byte[][] DROPPED_TRAILERS = {
        Ascii.bytes("content-length"), TRANSFER_ENCODING, Ascii.bytes("host")
    };

    private State state = State.DONE;
    private long remaining;
    private int extensionBytes;
    private byte[] trailers = NO_TRAILERS;
    private int trailersEnd;
    private int trailerLine;
    private int maxTrailerBytes;
    private int maxTrailers;
    private int trailerCount;
    private Malformed reason = Malformed.CHUNK_SIZE;
    private final Trailers parsed = new Trailers();

    private static final byte[] NO_TRAILERS = new byte[0];

    /** Begins a body. */
    public void begin(Tuning tuning) {
        begin(tuning.bufferSize() - tuning.maxRewrite(), tuning.maxFields());
    }

    /** Begins a body with at most that many bytes of trailers, and fewer than that many fields. */
    void begin(int maxTrailerBytes, int maxTrailers) {
        this.maxTrailerBytes = maxTrailerBytes;
        this.maxTrailers = maxTrailers;
        trailerCount = 0;
        state = State.SIZE_START;
        remaining = 0;
        extensionBytes = 0;
        trailersEnd = 0;
        trailerLine = 0;
        parsed.clear();
    }

    /** Reads from {@code in} up to the end of the body at most and hands its data to {@code sink}. */
    public Progress read(ByteBuf in, Sink sink) {
        while (in.isReadable()) {
            if (state == State.DATA) {
                int length = (int) Math.min(remaining, in.readableBytes());
                sink.data(in, length);
                in.skipBytes(length);
                remaining -= length;
                if (remaining == 0) {
                    state = State.DATA_CR;
                }
                continue;
            }
            if (!step(in.readByte())) {
                return Progress.MALFORMED;
            }
            if (state == State.DONE) {
                return Progress.COMPLETE;
            }
        }
        return Progress.INCOMPLETE;
    }

    private boolean step(byte b) {
        return switch (state) {
            case SIZE_START -> digit(b) || refuse(Malformed.CHUNK_SIZE);
            case SIZE -> digit(b) || sizeEnd(b);
            case SIZE_BLANKS, EXTENSION -> sizeEnd(b);
            case SIZE_LF -> b == '\n' ? sizeLine() : refuse(Malformed.CHUNK_SIZE);
            case DATA_CR -> {
                if (b == '\r') {
                    state = State.DATA_LF;
                    yield true;
                }
                yield dataEnd(b);
            }
            case DATA_LF -> dataEnd(b);
            case TRAILER, TRAILER_LF -> trailerByte(b);
            case DATA, DONE -> throw new IllegalStateException("chunk state " + state);
        };
    }

    private boolean digit(byte b) {
        int value = Character.digit(b, 16);
        if (value < 0) {
            return false;
        }
        if (remaining > LARGEST >> 4) {
            remaining = -1; // too large: noticed at once by the next look
            return refuse(Malformed.CHUNK_SIZE);
        }
        remaining = remaining << 4 | value;
        state = State.SIZE;
        return true;
    }

    private boolean sizeEnd(byte b) {
        switch (b) {
            case '\r' -> state = State.SIZE_LF;
            case '\n' -> {
                return remaining >= 0 ? sizeLine() : refuse(Malformed.CHUNK_SIZE);
            }
            case ' ', '\t' -> {
                if (state != State.EXTENSION) {
                    state = State.SIZE_BLANKS;
                }
            }
            case ';' -> state = State.EXTENSION;
            default -> {
                if (state != State.EXTENSION || remaining < 0) {
                    return refuse(Malformed.CHUNK_SIZE);
                }
            }
        }
        return (remaining >= 0 && ++extensionBytes <= MAX_EXTENSION_BYTES) || refuse(Malformed.CHUNK_SIZE);
    }

    private boolean sizeLine() {
        extensionBytes = 0;
        state = remaining == 0 ? State.TRAILER : State.DATA;
        return true;
    }

    private boolean dataEnd(byte b) {
        state = State.SIZE_START;
        return b == '\n' || refuse(Malformed.CHUNK_END);
    }

    private boolean trailerByte(byte b) {
        if (state == State.TRAILER_LF && b != '\n') {
            return refuse(Malformed.TRAILERS);
        }
        if (b == '\r') {
            state = State.TRAILER_LF;
            return true;
        }
        if (b == '\n') {
            state = State.TRAILER;
            return trailersEnd == trailerLine ? done() : trailerLine();
        }
        if (b == 0 || trailersEnd >= maxTrailerBytes) {
            return refuse(Malformed.TRAILERS);
        }
        if (trailersEnd + 4 > trailers.length) {
            trailers = Arrays.copyOf(trailers, Math.max(256, trailers.length * 2));
        }
        trailers[trailersEnd++] = b;
        return true;
    }

    private boolean done() {
        state = State.DONE;
        return true;
    }

    /** Checks the line and takes it up. */
    private boolean trailerLine() {
        int name = trailerLine;
        int colon = name;
        while (colon < trailersEnd && trailers[colon] != ':') {
            if (!HeadScanner.isToken(trailers[colon])) {
                return refuse(Malformed.TRAILERS);
            }
            trailers[colon] = Ascii.toLower(trailers[colon]);
            colon++;
        }
        if (colon == name || colon == trailersEnd || ++trailerCount >= maxTrailers) {
            return refuse(Malformed.TRAILERS);
        }
        int valueStart = FieldList.skipBlanks(trailers, colon + 1, trailersEnd);
        int valueEnd = FieldList.trimBlanks(trailers, valueStart, trailersEnd);
        int length = valueEnd - valueStart;
        for (byte[] dropped : DROPPED_TRAILERS) {
            if (Arrays.equals(trailers, name, colon, dropped, 0, dropped.length)) {
                boolean harmless = dropped != TRANSFER_ENCODING
                        || (length == CHUNKED.length && Ascii.equalsIgnoreCase(trailers, valueStart, CHUNKED));
                trailersEnd = name;
                return harmless || refuse(Malformed.TRAILERS);
            }
        }
        parsed.add(trailers, name, colon, trailers, valueStart, valueEnd);
        trailerLine = trailersEnd;
        return true;
    }

    private boolean refuse(Malformed why) {
        reason = why;
        return false;
    }

    /** Why the body was refused. */
    public Malformed reason() {
        return reason;
    }

    /** The trailer fields read so far, valid until the next {@link #begin}. */
    public Trailers trailers() {
        return parsed;
    }
}
