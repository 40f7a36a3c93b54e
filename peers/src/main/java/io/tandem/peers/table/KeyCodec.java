// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Keys as words of eight bytes, padded with zeros, and their hash.
 *
 * <p>The hash is keyed by a secret seed: clients choose the keys, and must not be able to choose the chain. Any thread.
 */
final class KeyCodec {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long K1 = 0x9E37_79B9_7F4A_7C15L;
    private static final long K2 = 0xD6E8_FEB8_6659_FD93L;

    private final KeyType type;
    private final int keyBytes;
    private final int keyLongs;
    private final long seed1;
    private final long seed2;

    KeyCodec(TableDefinition definition, int keyLongs, long seed) {
        this.type = definition.keyType();
        this.keyBytes = definition.keyBytes();
        this.keyLongs = keyLongs;
        this.seed1 = mix(seed ^ K1);
        this.seed2 = mix(seed + K2);
    }

    /** How many of these bytes are the key, or -1 where they cannot be one. */
    int length(byte[] bytes, int off, int len) {
        return switch (type) {
            case INTEGER, IP, IPV6 -> len == keyBytes ? len : -1;
            case BINARY -> Math.min(len, keyBytes);
            case STRING -> untilNul(bytes, off, Math.min(len, keyBytes));
        };
    }

    private static int untilNul(byte[] bytes, int off, int len) {
        for (int i = 0; i < len; i++) {
            if (bytes[off + i] == 0) {
                return i;
            }
        }
        return len;
    }

    long hash(byte[] bytes, int off, int len) {
        long hash = seed1;
        for (int i = 0; i < keyLongs; i++) {
            long word = word(bytes, off, len, i);
            // Zero words at the end do not change the hash, so short strings cost little.
            if (i > 0 && i * 8 >= len) {
                break;
            }
            long a = word ^ seed2;
            long b = hash ^ K2;
            hash = Math.multiplyHigh(a, b) ^ (a * b) ^ (hash << 7 | hash >>> 57);
        }
        return mix(hash);
    }

    boolean matches(long[] longs, int at, byte[] bytes, int off, int len) {
        for (int i = 0; i < keyLongs; i++) {
            if (longs[at + i] != word(bytes, off, len, i)) {
                return false;
            }
        }
        return true;
    }

    void store(long[] longs, int at, byte[] bytes, int off, int len) {
        for (int i = 0; i < keyLongs; i++) {
            longs[at + i] = word(bytes, off, len, i);
        }
    }

    /** Copies a key out and answers its length; a string's ends before the padding. */
    int read(long[] longs, int at, byte[] into, int off) {
        int length = keyBytes;
        for (int i = 0; i < keyBytes; i++) {
            into[off + i] = (byte) (longs[at + (i >>> 3)] >>> ((i & 7) * 8));
        }
        if (type == KeyType.STRING) {
            while (length > 0 && into[off + length - 1] == 0) {
                length--;
            }
        }
        return length;
    }

    private static long word(byte[] bytes, int off, int len, int index) {
        int start = index * 8;
        if (start + 8 <= len) {
            return (long) WORD.get(bytes, off + start);
        }
        long word = 0;
        for (int i = len - 1; i >= start; i--) {
            word = word << 8 | (bytes[off + i] & 0xFF);
        }
        return word;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 32)) * 0xD6E8_FEB8_6659_FD93L;
        z = (z ^ (z >>> 32)) * 0xD6E8_FEB8_6659_FD93L;
        return z ^ (z >>> 32);
    }
}
