// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Text;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * A hash of bytes, eight at a time. Keys may come from clients ({@code set-map}), so it starts from numbers that nobody
 * outside knows: who cannot tell which keys collide cannot make many that do.
 */
public final class ByteHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long SEED;
    private static final long SECRET;

    static {
        SecureRandom random = new SecureRandom();
        SEED = random.nextLong();
        SECRET = random.nextLong() | 1;
    }

    private static final long ONES = 0x0101010101010101L;
    private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private ByteHash() {}

    /** @param fold whether letters in either case are the same */
    public static long of(byte[] bytes, int start, int end, boolean fold) {
        long hash = SEED ^ end - start;
        int at = start;
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            hash = mix(hash, (long) LONGS.get(bytes, at), fold);
        }
        int left = end - at;
        if (left >= Integer.BYTES) {
            long head = (int) INTS.get(bytes, at) & 0xFFFFFFFFL;
            long tail = (int) INTS.get(bytes, end - Integer.BYTES) & 0xFFFFFFFFL;
            hash = mix(hash, head << 32 | tail, fold);
        } else if (left > 0) {
            long word = (bytes[at] & 0xFFL) << 16 | (bytes[at + left / 2] & 0xFFL) << 8 | bytes[end - 1] & 0xFFL;
            hash = mix(hash, word, fold);
        }
        return hash ^ hash >>> 32;
    }

    private static long mix(long hash, long word, boolean fold) {
        long a = hash ^ (fold ? lower(word) : word);
        return Math.multiplyHigh(a, SECRET) ^ a * SECRET;
    }

    /** Whether the slice is {@code key} but for the case of its letters. */
    static boolean isIgnoreCase(byte[] bytes, int start, int end, byte[] key) {
        if (end - start != key.length) {
            return false;
        }
        int at = 0;
        for (; key.length - at >= Long.BYTES; at += Long.BYTES) {
            long word = (long) LONGS.get(bytes, start + at);
            long wanted = (long) LONGS.get(key, at);
            if (word != wanted && lower(word) != lower(wanted)) {
                return false;
            }
        }
        for (; at < key.length; at++) {
            if (Text.lower(bytes[start + at]) != Text.lower(key[at])) {
                return false;
            }
        }
        return true;
    }

    /** Eight bytes, the ASCII letters among them in lower case. */
    static long lower(long word) {
        long sevenBits = word & LOW_BITS;
        long fromA = sevenBits + (0x80 - 'A') * ONES;
        long aboveZ = sevenBits + (0x7F - 'Z') * ONES;
        long capitals = (fromA ^ aboveZ) & ~word & HIGH_BITS;
        return word | capitals >>> 2;
    }
}
