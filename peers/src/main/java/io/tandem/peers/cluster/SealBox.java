// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals payloads with AES-256-GCM and opens those of others.
 *
 * <pre>
 * 16 bytes  life of the sender: random, chosen at its start
 *  8 bytes  counter, from 1
 *    …      ciphertext
 * 16 bytes  tag, over ciphertext, life and counter
 * </pre>
 *
 * Each life has a key of its own, derived from the cluster's secret; the counter is the nonce, so that none repeats
 * however long it runs, and shows repetition. Any thread.
 */
final class SealBox {
    static final int LIFE_BYTES = 16;
    static final int HEADER_BYTES = LIFE_BYTES + 8;
    static final int TAG_BYTES = 16;
    static final int OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;
    private static final int MAX_LIVES = 256;

    /** Why a payload was not opened. */
    enum Failure {
        /** Too short to be sealed. */
        TOO_SHORT,
        /** Another secret, another cluster, or altered on the way. */
        NOT_AUTHENTIC,
        /** Seen before, or far too old. */
        REPLAYED
    }

    private record Sender(SecretKey key, ReplayWindow window) {}

    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(SealBox::newCipher);

    private final ClusterSecret secret;
    private final byte[] life = new byte[LIFE_BYTES];
    private final SecretKey key;
    private final AtomicLong counter = new AtomicLong();
    private final Map<ByteBuffer, Sender> senders = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Sender> eldest) {
            return size() > MAX_LIVES;
        }
    });

    SealBox(ClusterSecret secret, SecureRandom random) {
        this.secret = secret;
        random.nextBytes(life);
        this.key = keyOf(life);
    }

    byte[] seal(byte[] plain, int off, int len) {
        byte[] sealed = new byte[len + OVERHEAD_BYTES];
        System.arraycopy(life, 0, sealed, 0, LIFE_BYTES);
        ByteBuffer.wrap(sealed).putLong(LIFE_BYTES, counter.incrementAndGet());
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, sealed, 0);
            cipher.doFinal(plain, off, len, sealed, HEADER_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refused to seal " + len + " bytes", e);
        }
    }

    /** The plain bytes, or a {@link Failure}. */
    Object open(byte[] sealed, int off, int len) {
        if (len < OVERHEAD_BYTES) {
            return Failure.TOO_SHORT;
        }
        byte[] from = new byte[LIFE_BYTES];
        System.arraycopy(sealed, off, from, 0, LIFE_BYTES);
        ByteBuffer name = ByteBuffer.wrap(from);
        Sender known = senders.get(name);
        Sender sender = known != null ? known : new Sender(keyOf(from), new ReplayWindow());
        byte[] plain;
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, sender.key(), sealed, off);
            plain = cipher.doFinal(sealed, off + HEADER_BYTES, len - HEADER_BYTES);
        } catch (AEADBadTagException e) {
            return Failure.NOT_AUTHENTIC;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refused to open " + len + " bytes", e);
        }
        if (known == null) {
            // Only who knows the secret gets an entry here.
            Sender first = senders.putIfAbsent(name, sender);
            sender = first != null ? first : sender;
        }
        long number = ByteBuffer.wrap(sealed).getLong(off + LIFE_BYTES);
        return sender.window().accept(number) ? plain : Failure.REPLAYED;
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] header, int off) throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        System.arraycopy(header, off + LIFE_BYTES, nonce, 4, 8);
        Cipher cipher = CIPHER.get();
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
        cipher.updateAAD(header, off, HEADER_BYTES);
        return cipher;
    }

    private SecretKey keyOf(byte[] sender) {
        return new SecretKeySpec(secret.derive("seal v1", sender), "AES");
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }
}
