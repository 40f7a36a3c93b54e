// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.setup.Assembly;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Public keys that verify tokens, by the file named in the configuration: read when it is, so that no request waits for a
 * disk. What a later configuration names is read again. Thread-safe.
 */
final class JwtKeys {
    private static final int MAX_FILE_BYTES = 1 << 20;
    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    private static final Map<String, PublicKey> BY_FILE = new ConcurrentHashMap<>();

    private JwtKeys() {}

    /**
     * Reads a file; one that cannot be read, or holds no key, leaves nothing, which a token's verification tells (-5). What is
     * known of it counts until the configuration takes effect that asks.
     *
     * @param assembly null while lines are read, or where there is no configuration
     */
    static void load(String file, @Nullable Assembly assembly) {
        PublicKey key = read(file);
        if (assembly == null) {
            if (key != null) {
                BY_FILE.putIfAbsent(file, key);
            }
        } else {
            assembly.onCommit(() -> know(file, key));
        }
    }

    private static void know(String file, @Nullable PublicKey key) {
        if (key == null) {
            BY_FILE.remove(file);
        } else {
            BY_FILE.put(file, key);
        }
    }

    /** The key of a file that some {@code jwt_verify} names; null where there is none. */
    static @Nullable PublicKey of(String file) {
        return BY_FILE.get(file);
    }

    private static @Nullable PublicKey read(String file) {
        try {
            Path path = Path.of(file);
            if (!Files.isRegularFile(path) || Files.size(path) > MAX_FILE_BYTES) {
                return null;
            }
            byte[] bytes = Files.readAllBytes(path);
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END, Math.max(0, begin));
            return begin >= 0 && end > begin
                    ? key(Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)))
                    : CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(bytes))
                            .getPublicKey();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return null;
        }
    }

    private static PublicKey key(byte[] encoded) throws GeneralSecurityException {
        X509EncodedKeySpec spec = new X509EncodedKeySpec(encoded);
        try {
            return KeyFactory.getInstance("RSA").generatePublic(spec);
        } catch (GeneralSecurityException notRsa) {
            return KeyFactory.getInstance("EC").generatePublic(spec);
        }
    }
}
