// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.vrrp.netlink.Crypt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The password of a user in a {@code userlist}: in clear ({@code insecure-password}) or hashed by crypt(3) ({@code password}).
 *
 * <p>crypt(3) is slow on purpose. What was last found right is remembered as a digest under a key of the process's own, so that a
 * client with the right password costs that once; one with a wrong password costs it every time, as in HAProxy. Thread-safe.
 */
public final class Password {
    private static final byte[] KEY = new byte[32];

    static {
        new SecureRandom().nextBytes(KEY);
    }

    private final String text;
    private final boolean hashed;
    private volatile byte @Nullable [] right; // written and read by any loop

    private Password(String text, boolean hashed) {
        this.text = text;
        this.hashed = hashed;
    }

    public static Password inClear(String text) {
        return new Password(text, false);
    }

    /** @param hash method, salt and hash as crypt(3) writes them; with anything else no password is right */
    public static Password hashed(String hash) {
        return new Password(hash, true);
    }

    /** Whether {@code tried}, a character a byte, is it. Takes as long for a wrong password in clear as for the right one. */
    boolean is(String tried) {
        if (!hashed) {
            return MessageDigest.isEqual(bytes(tried), bytes(text));
        }
        byte[] digest = digest(tried);
        if (Arrays.equals(digest, right)) {
            return true;
        }
        String hash = Crypt.hash(tried, text);
        boolean same = hash != null && MessageDigest.isEqual(bytes(hash), bytes(text));
        if (same) {
            right = digest;
        }
        return same;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] digest(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(KEY);
            return sha.digest(bytes(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "a password";
    }
}
