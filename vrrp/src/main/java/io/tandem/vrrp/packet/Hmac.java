// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC-SHA256 (RFC 2104) that allocates nothing after construction; the JDK's makes garbage with each result, and the
 * guardian makes hundreds a second. Not thread-safe.
 */
public final class Hmac {
    public static final int BYTES = 32;
    private static final int BLOCK = 64;

    private final MessageDigest digest;
    private final byte[] inner = new byte[BLOCK];
    private final byte[] outer = new byte[BLOCK];
    private final byte[] result = new byte[BYTES];

    public Hmac(byte[] key) {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        byte[] block = Arrays.copyOf(key.length > BLOCK ? digest.digest(key) : key, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            inner[i] = (byte) (block[i] ^ 0x36);
            outer[i] = (byte) (block[i] ^ 0x5c);
        }
    }

    /** The code of the bytes, in an array that the next call changes. */
    public byte[] of(byte[] bytes, int offset, int length) {
        try {
            digest.reset();
            digest.update(inner);
            digest.update(bytes, offset, length);
            digest.digest(result, 0, BYTES);
            digest.update(outer);
            digest.update(result);
            digest.digest(result, 0, BYTES);
            return result;
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
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
