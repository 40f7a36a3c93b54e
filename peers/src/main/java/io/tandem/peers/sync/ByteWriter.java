// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import java.util.Arrays;

/** Bytes, big-endian integers and varints (unsigned LEB128) into a growing array. One thread. */
final class ByteWriter {
    private byte[] bytes;
    private int size;

    ByteWriter(int capacity) {
        bytes = new byte[capacity];
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    void truncate(int newSize) {
        size = newSize;
    }

    void u8(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    void varint(long value) {
        ensure(10);
        long left = value;
        while ((left & ~0x7FL) != 0) {
            bytes[size++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[size++] = (byte) left;
    }

    /** Small magnitudes of either sign in few bytes. */
    void zigzag(long value) {
        varint(value << 1 ^ value >> 63);
    }

    void i64(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    void raw(byte[] from, int off, int len) {
        ensure(len);
        System.arraycopy(from, off, bytes, size, len);
        size += len;
    }

    /** A length and that many bytes. */
    void block(byte[] from, int off, int len) {
        varint(len);
        raw(from, off, len);
    }

    /** Leaves room for a length that {@link #closeU32} fills in. */
    int openU32() {
        ensure(4);
        size += 4;
        return size;
    }

    void closeU32(int mark) {
        int length = size - mark;
        for (int i = 0; i < 4; i++) {
            bytes[mark - 4 + i] = (byte) (length >>> (24 - 8 * i));
        }
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
