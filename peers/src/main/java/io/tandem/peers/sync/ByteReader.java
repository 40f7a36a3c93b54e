// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

/**
 * The counterpart of {@link ByteWriter}. Never throws: what would read past the end answers 0 and leaves
 * {@link #failed()} set, which is looked at once per entry. One thread.
 */
final class ByteReader {
    private final byte[] bytes;
    private int at;
    private int end;
    private boolean failed;

    ByteReader(byte[] bytes, int off, int len) {
        this.bytes = bytes;
        this.at = off;
        this.end = off + len;
    }

    boolean failed() {
        return failed;
    }

    int remaining() {
        return end - at;
    }

    int u8() {
        if (at >= end) {
            return (int) fail();
        }
        return bytes[at++] & 0xFF;
    }

    /** At most ten bytes, the tenth 0 or 1. */
    long varint() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= end) {
                return fail();
            }
            byte b = bytes[at++];
            if (shift == 63 && (b & 0xFE) != 0) {
                return fail();
            }
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        return fail();
    }

    long zigzag() {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    /** A varint from 0 to {@code max}; anything else fails. */
    int bounded(int max) {
        long value = varint();
        return value < 0 || value > max ? (int) fail() : (int) value;
    }

    long i64() {
        if (end - at < 8) {
            return fail();
        }
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[at++] & 0xFF);
        }
        return value;
    }

    /** The length written by {@link ByteWriter#closeU32}; fails beyond what remains. */
    int u32Length() {
        if (end - at < 4) {
            return (int) fail();
        }
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | (bytes[at++] & 0xFF);
        }
        return value > end - at ? (int) fail() : (int) value;
    }

    boolean raw(byte[] into, int len) {
        if (len > into.length || end - at < len) {
            fail();
            return false;
        }
        System.arraycopy(bytes, at, into, 0, len);
        at += len;
        return true;
    }

    /** A block of at most {@code max} bytes; empty when it fails. */
    byte[] block(int max) {
        int len = bounded(max);
        byte[] into = new byte[failed || len > end - at ? 0 : len];
        if (into.length != len) {
            fail();
        }
        raw(into, into.length);
        return into;
    }

    /** A reader of the next {@code len} bytes, which this one skips. */
    ByteReader slice(int len) {
        int from = at;
        if (len > end - at) {
            fail();
            return new ByteReader(bytes, at, 0);
        }
        at += len;
        return new ByteReader(bytes, from, len);
    }

    private long fail() {
        failed = true;
        at = end;
        return 0;
    }
}
