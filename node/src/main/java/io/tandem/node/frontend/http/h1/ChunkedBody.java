// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Takes a chunked body apart and writes it anew (RFC 9112 section 7.1): extensions are dropped, what arrived together goes
 * on as one chunk, so that nothing of the sender's framing reaches the other side.
 *
 * <p>Remembers its place, whatever the sizes in which the body arrives. Bounds: a size of 15 hexadecimal digits, an
 * extension and a trailer section of the given number of bytes. Not thread-safe; reused.
 */
public final class ChunkedBody {
    /** What a call came to. */
    public enum Progress {
        INCOMPLETE,
        /** The last byte of the body has been read. */
        COMPLETE,
        MALFORMED
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

    private static final long LARGEST_BEFORE_SHIFT = (1L << 56) - 1;
    private static final int MAX_EXTENSION_BYTES = 16 * 1024;
    private static final byte[] HEX = HeadScanner.ascii("0123456789ABCDEF");
    private static final byte[][] FORBIDDEN_TRAILERS = {
        HeadScanner.ascii("content-length"), HeadScanner.ascii("transfer-encoding"), HeadScanner.ascii("host")
    };

    private State state = State.DONE;
    private long remaining;
    private int extensionBytes;
    private byte[] trailers = NO_TRAILERS;
    private int trailersEnd;
    private int trailerLine;
    private int maxTrailerBytes;
    private Malformed reason = Malformed.CHUNK_SIZE;
    private long dataBytes;
    private int trailerSize;

    private static final byte[] NO_TRAILERS = new byte[0];

    /** Begins a body. */
    public void begin(int maxTrailerBytes) {
        this.maxTrailerBytes = maxTrailerBytes;
        state = State.SIZE_START;
        remaining = 0;
        extensionBytes = 0;
        trailersEnd = 0;
        trailerLine = 0;
        dataBytes = 0;
        trailerSize = 0;
    }

    /**
     * Reads from {@code in} up to the end of the body at most, and writes what goes on to {@code out}; with {@code
     * dechunk}, the data alone.
     */
    public Progress transfer(ByteBuf in, ByteBuf out, boolean dechunk) {
        int gap = dechunk ? 0 : hexDigits(in.readableBytes()) + 2;
        int gapStart = out.writerIndex();
        out.ensureWritable(gap + in.readableBytes() + 8);
        out.writerIndex(gapStart + gap);
        Progress progress = read(in, out);
        int length = out.writerIndex() - gapStart - gap;
        dataBytes += length;
        if (!dechunk) {
            frame(out, gapStart, gap, length);
            if (progress == Progress.COMPLETE) {
                out.writeByte('0').writeShort(HeadWriter.CRLF).writeBytes(trailers, 0, trailersEnd);
                out.writeShort(HeadWriter.CRLF);
            }
        }
        return progress;
    }

    /** Puts size and line ends around data that lies behind a gap. */
    private static void frame(ByteBuf out, int gapStart, int gap, int length) {
        if (length == 0) {
            out.writerIndex(gapStart);
            return;
        }
        int digits = hexDigits(length);
        if (digits + 2 < gap) {
            out.setBytes(gapStart + digits + 2, out, gapStart + gap, length);
            out.writerIndex(gapStart + digits + 2 + length);
        }
        for (int i = digits - 1, rest = length; i >= 0; i--, rest >>>= 4) {
            out.setByte(gapStart + i, HEX[rest & 0xf]);
        }
        out.setShort(gapStart + digits, HeadWriter.CRLF);
        out.writeShort(HeadWriter.CRLF);
    }

    private static int hexDigits(int number) {
        return Math.max(1, (35 - Integer.numberOfLeadingZeros(number)) / 4);
    }

    private Progress read(ByteBuf in, ByteBuf data) {
        while (in.isReadable()) {
            if (state == State.DATA) {
                int length = (int) Math.min(remaining, in.readableBytes());
                data.writeBytes(in, length);
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
        if (remaining > LARGEST_BEFORE_SHIFT >> 4) {
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

    /** Checks the line and brings it into the form {@code name: value CRLF}. */
    private boolean trailerLine() {
        int name = trailerLine;
        int colon = name;
        while (colon < trailersEnd && trailers[colon] != ':') {
            if (!HeadScanner.isToken(trailers[colon])) {
                return refuse(Malformed.TRAILERS);
            }
            trailers[colon] = io.tandem.node.frontend.http.Ascii.toLower(trailers[colon]);
            colon++;
        }
        if (colon == name || colon == trailersEnd) {
            return refuse(Malformed.TRAILERS);
        }
        for (byte[] forbidden : FORBIDDEN_TRAILERS) {
            if (Arrays.equals(trailers, name, colon, forbidden, 0, forbidden.length)) {
                return refuse(Malformed.TRAILERS);
            }
        }
        int valueStart = colon + 1;
        while (valueStart < trailersEnd && HeadScanner.isBlank(trailers[valueStart])) {
            valueStart++;
        }
        int valueEnd = trailersEnd;
        while (valueEnd > valueStart && HeadScanner.isBlank(trailers[valueEnd - 1])) {
            valueEnd--;
        }
        int length = valueEnd - valueStart;
        trailerSize += colon - name + length;
        if (trailers.length < colon + 4 + length) {
            trailers = Arrays.copyOf(trailers, colon + 4 + length);
        }
        System.arraycopy(trailers, valueStart, trailers, colon + 2, length);
        trailers[colon + 1] = ' ';
        trailers[colon + 2 + length] = '\r';
        trailers[colon + 3 + length] = '\n';
        trailersEnd = colon + 4 + length;
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

    /** Bytes of data and trailers so far as HAProxy counts them. */
    public long countedSize() {
        return dataBytes + (state == State.DONE ? trailerSize + 1 : 0);
    }
}
