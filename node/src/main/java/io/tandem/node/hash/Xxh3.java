// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.hash;

import java.util.HexFormat;

/**
 * XXH3 with 64 bits and a seed, over a slice. Immutable.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash, the specification</a>
 */
public final class Xxh3 {
    private static final byte[] SECRET = HexFormat.of()
            .parseHex("b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
                    + "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
                    + "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
                    + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
                    + "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
                    + "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e");
    private static final int STRIPE = 64;
    private static final int STRIPES_IN_BLOCK = (SECRET.length - STRIPE) / 8;
    private static final int BLOCK = STRIPE * STRIPES_IN_BLOCK;
    private static final long PRIME_MX1 = 0x165667919E3779F9L;
    private static final long PRIME_MX2 = 0x9FB21C651E98DF25L;

    private final long seed;
    private final byte[] longSecret = SECRET.clone();

    public Xxh3(long seed) {
        this.seed = seed;
        for (int i = 0; i < SECRET.length; i += 16) {
            XxHash.LONG.set(longSecret, i, secret(i) + seed);
            XxHash.LONG.set(longSecret, i + 8, secret(i + 8) - seed);
        }
    }

    private static long secret(int at) {
        return (long) XxHash.LONG.get(SECRET, at);
    }

    private static long read(byte[] bytes, int at) {
        return (long) XxHash.LONG.get(bytes, at);
    }

    /** The hash of {@code bytes[start..end)}. */
    public long of(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length <= 16) {
            return length > 8
                    ? upTo16(bytes, start, length)
                    : length > 3 ? upTo8(bytes, start, length) : upTo3(bytes, start, length);
        }
        if (length <= 128) {
            return upTo128(bytes, start, length);
        }
        return length <= 240 ? upTo240(bytes, start, length) : more(bytes, start, length);
    }

    private long upTo3(byte[] bytes, int start, int length) {
        if (length == 0) {
            return XxHash.avalanche(seed ^ secret(56) ^ secret(64));
        }
        int combined = (bytes[start] & 0xFF) << 16
                | (bytes[start + (length >> 1)] & 0xFF) << 24
                | (bytes[start + length - 1] & 0xFF)
                | length << 8;
        long flip = ((secret(0) ^ secret(0) >>> 32) & 0xFFFFFFFFL) + seed;
        return XxHash.avalanche((combined & 0xFFFFFFFFL) ^ flip);
    }

    private long upTo8(byte[] bytes, int start, int length) {
        long turned = seed ^ (Integer.reverseBytes((int) seed) & 0xFFFFFFFFL) << 32;
        long first = (int) XxHash.INT.get(bytes, start) & 0xFFFFFFFFL;
        long last = (int) XxHash.INT.get(bytes, start + length - 4) & 0xFFFFFFFFL;
        long hash = (last + (first << 32)) ^ ((secret(8) ^ secret(16)) - turned);
        hash ^= Long.rotateLeft(hash, 49) ^ Long.rotateLeft(hash, 24);
        hash *= PRIME_MX2;
        hash ^= (hash >>> 35) + length;
        hash *= PRIME_MX2;
        return hash ^ hash >>> 28;
    }

    private long upTo16(byte[] bytes, int start, int length) {
        long low = read(bytes, start) ^ ((secret(24) ^ secret(32)) + seed);
        long high = read(bytes, start + length - 8) ^ ((secret(40) ^ secret(48)) - seed);
        return avalanche(length + Long.reverseBytes(low) + high + fold(low, high));
    }

    private long upTo128(byte[] bytes, int start, int length) {
        long sum = length * XxHash.PRIME64_1;
        int end = start + length;
        for (int i = (length - 1) / 32; i >= 0; i--) {
            sum += mix(bytes, start + 16 * i, 32 * i);
            sum += mix(bytes, end - 16 * (i + 1), 32 * i + 16);
        }
        return avalanche(sum);
    }

    private long upTo240(byte[] bytes, int start, int length) {
        long sum = length * XxHash.PRIME64_1;
        for (int i = 0; i < 8; i++) {
            sum += mix(bytes, start + 16 * i, 16 * i);
        }
        sum = avalanche(sum);
        for (int i = 8; i < length / 16; i++) {
            sum += mix(bytes, start + 16 * i, 16 * (i - 8) + 3);
        }
        return avalanche(sum + mix(bytes, start + length - 16, 136 - 17));
    }

    private long mix(byte[] bytes, int at, int secretAt) {
        return fold(read(bytes, at) ^ (secret(secretAt) + seed), read(bytes, at + 8) ^ (secret(secretAt + 8) - seed));
    }

    private long more(byte[] bytes, int start, int length) {
        long[] lanes = {
            XxHash.PRIME32_3 & 0xFFFFFFFFL,
            XxHash.PRIME64_1,
            XxHash.PRIME64_2,
            XxHash.PRIME64_3,
            XxHash.PRIME64_4,
            XxHash.PRIME32_2 & 0xFFFFFFFFL,
            XxHash.PRIME64_5,
            XxHash.PRIME32_1 & 0xFFFFFFFFL
        };
        int blocks = (length - 1) / BLOCK;
        for (int block = 0; block < blocks; block++) {
            stripes(lanes, bytes, start + block * BLOCK, STRIPES_IN_BLOCK);
            scramble(lanes);
        }
        int left = start + blocks * BLOCK;
        stripes(lanes, bytes, left, (start + length - 1 - left) / STRIPE);
        stripe(lanes, bytes, start + length - STRIPE, SECRET.length - STRIPE - 7);
        long hash = length * XxHash.PRIME64_1;
        for (int i = 0; i < 8; i += 2) {
            hash += fold(lanes[i] ^ read(longSecret, 11 + 8 * i), lanes[i + 1] ^ read(longSecret, 19 + 8 * i));
        }
        return avalanche(hash);
    }

    private void stripes(long[] lanes, byte[] bytes, int from, int count) {
        for (int i = 0; i < count; i++) {
            stripe(lanes, bytes, from + i * STRIPE, i * 8);
        }
    }

    private void stripe(long[] lanes, byte[] bytes, int at, int secretAt) {
        for (int i = 0; i < 8; i++) {
            long data = read(bytes, at + 8 * i);
            long keyed = data ^ read(longSecret, secretAt + 8 * i);
            lanes[i ^ 1] += data;
            lanes[i] += (keyed & 0xFFFFFFFFL) * (keyed >>> 32);
        }
    }

    private void scramble(long[] lanes) {
        for (int i = 0; i < 8; i++) {
            long lane = lanes[i] ^ lanes[i] >>> 47 ^ read(longSecret, SECRET.length - STRIPE + 8 * i);
            lanes[i] = lane * (XxHash.PRIME32_1 & 0xFFFFFFFFL);
        }
    }

    /** The halves of the product of 128 bits, one upon the other. */
    private static long fold(long a, long b) {
        long high = Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a); // unsigned
        return high ^ a * b;
    }

    private static long avalanche(long hash) {
        long mixed = (hash ^ hash >>> 37) * PRIME_MX1;
        return mixed ^ mixed >>> 32;
    }
}
