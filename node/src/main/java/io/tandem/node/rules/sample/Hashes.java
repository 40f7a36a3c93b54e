// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** The hashes that HAProxy names, over a slice; 32 bits, unsigned. */
public final class Hashes {
    private Hashes() {}

    /** {@code h(i) = b + h(i-1) * 65599}. */
    public static long sdbm(byte[] bytes, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = (bytes[i] & 0xff) + (hash << 6) + (hash << 16) - hash;
        }
        return hash & 0xFFFFFFFFL;
    }

    /** {@code h(i) = h(i-1) * 33 + b}, from 5381. */
    public static long djb2(byte[] bytes, int start, int end) {
        int hash = 5381;
        for (int i = start; i < end; i++) {
            hash = (hash << 5) + hash + (bytes[i] & 0xff);
        }
        return hash & 0xFFFFFFFFL;
    }

    /** Two words turned by amounts that follow from the bytes before: HAProxy's own. */
    public static long wt6(byte[] bytes, int start, int end) {
        int first = 0xa53c965a;
        int second = 0x5ca6953a;
        int turnFirst = 6;
        int turnSecond = 18;
        for (int i = start; i < end; i++) {
            int b = bytes[i] & 0xff;
            int left = ~(first ^ b);
            int right = ~(second + b);
            first = Integer.rotateLeft(right, turnFirst);
            second = Integer.rotateLeft(left, turnSecond);
            int mixed = ((first >>> 16) ^ second) & 0xffff;
            turnFirst = mixed & 0x1f;
            turnSecond = mixed >>> 11;
        }
        return (first ^ second) & 0xFFFFFFFFL;
    }

    public static long crc32(byte[] bytes, int start, int end) {
        CRC32 crc = new CRC32();
        crc.update(bytes, start, end - start);
        return crc.getValue();
    }

    public static long crc32c(byte[] bytes, int start, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, start, end - start);
        return crc.getValue();
    }

    /**
     * Bob Jenkins's integer hash, which spreads every bit over the whole, times a large prime: {@code hash-type …
     * avalanche} as HAProxy computes it.
     */
    public static long avalanche(long hash) {
        int a = (int) hash;
        a = a + 0x7ed55d16 + (a << 12);
        a = a ^ 0xc761c23c ^ a >>> 19;
        a = a + 0x165667b1 + (a << 5);
        a = a + 0xd3a2646c ^ a << 9;
        a = a + 0xfd7046c5 + (a << 3);
        a = a ^ 0xb55a4f09 ^ a >>> 16;
        return (a * 3221225473L) & 0xFFFFFFFFL;
    }
}
