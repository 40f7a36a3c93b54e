// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** Bytes written as pairs of hexadecimal digits in a configuration. */
public final class Hex {
    private Hex() {}

    /** @throws SampleError with HAProxy's words where it is no such text */
    public static byte[] parse(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                throw new SampleError("an hex digit is expected (found '" + text.charAt(i) + "')");
            }
        }
        if (text.length() % 2 != 0) {
            throw new SampleError("an even number of hex digit is expected");
        }
        byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(text.substring(i * 2, i * 2 + 2), 16);
        }
        return bytes;
    }
}
