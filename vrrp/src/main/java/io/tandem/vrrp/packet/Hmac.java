// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.nio.charset.StandardCharsets;

/**
 * HMAC-SHA256 (RFC 2104) that allocates nothing after construction; the JDK's makes garbage with each result, and the
 * guardian makes hundreds a second. Its key is hashed once. Not thread-safe.
 */
public final class Hmac {
    public static final int BYTES = 32;

    private final Sha256 sha = new Sha256();
    /** The states behind the key's two blocks. */
    private final int[] inner = Sha256.initial();

    private final int[] outer = Sha256.initial();
    private final int[] state = new int[8];
    private final byte[] result = new byte[BYTES];

    public Hmac(byte[] key) {
        byte[] block = new byte[Sha256.BLOCK];
        if (key.length > Sha256.BLOCK) {
            sha.finish(Sha256.initial(), 0, key, 0, key.length, block);
        } else {
            System.arraycopy(key, 0, block, 0, key.length);
        }
        for (int i = 0; i < block.length; i++) {
            block[i] ^= 0x36;
        }
        sha.block(inner, block, 0);
        for (int i = 0; i < block.length; i++) {
            block[i] ^= 0x36 ^ 0x5c;
        }
        sha.block(outer, block, 0);
    }

    /** The code of the bytes, in an array that the next call changes. */
    public byte[] of(byte[] bytes, int offset, int length) {
        System.arraycopy(inner, 0, state, 0, state.length);
        sha.finish(state, Sha256.BLOCK, bytes, offset, length, result);
        System.arraycopy(outer, 0, state, 0, state.length);
        sha.finish(state, Sha256.BLOCK, result, 0, BYTES, result);
        return result;
    }

    /** A key for one purpose: {@code HMAC(key, label, 0, parts each with its length)}. */
    public static byte[] derive(byte[] key, String label, byte[]... parts) {
        int length = label.length() + 1;
        for (byte[] part : parts) {
            length += 2 + part.length;
        }
        byte[] text = new byte[length];
        byte[] labelBytes = label.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(labelBytes, 0, text, 0, labelBytes.length);
        int at = labelBytes.length + 1;
        for (byte[] part : parts) {
            text[at++] = (byte) (part.length >>> 8);
            text[at++] = (byte) part.length;
            System.arraycopy(part, 0, text, at, part.length);
            at += part.length;
        }
        return new Hmac(key).of(text, 0, text.length).clone();
    }

    /** Whether {@code count} bytes at {@code offset} begin with the code, compared in constant time. */
    public static boolean matches(byte[] code, byte[] bytes, int offset, int count) {
        int difference = 0;
        for (int i = 0; i < count; i++) {
            difference |= code[i] ^ bytes[offset + i];
        }
        return difference == 0;
    }
}
