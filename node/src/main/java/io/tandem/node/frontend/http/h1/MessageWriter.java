// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Writes one message to an HTTP/1 peer: its head and what is there of its body in one buffer, the rest as it comes; what
 * arrived together of a chunked body goes on as one chunk. One per peer, reused.
 */
public final class MessageWriter {
    /** Where the bytes go. */
    @FunctionalInterface
    public interface Wire {
        /** Writes without flushing; {@code out} is given away. */
        void write(ByteBuf out);
    }

    /** Body bytes up to this many are copied behind the head; a second buffer would cost a {@code writev}. */
    private static final int COPIED_BODY = 4096;

    /** Chunks gather in one buffer up to about this many bytes; the reader of the peer hears of no back-pressure before. */
    private static final int FULL = 32 * 1024;

    private static final byte[] HEX = Ascii.bytes("0123456789ABCDEF");
    private static final int CRLF_LENGTH = 2;

    private final Loop loop;
    private final Wire wire;
    private @Nullable ByteBuf staged;
    private boolean headStaged;
    private boolean chunked;
    /** Where the size of the chunk being filled will stand, or -1; its data begins behind the gap. */
    private int chunkStart = -1;

    private int gap;

    public MessageWriter(Loop loop, Wire wire) {
        this.loop = loop;
        this.wire = wire;
    }

    /** Begins a message whose head goes on with the body's bytes as it was received. */
    public void beginAsReceived() {
        chunked = false;
    }

    /**
     * Begins a message: its head is to be put into the buffer that is answered.
     *
     * @param chunked whether its body is sent in chunks
     */
    public ByteBuf beginHead(boolean chunked) {
        this.chunked = chunked;
        ByteBuf out = loop.sendBuffer();
        staged = out;
        headStaged = true;
        return out;
    }

    /** Takes back what has been staged, head included; whether the head was still here. */
    public boolean takeBack() {
        boolean here = headStaged;
        clear();
        return here;
    }

    /**
     * The next {@code length} bytes of the body.
     *
     * @param all whether nobody looks at {@code in} any more: it may be given on itself
     */
    public void data(ByteBuf in, int length, boolean all) {
        if (chunked) {
            chunk(in, length);
            return;
        }
        ByteBuf head = staged;
        if (head != null && length <= COPIED_BODY) {
            head.writeBytes(in, in.readerIndex(), length);
            return;
        }
        writeStaged();
        wire.write(all && in.readerIndex() == 0 ? in.retain() : in.retainedSlice(in.readerIndex(), length));
    }

    /** The next bytes of the body, out of an array that the caller keeps. */
    public void data(byte[] bytes, int start, int end) {
        ByteBuf out = staged;
        if (out == null) {
            out = loop.sendBuffer();
            staged = out;
        }
        out.writeBytes(bytes, start, end - start);
    }

    private void chunk(ByteBuf in, int length) {
        if (length == 0) {
            return; // a chunk of nothing would end the body
        }
        ByteBuf out = staged;
        if (out == null) {
            out = loop.sendBuffer();
            staged = out;
        }
        if (chunkStart >= 0 && hexDigits(out.writerIndex() - chunkStart - gap + length) + CRLF_LENGTH > gap) {
            closeChunk();
        }
        if (chunkStart < 0) {
            chunkStart = out.writerIndex();
            gap = hexDigits(in.readableBytes()) + CRLF_LENGTH;
            out.ensureWritable(gap + in.readableBytes() + 8);
            out.writerIndex(chunkStart + gap);
        }
        out.writeBytes(in, in.readerIndex(), length);
        if (out.readableBytes() >= FULL) {
            writeStaged();
        }
    }

    /** Puts size and line ends around data that lies behind a gap. */
    private void closeChunk() {
        ByteBuf out = staged;
        if (out == null || chunkStart < 0) {
            return;
        }
        int start = chunkStart;
        chunkStart = -1;
        int length = out.writerIndex() - start - gap;
        int digits = hexDigits(length);
        if (digits + CRLF_LENGTH < gap) {
            out.setBytes(start + digits + CRLF_LENGTH, out, start + gap, length);
            out.writerIndex(start + digits + CRLF_LENGTH + length);
        }
        for (int i = digits - 1, rest = length; i >= 0; i--, rest >>>= 4) {
            out.setByte(start + i, HEX[rest & 0xf]);
        }
        out.setShort(start + digits, HeadWriter.CRLF);
        out.writeShort(HeadWriter.CRLF);
    }

    private static int hexDigits(int number) {
        return Math.max(1, (35 - Integer.numberOfLeadingZeros(number)) / 4);
    }

    /** The body is over. */
    public void end(@Nullable Trailers trailers) {
        if (!chunked) {
            return;
        }
        closeChunk();
        ByteBuf out = staged;
        if (out == null) {
            out = loop.sendBuffer();
            staged = out;
        }
        out.writeByte('0').writeShort(HeadWriter.CRLF);
        if (trailers != null) {
            out.writeBytes(trailers.bytes(), 0, trailers.end());
        }
        out.writeShort(HeadWriter.CRLF);
        chunked = false;
    }

    /** Writes what has been staged; to be called at the end of each event, before the wire is flushed. */
    public void writeStaged() {
        ByteBuf out = staged;
        if (out != null) {
            closeChunk();
            staged = null;
            headStaged = false;
            wire.write(out);
        }
    }

    /** Forgets what has not been written. */
    public void clear() {
        ByteBuf out = staged;
        staged = null;
        headStaged = false;
        chunked = false;
        chunkStart = -1;
        if (out != null) {
            out.release();
        }
    }
}
