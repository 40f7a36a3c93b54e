// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import io.tandem.config.model.AdvertHmac;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A key of {@code auth_hmac} as configurations write it: ASCII, {@code hex:} and digits, or {@code file:} and the path of a
 * file that holds one of these.
 *
 * @param secret one character a byte, or null
 * @param fault why there is none; tells nothing of the key
 */
public record KeyText(@Nullable String secret, @Nullable String fault) {
    /** @param directory that relative paths begin in */
    public static KeyText read(String text, Path directory) {
        if (!text.startsWith("file:")) {
            return decode(text);
        }
        Path file = directory.resolve(text.substring("file:".length()));
        SecretFile.Fault fault = SecretFile.check(file, AdvertHmac.KEY_MIN_BYTES);
        if (fault != null) {
            return new KeyText(null, "is of no use: " + fault.text() + " (" + fault.remedy() + ")");
        }
        try {
            return decode(SecretFile.read(file));
        } catch (IOException e) {
            return new KeyText(null, "cannot be read from " + file);
        }
    }

    private static KeyText decode(String text) {
        String secret = text;
        if (text.startsWith("hex:")) {
            try {
                secret = new String(HexFormat.of().parseHex(text.substring(4)), StandardCharsets.ISO_8859_1);
            } catch (IllegalArgumentException e) {
                return new KeyText(null, "is not in pairs of hexadecimal digits");
            }
        } else if (!StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
            return new KeyText(null, "is not ASCII; write it as hex:");
        }
        return secret.length() >= AdvertHmac.KEY_MIN_BYTES && secret.length() <= AdvertHmac.KEY_MAX_BYTES
                ? new KeyText(secret, null)
                : new KeyText(null, "has " + secret.length() + " bytes, not 32 to 64 (openssl rand -hex 32)");
    }

    /** Never holds the secret. */
    @Override
    public String toString() {
        return "KeyText[" + (fault == null ? "good" : fault) + "]";
    }
}
