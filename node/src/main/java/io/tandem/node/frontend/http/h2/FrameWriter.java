// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one connection: gathers them and flushes once per turn of the loop, so that many streams share a
 * system call. Windows are not its business.
 */
final class FrameWriter {
    /** Data up to this many bytes is copied behind its frame header. */
    private static final int COPIED_DATA = 4096;

    private static final int FIRST_STAGE = 2048;
    private static final int FULL_STAGE = 32 * 1024;

    private final Loop loop;
    private final Runnable flushTask = this::flushNow;
    private final Trailers.Visitor trailerField = this::trailerField;
    private @Nullable Transport transport;
    private boolean dirty;
    private @Nullable ByteBuf staged;
    /** Where the last DATA frame that was copied to the staged bytes begins and ends there. */
    private int lastDataStart;

    private int lastDataEnd;
    private int headersAt;
    private int maxFrameSize = Frames.SMALLEST_MAX_LENGTH;

    FrameWriter(Loop loop) {
        this.loop = loop;
    }

    /** The connection is there. */
    void start(Transport transport) {
        this.transport = transport;
    }

    /** How large a frame the peer takes. */
    void maxFrameSize(int bytes) {
        maxFrameSize = Math.min(bytes, FULL_STAGE);
    }

    // ---- the transport

    /** Whether the transport takes more. */
    boolean canWrite() {
        Transport present = transport;
        return present != null && present.isWritable();
    }

    /** Whether more is read from the peer. */
    void reading(boolean on) {
        Transport present = transport;
        if (present != null) {
            present.reading(on);
        }
    }

    /** Whether the transport is there and, flushed, takes no more. */
    boolean isFull() {
        Transport present = transport;
        if (present == null || present.isWritable()) {
            return false;
        }
        flush();
        return !present.isWritable();
    }

    /** Ends the connection once all is written. */
    void closeWhenWritten() {
        flush();
        Transport present = transport;
        if (present != null) {
            present.closeWhenWritten();
        }
    }

    /** The connection has ended: what was gathered is let go. */
    void dispose() {
        ByteBuf out = staged;
        if (out != null) {
            staged = null;
            out.release();
        }
        transport = null;
    }

    // ---- gathering

    /** The buffer that gathers frames; flushed at the end of the loop's turn. */
    ByteBuf out() {
        ByteBuf out = staged;
        if (out != null && out.readableBytes() >= FULL_STAGE) {
            writeStaged();
            out = null;
        }
        if (out == null) {
            out = PooledByteBufAllocator.DEFAULT.directBuffer(FIRST_STAGE);
            staged = out;
            lastDataEnd = 0;
        }
        if (!dirty) {
            dirty = true;
            loop.eventLoop().execute(flushTask);
        }
        return out;
    }

    private void writeStaged() {
        ByteBuf out = staged;
        Transport present = transport;
        if (out != null) {
            staged = null;
            if (present == null) {
                out.release();
            } else {
                present.write(out);
            }
        }
    }

    private void flushNow() {
        dirty = false;
        flush();
    }

    /** Writes and flushes what has been gathered. */
    void flush() {
        writeStaged();
        Transport present = transport;
        if (present != null) {
            present.flush();
        }
    }

    /** What waits to be flushed is more than the transport likes: it shows whether the socket takes it. */
    void flushIfFull() {
        if (!canWrite()) {
            flush();
        }
    }

    // ---- frames

    /** As many DATA frames as the peer's largest frame makes necessary. */
    void data(int stream, ByteBuf in, int at, int length, boolean end) {
        int left = length;
        int from = at;
        while (left > 0) {
            int now = Math.min(left, maxFrameSize);
            left -= now;
            ByteBuf out = out();
            int start = out.writerIndex();
            Frames.header(out, now, Frames.DATA, end && left == 0 ? Frames.END_STREAM : 0, stream);
            if (now <= COPIED_DATA) {
                out.writeBytes(in, from, now);
                lastDataStart = start;
                lastDataEnd = out.writerIndex();
            } else {
                writeStaged();
                Transport present = transport;
                if (present != null) {
                    present.write(in.retainedSlice(from, now));
                }
            }
            from += now;
        }
    }

