// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ticket keys of a cluster: one that seals, the one that will seal next, and the one that sealed before, so that every node
 * opens what any other has sealed a rotation ago. Secret: never logged. Pure.
 *
 * <pre>
 * u8 version = 1 | i64 made at, milliseconds UTC | 3 × (16 bytes name | 16 bytes hmac | 16 bytes aes)
 * </pre>
 *
 * @param madeAtMs when the first key began to seal, milliseconds UTC
 * @param keys in the order {@link TicketKeys#replace} wants: the one that seals first
 */
public record SharedTickets(long madeAtMs, List<TicketKeys.Key> keys) {
    private static final byte VERSION = 1;
    private static final int KEPT = 3;
    private static final int PART = 16;
    private static final int LENGTH = 1 + Long.BYTES + KEPT * 3 * PART;

    public SharedTickets {
        keys = List.copyOf(keys);
        if (keys.size() != KEPT) {
            throw new IllegalArgumentException(keys.size() + " keys");
        }
    }

    /** The first keys of a cluster: tickets of {@code sealing} stay good. */
    public static SharedTickets first(TicketKeys.Key sealing, SecureRandom random, long nowMs) {
        return new SharedTickets(nowMs, List.of(sealing, TicketKeys.random(random), TicketKeys.random(random)));
    }

    /** The key known as the next one seals from now on. */
    public SharedTickets rotated(SecureRandom random, long nowMs) {
        return new SharedTickets(nowMs, List.of(keys.get(1), TicketKeys.random(random), keys.get(0)));
    }

    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(LENGTH).put(VERSION).putLong(madeAtMs);
        keys.forEach(key -> out.put(key.name()).put(key.hmac()).put(key.aes()));
        return out.array();
    }

    /** Reads what {@link #encode} has written; null for anything else, which a later version may have written. */
    public static @Nullable SharedTickets decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length != LENGTH || in.get() != VERSION) {
            return null;
        }
        long madeAtMs = in.getLong();
        List<TicketKeys.Key> keys = new ArrayList<>(KEPT);
        for (int i = 0; i < KEPT; i++) {
            keys.add(new TicketKeys.Key(part(in), part(in), part(in)));
        }
        return new SharedTickets(madeAtMs, keys);
    }

    private static byte[] part(ByteBuffer in) {
        byte[] part = new byte[PART];
        in.get(part);
        return part;
    }

    @Override
    public String toString() {
        return "SharedTickets made at " + madeAtMs;
    }
}
