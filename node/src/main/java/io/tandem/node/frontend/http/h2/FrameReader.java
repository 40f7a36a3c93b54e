// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of a connection apart into frames (RFC 9113 section 4), wherever they are cut. Data is handed on as it
 * comes, without its padding; any other payload once it is whole.
 */
final class FrameReader {
    /** What is done with frames. Once {@link #isClosing}, nothing more is handed on; while {@link #isHeld}, nothing yet. */
    interface Sink {
        /** The connection cannot go on; always false. */
        boolean fail(int code);

        boolean isClosing();

        /** Whether the peer must wait before more of it is looked at. */
        boolean isHeld();

        /** A frame's header is whole; false if none such may come now, and the connection fails. */
        boolean onFrame(int type, int flags, int stream, int length);

        /** The payload of a frame other than DATA is the first {@code length} bytes. */
        void onPayload(int type, int flags, int stream, byte[] bytes, int length);

        /** DATA begins; {@code length} is with padding. False if the connection fails. */
        boolean onDataBegins(int flags, int stream, int length);

        /** So many bytes of the present DATA are padding, the byte that says so included. */
        void onPadding(int length);

        /**
         * The next bytes of the present DATA; the caller keeps {@code in} and skips them.
         *
         * @param more whether more of the frame is to come
         */
        void onData(ByteBuf in, int length, boolean more);

        /** The present DATA is over. */
        void onDataEnds(int flags);
    }

    private static final LoopLocal<byte[]> FRAME = new LoopLocal<>(loop -> new byte[64 * 1024]);

    private final Sink sink;
    private final byte[] frame;
    private final byte[] header = new byte[Frames.HEADER_LENGTH];
    private int headerLength;
    private int length;
    private int type;
    private int flags;
    private int stream;
    private byte @Nullable [] partial;
    private int partialLength;

    private boolean inData;
    private int dataLeft;
    private int padding;
    private boolean padLengthDue;

    FrameReader(Loop loop, Sink sink) {
        this.sink = sink;
        frame = FRAME.of(loop);
    }

    /** Takes all of {@code in}, or what comes before the peer is held. */
    void read(ByteBuf in) {
        boolean more = true;
        while (more && !sink.isClosing() && !sink.isHeld()) {
            more = inData ? data(in) : frame(in);
        }
        if (sink.isClosing()) {
            in.skipBytes(in.readableBytes()); // nothing more is looked at
        }
    }

    /** The header of a frame, then its payload; whether there is more to do. */
    private boolean frame(ByteBuf in) {
        if (headerLength < Frames.HEADER_LENGTH) {
            int more = Math.min(Frames.HEADER_LENGTH - headerLength, in.readableBytes());
            in.readBytes(header, headerLength, more);
            headerLength += more;
            if (headerLength < Frames.HEADER_LENGTH || !begin()) {
                return false;
            }
            if (type == Frames.DATA) {
                beginData();
                return true;
            }
        }
        return payload(in);
    }

    private boolean begin() {
        length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
        type = header[3] & 0xff;
        flags = header[4] & 0xff;
        stream = Frames.int32(header, 5) & 0x7fff_ffff;
        return sink.onFrame(type, flags, stream, length);
    }

    /** Gathers a frame's payload, where it lies in pieces, and hands it on; false when more bytes are needed. */
    private boolean payload(ByteBuf in) {
        if (partialLength == 0 && in.readableBytes() >= length && length <= frame.length) {
            in.readBytes(frame, 0, length);
            headerLength = 0;
            sink.onPayload(type, flags, stream, frame, length);
            return true;
        }
        byte[] gathered = partial;
        if (gathered == null || gathered.length < length) {
            gathered = gathered == null ? new byte[length] : Arrays.copyOf(gathered, length);
            partial = gathered;
        }
        int more = Math.min(length - partialLength, in.readableBytes());
        in.readBytes(gathered, partialLength, more);
        partialLength += more;
        if (partialLength < length) {
            return false;
        }
        partialLength = 0;
        headerLength = 0;
        partial = null;
        sink.onPayload(type, flags, stream, gathered, length);
        return true;
    }

    private void beginData() {
        headerLength = 0;
        if (sink.onDataBegins(flags, stream, length)) {
            inData = true;
            dataLeft = length;
            padding = 0;
            padLengthDue = (flags & Frames.PADDED) != 0;
        }
    }

    /** Whether there is more to do. */
    private boolean data(ByteBuf in) {
        if (padLengthDue) {
            if (dataLeft == 0) {
                return sink.fail(Frames.FRAME_SIZE_ERROR);
            }
            if (!in.isReadable()) {
                return false;
            }
            padLengthDue = false;
            padding = in.readUnsignedByte();
            dataLeft -= 1 + padding;
            if (dataLeft < 0) {
                return sink.fail(Frames.PROTOCOL_ERROR);
            }
            sink.onPadding(1 + padding);
        }
        if (dataLeft > 0) {
            int now = Math.min(dataLeft, in.readableBytes());
            if (now == 0) {
                return false;
            }
            dataLeft -= now;
            sink.onData(in, now, dataLeft > 0);
        }
        if (dataLeft == 0 && padding > 0) {
            int now = Math.min(padding, in.readableBytes());
            in.skipBytes(now);
            padding -= now;
        }
        if (dataLeft > 0 || padding > 0) {
            return in.isReadable();
        }
        inData = false;
        sink.onDataEnds(flags);
        return !sink.isClosing();
    }

    /** Forgets what is half read. */
    void dispose() {
        partial = null;
    }
}
