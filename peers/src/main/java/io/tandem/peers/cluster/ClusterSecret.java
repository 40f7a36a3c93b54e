// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What all nodes of a cluster know and nobody else: keys are derived from it (HKDF-SHA256, RFC 5869), bound to the
 * cluster's name and to their purpose. Immutable.
 */
final class ClusterSecret {
    static final int MIN_BYTES = 16;
    private static final int MAX_BYTES = 64 * 1024;
    private static final Set<PosixFilePermission> NOT_OURS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final byte[] pseudoRandomKey;

    ClusterSecret(byte[] secret, String clusterName) {
        pseudoRandomKey = hmac(("tandem cluster " + clusterName).getBytes(UTF_8), secret);
    }

    /**
     * Reads the file; a newline at its end is not part of the secret.
     *
     * @throws IOException if it cannot be read, is too short, or others may read it
     */
    static ClusterSecret read(Path file, String clusterName) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES);
        }
        int length = bytes.length;
        while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
            length--;
        }
        if (length < MIN_BYTES) {
            throw new IOException("cluster secret " + file + " has " + length + " bytes, needs at least " + MIN_BYTES
                    + " (head -c 32 /dev/urandom | base64 > " + file + ")");
        }
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(NOT_OURS::contains)) {
                throw new IOException("cluster secret " + file + " is open to others (chmod 600 " + file + ")");
            }
        }
        byte[] secret = Arrays.copyOf(bytes, length);
        Arrays.fill(bytes, (byte) 0);
        ClusterSecret read = new ClusterSecret(secret, clusterName);
        Arrays.fill(secret, (byte) 0);
        return read;
    }

    /** 32 bytes for one purpose: HKDF-Expand with one block. */
    byte[] derive(String purpose, byte[] context) {
        byte[] info = purpose.getBytes(UTF_8);
        byte[] input = Arrays.copyOf(info, info.length + context.length + 2);
        System.arraycopy(context, 0, input, info.length + 1, context.length); // a NUL between them
        input[input.length - 1] = 1;
        return hmac(pseudoRandomKey, input);
    }

    private static byte[] hmac(byte[] key, byte[] input) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
