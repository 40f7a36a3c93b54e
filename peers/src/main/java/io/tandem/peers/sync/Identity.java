// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Who a node is in this life.
 *
 * @param name as its members call it
 * @param incarnation different in each life, larger in later ones; milliseconds UTC at start serve
 */
public record Identity(String name, long incarnation) {
    public Identity {
        if (incarnation <= 0) {
            throw new IllegalArgumentException("incarnation " + incarnation);
        }
    }

    /** The number that stands for the name: the first eight bytes of its SHA-256. */
    public long node() {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
