// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** What a server has sent on a check's connection since something was sent to it; bounded. Owned by one event loop. */
final class Answer {
    private static final int FIRST = 512;

    private final int most;
    private byte[] bytes = new byte[0];
    private int length;
    private boolean ended;

    /** @param most {@code tune.bufsize} */
    Answer(int most) {
        this.most = most;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Whether no more bytes will come, or none would fit. */
    boolean isLast() {
        return ended || length == most;
    }

    /** The server has closed. */
    void end() {
        ended = true;
    }

    /** Something else is asked now. */
    void clear() {
        length = 0;
    }

    /** Another connection begins. */
    void begin() {
        length = 0;
        ended = false;
    }

    /** Takes what fits; the rest is dropped. */
    void add(ByteBuf in) {
        int count = Math.min(in.readableBytes(), most - length);
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(most, Math.max(FIRST, Math.max(length + count, 2 * bytes.length))));
        }
        in.readBytes(bytes, length, count);
        length += count;
    }
}
