// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a {@code tls-ticket-keys} file: the last three count, the one before the last seals new tickets, so that a key is
 * known everywhere before it is used (HAProxy manual 5.1). Thread-safe.
 */
final class TicketFile {
    static final int SHORT_BYTES = 48;
    static final int LONG_BYTES = 80;

    private static final int KEPT = 3;

    /** Why a file or a key means nothing, worded as HAProxy. */
    static final class Malformed extends Exception {
        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    private final String file;
    private final int keyBytes;
    private final TicketKeys keys = new TicketKeys();
    private final List<byte[]> secrets; // guarded by this

    private TicketFile(String file, List<byte[]> secrets) {
        this.file = file;
        this.secrets = new ArrayList<>(secrets.subList(secrets.size() - KEPT, secrets.size()));
        keyBytes = this.secrets.get(0).length;
        install();
    }

    /** Reads {@code file}; blocks. */
    static TicketFile read(String file) throws Malformed {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new Malformed("unable to load ssl tickets keys file");
        }
        List<byte[]> secrets = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            byte[] secret = decode(lines.get(i).strip());
            if (secret == null) {
                throw new Malformed("unable to decode base64 key on line " + (i + 1));
            }
            boolean fits = secrets.isEmpty()
                    ? secret.length == SHORT_BYTES || secret.length == LONG_BYTES
                    : secret.length == secrets.get(0).length;
            if (!fits) {
                throw new Malformed("wrong sized key on line " + (i + 1));
            }
            secrets.add(secret);
        }
        if (secrets.size() < KEPT) {
            throw new Malformed("please supply at least " + KEPT + " keys in the tls-tickets-file");
        }
        return new TicketFile(file, secrets);
    }

    static byte @Nullable [] decode(String base64) {
        try {
            return base64.length() % 4 == 0 ? Base64.getDecoder().decode(base64) : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    String file() {
        return file;
    }

    TicketKeys keys() {
        return keys;
    }

    /** Whether the keys are of 80 bytes, whose names and secrets BoringSSL's shorter keys are derived from. */
    boolean isLong() {
        return keyBytes == LONG_BYTES;
    }

    /** The keys in base64, oldest first. */
    synchronized List<String> shown() {
        return secrets.stream().map(Base64.getEncoder()::encodeToString).toList();
    }

    /** Adds a key and forgets the oldest; false when its size is not that of the others. */
    synchronized boolean rotate(byte[] secret) {
        if (secret.length != keyBytes) {
            return false;
        }
        secrets.remove(0);
        secrets.add(secret);
        install();
        return true;
    }

    private void install() {
        List<TicketKeys.Key> ordered = new ArrayList<>();
        ordered.add(key(secrets.get(KEPT - 2)));
        ordered.add(key(secrets.get(KEPT - 1)));
        ordered.add(key(secrets.get(0)));
        keys.replace(ordered);
    }

    private static TicketKeys.Key key(byte[] secret) {
        byte[] name = Arrays.copyOf(secret, 16);
        return secret.length == SHORT_BYTES
                ? new TicketKeys.Key(name, Arrays.copyOfRange(secret, 32, 48), Arrays.copyOfRange(secret, 16, 32))
                : new TicketKeys.Key(
                        name,
                        shortened(Arrays.copyOfRange(secret, 48, 80)),
                        shortened(Arrays.copyOfRange(secret, 16, 48)));
    }

    private static byte[] shortened(byte[] secret) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(secret), 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256", e);
        }
    }
}
