// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.vrrp.packet.Hmac;
import java.nio.ByteBuffer;

/**
 * The fast heartbeat of one direction, a datagram.
 *
 * <pre>
 * "TNDH" | u64 link id | u64 counter | tag 16 (HMAC-SHA256, cut)
 * </pre>
 *
 * <p>Allocates nothing after construction. Not thread-safe.
 */
final class HeartbeatCodec {
    static final int BYTES = 4 + 8 + 8 + 16;
    private static final int MAGIC = 0x544e4448;
    private static final int TAG = 16;

    private final Hmac hmac;
    private final long id;
    private final byte[] out = new byte[BYTES];
    private final ByteBuffer view = ByteBuffer.wrap(out);
    private long counter;

    HeartbeatCodec(byte[] key, long id) {
        this.hmac = new Hmac(key);
        this.id = id;
    }

    /** The next beat, in an array that the next call changes. */
    byte[] encode() {
        view.putInt(0, MAGIC).putLong(4, id).putLong(12, ++counter);
        System.arraycopy(hmac.of(out, 0, BYTES - TAG), 0, out, BYTES - TAG, TAG);
        return out;
    }

    /** The link a datagram names, or 0. */
    static long idOf(byte[] datagram, int length) {
        return length == BYTES && number(datagram, 0, 4) == MAGIC ? number(datagram, 4, 8) : 0;
    }

    /** Whether it is a beat of this direction, later than all before. */
    boolean accept(byte[] datagram) {
        long sent = number(datagram, 12, 8);
        if (sent - counter <= 0 || !Hmac.matches(hmac.of(datagram, 0, BYTES - TAG), datagram, BYTES - TAG, TAG)) {
            return false;
        }
        counter = sent;
        return true;
    }

    private static long number(byte[] bytes, int offset, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = (value << 8) | (bytes[offset + i] & 0xff);
        }
        return value;
    }
}