    /** The end of a stream's data, with the last frame of it if that has not left yet. */
    void end(int stream) {
        ByteBuf out = out();
        if (lastDataEnd > 0 && out.writerIndex() == lastDataEnd && out.getInt(lastDataStart + 5) == stream) {
            out.setByte(lastDataStart + 4, Frames.END_STREAM);
        } else {
            Frames.header(out, 0, Frames.DATA, Frames.END_STREAM, stream);
        }
    }

    void trailers(int stream, Trailers trailers) {
        ByteBuf out = beginHeaders(stream, true);
        trailers.forEach(trailerField);
        endHeaders(out);
    }

    /** HTTP/1 may send trailers that make a message malformed here: they end with its hop. */
    private void trailerField(byte[] bytes, int nameStart, int nameEnd, int valueStart, int valueEnd) {
        ByteBuf out = staged;
        if (out != null && !TrailerFields.isForbidden(bytes, nameStart, nameEnd)) {
            HpackEncoder.field(out, bytes, nameStart, nameEnd, valueStart, valueEnd);
        }
    }

    /** Begins a HEADERS frame; {@link #endHeaders} ends it. */
    ByteBuf beginHeaders(int stream, boolean endStream) {
        ByteBuf out = out();
        headersAt = out.writerIndex();
        Frames.header(out, 0, Frames.HEADERS, Frames.END_HEADERS | (endStream ? Frames.END_STREAM : 0), stream);
        return out;
    }

    /** Writes the length of a HEADERS frame; a block longer than a frame is split into CONTINUATION frames. */
    void endHeaders(ByteBuf out) {
        int start = headersAt;
        int length = out.writerIndex() - start - Frames.HEADER_LENGTH;
        if (length <= maxFrameSize) {
            Frames.close(out, start);
            return;
        }
        int flags = out.getByte(start + 4);
        int stream = out.getInt(start + 5);
        byte[] rest = new byte[length - maxFrameSize];
        out.getBytes(start + Frames.HEADER_LENGTH + maxFrameSize, rest);
        out.writerIndex(start + Frames.HEADER_LENGTH + maxFrameSize);
        out.setByte(start + 4, flags & ~Frames.END_HEADERS);
        Frames.close(out, start);
        for (int at = 0; at < rest.length; at += maxFrameSize) {
            int now = Math.min(maxFrameSize, rest.length - at);
            boolean last = at + now == rest.length;
            Frames.header(out, now, Frames.CONTINUATION, last ? Frames.END_HEADERS : 0, stream);
            out.writeBytes(rest, at, now);
        }
    }

    void acknowledgeSettings() {
        Frames.header(out(), 0, Frames.SETTINGS, Frames.ACK, 0);
    }

    /** Answers a PING with its eight bytes. */
    void pong(byte[] bytes) {
        ByteBuf out = out();
        Frames.header(out, 8, Frames.PING, Frames.ACK, 0);
        out.writeBytes(bytes, 0, 8);
    }

    /** @param stream 0 for the connection's window */
    void windowUpdate(int stream, int more) {
        ByteBuf out = out();
        Frames.header(out, 4, Frames.WINDOW_UPDATE, 0, stream);
        out.writeInt(more);
    }

    void reset(int stream, int code) {
        ByteBuf out = out();
        Frames.header(out, 4, Frames.RST_STREAM, 0, stream);
        out.writeInt(code);
    }

    void goAway(int last, int code) {
        ByteBuf out = out();
        Frames.header(out, 8, Frames.GOAWAY, 0, 0);
        out.writeInt(last).writeInt(code);
    }
}
