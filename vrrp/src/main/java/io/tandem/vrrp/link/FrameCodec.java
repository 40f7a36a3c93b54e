// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.vrrp.packet.Hmac;
import java.nio.ByteBuffer;

/**
 * Frames of one direction of a liveness link, numbered and authenticated: none can be forged, changed, repeated, left out
 * or reordered unnoticed.
 *
 * <pre>
 * u16 length of type and payload | u8 type | u64 counter | payload | tag 16 (HMAC-SHA256, cut, over all before it)
 * </pre>
 *
 * <p>Not thread-safe.
 */
final class FrameCodec {
    static final int MAX_PAYLOAD = 3072;
    static final int OVERHEAD = 2 + 1 + 8 + 16;
    private static final int TAG = 16;

    private final Hmac hmac;
    private long counter;

    FrameCodec(byte[] key) {
        hmac = new Hmac(key);
    }

    /** Takes a frame's type and payload. */
    interface Receiver {
        /** @param payload from its position to its limit */
        void onFrame(int type, ByteBuffer payload);
    }

    byte[] encode(int type, byte[] payload) {
        if (payload.length > MAX_PAYLOAD) {
            throw new IllegalArgumentException("payload of " + payload.length + " bytes");
        }
        ByteBuffer frame = ByteBuffer.allocate(payload.length + OVERHEAD);
        frame.putShort((short) (payload.length + 1))
                .put((byte) type)
                .putLong(counter++)
                .put(payload);
        frame.put(hmac.of(frame.array(), 0, frame.position()), 0, TAG);
        return frame.array();
    }

    /**
     * Takes the frames at the start of the bytes.
     *
     * @return how many bytes they were, or −1 if what stands there is no frame of this link: close it
     */
    int decode(byte[] bytes, int length, Receiver receiver) {
        int at = 0;
        while (length - at >= 2) {
            int size = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
            if (size < 1 || size > MAX_PAYLOAD + 1) {
                return -1;
            }
            int whole = size - 1 + OVERHEAD;
            if (length - at < whole) {
                break;
            }
            ByteBuffer frame = ByteBuffer.wrap(bytes, at, whole - TAG).slice();
            if (frame.getLong(3) != counter
                    || !Hmac.matches(hmac.of(bytes, at, whole - TAG), bytes, at + whole - TAG, TAG)) {
                return -1;
            }
            counter++;
            receiver.onFrame(frame.get(2) & 0xff, frame.position(11).slice());
            at += whole;
        }
        return at;
    }
}
