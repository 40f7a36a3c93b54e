// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gathers a header block out of a HEADERS frame and the CONTINUATION frames behind it (RFC 9113 section 6.2, 6.10). */
final class HeaderBlock {
    private final Endpoint endpoint;
    private final int limit;
    /** Null while a block lies in one frame. */
    private byte @Nullable [] block;

    private int length;
    /** Whose block goes on in the next frame; 0 for none. */
    private int stream;

    private boolean endsStream;

    /** @param limit how long a block may be that comes in several frames: what encodes more than a head is a flood */
    HeaderBlock(Endpoint endpoint, int limit) {
        this.endpoint = endpoint;
        this.limit = limit;
    }

    /** Whether nothing but the rest of a block may come, and this frame is not it. */
    boolean isInterruptedBy(int type, int stream) {
        return this.stream != 0 && (type != Frames.CONTINUATION || stream != this.stream);
    }

    void headers(int flags, int stream, byte[] bytes, int length) {
        if (stream == 0) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
            return;
        }
        int from = 0;
        int to = length;
        if ((flags & Frames.PADDED) != 0) {
            if (length < 1) {
                endpoint.fail(Frames.FRAME_SIZE_ERROR);
                return;
            }
            to -= bytes[0] & 0xff;
            from = 1;
        }
        if ((flags & Frames.HAS_PRIORITY) != 0) {
            if (to - from < 5 && length - from < 5) {
                endpoint.fail(Frames.FRAME_SIZE_ERROR);
                return;
            }
            if (to - from >= 5 && (Frames.int32(bytes, from) & 0x7fff_ffff) == stream) {
                endpoint.fail(Frames.PROTOCOL_ERROR);
                return;
            }
            from += 5;
        }
        if (to < from) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
            return;
        }
        boolean endStream = (flags & Frames.END_STREAM) != 0;
        if ((flags & Frames.END_HEADERS) != 0) {
            endpoint.onHeaders(stream, bytes, from, to, endStream);
            return;
        }
        this.stream = stream;
        this.length = 0;
        endsStream = endStream;
        gather(bytes, from, to);
    }

    void continuation(int flags, byte[] bytes, int length) {
        if (stream == 0) {
            endpoint.fail(Frames.PROTOCOL_ERROR);
            return;
        }
        if (length == 0) {
            endpoint.nuisance();
        }
        gather(bytes, 0, length);
        byte[] whole = block;
        if ((flags & Frames.END_HEADERS) != 0 && whole != null && !endpoint.isClosing()) {
            int ended = stream;
            stream = 0;
            block = null;
            endpoint.onHeaders(ended, whole, 0, this.length, endsStream);
        }
    }

    private void gather(byte[] bytes, int from, int to) {
        int size = length + to - from;
        if (size > limit) {
            endpoint.fail(Frames.ENHANCE_YOUR_CALM);
            return;
        }
        byte[] gathered = block;
        if (gathered == null || gathered.length < size) {
            int room = Math.max(1024, size * 2);
            gathered = gathered == null ? new byte[room] : Arrays.copyOf(gathered, room);
            block = gathered;
        }
        System.arraycopy(bytes, from, gathered, length, to - from);
        length = size;
    }

    /** Forgets what has been gathered. */
    void dispose() {
        block = null;
    }
}
