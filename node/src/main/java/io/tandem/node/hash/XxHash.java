// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * XXH32 and XXH64 over a slice.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash, the specification</a>
 */
public final class XxHash {
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static final int PRIME32_1 = 0x9E3779B1;
    static final int PRIME32_2 = 0x85EBCA77;
    static final int PRIME32_3 = 0xC2B2AE3D;
    private static final int PRIME32_4 = 0x27D4EB2F;
    private static final int PRIME32_5 = 0x165667B1;

    static final long PRIME64_1 = 0x9E3779B185EBCA87L;
    static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
    static final long PRIME64_3 = 0x165667B19E3779F9L;
    static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
    static final long PRIME64_5 = 0x27D4EB2F165667C5L;

    private XxHash() {}

    /** 32 bits, unsigned, of the bytes from {@code start} to before {@code end}. */
    public static long xxh32(byte[] bytes, int start, int end, int seed) {
        int length = end - start;
        int at = start;
        int hash;
        if (length >= 16) {
            int a = seed + PRIME32_1 + PRIME32_2;
            int b = seed + PRIME32_2;
            int c = seed;
            int d = seed - PRIME32_1;
            while (end - at >= 16) {
                a = round32(a, (int) INT.get(bytes, at));
                b = round32(b, (int) INT.get(bytes, at + 4));
                c = round32(c, (int) INT.get(bytes, at + 8));
                d = round32(d, (int) INT.get(bytes, at + 12));
                at += 16;
            }
            hash = Integer.rotateLeft(a, 1)
                    + Integer.rotateLeft(b, 7)
                    + Integer.rotateLeft(c, 12)
                    + Integer.rotateLeft(d, 18);
        } else {
            hash = seed + PRIME32_5;
        }
        hash += length;
        while (end - at >= 4) {
            hash = Integer.rotateLeft(hash + (int) INT.get(bytes, at) * PRIME32_3, 17) * PRIME32_4;
            at += 4;
        }
        while (at < end) {
            hash = Integer.rotateLeft(hash + (bytes[at++] & 0xFF) * PRIME32_5, 11) * PRIME32_1;
        }
        hash = (hash ^ hash >>> 15) * PRIME32_2;
        hash = (hash ^ hash >>> 13) * PRIME32_3;
        return (hash ^ hash >>> 16) & 0xFFFFFFFFL;
    }

    private static int round32(int lane, int input) {
        return Integer.rotateLeft(lane + input * PRIME32_2, 13) * PRIME32_1;
    }

    /** 64 bits of the bytes from {@code start} to before {@code end}. */
    public static long xxh64(byte[] bytes, int start, int end, long seed) {
        int length = end - start;
        int at = start;
        long hash;
        if (length >= 32) {
            long a = seed + PRIME64_1 + PRIME64_2;
            long b = seed + PRIME64_2;
            long c = seed;
            long d = seed - PRIME64_1;
            while (end - at >= 32) {
                a = round64(a, (long) LONG.get(bytes, at));
                b = round64(b, (long) LONG.get(bytes, at + 8));
                c = round64(c, (long) LONG.get(bytes, at + 16));
                d = round64(d, (long) LONG.get(bytes, at + 24));
                at += 32;
            }
            hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
            hash = merge(merge(merge(merge(hash, a), b), c), d);
        } else {
            hash = seed + PRIME64_5;
        }
        hash += length;
        while (end - at >= 8) {
            hash = Long.rotateLeft(hash ^ round64(0, (long) LONG.get(bytes, at)), 27) * PRIME64_1 + PRIME64_4;
            at += 8;
        }
        if (end - at >= 4) {
            hash = Long.rotateLeft(hash ^ ((int) INT.get(bytes, at) & 0xFFFFFFFFL) * PRIME64_1, 23) * PRIME64_2
                    + PRIME64_3;
            at += 4;
        }
        while (at < end) {
            hash = Long.rotateLeft(hash ^ (bytes[at++] & 0xFF) * PRIME64_5, 11) * PRIME64_1;
        }
        return avalanche(hash);
    }

    static long avalanche(long hash) {
        long mixed = (hash ^ hash >>> 33) * PRIME64_2;
        mixed = (mixed ^ mixed >>> 29) * PRIME64_3;
        return mixed ^ mixed >>> 32;
    }

    private static long round64(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME64_2, 31) * PRIME64_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round64(0, lane)) * PRIME64_1 + PRIME64_4;
    }
}
