// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCounted;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The keys that seal TLS session tickets (RFC 5077, RFC 8446 4.6.1): one set for all listeners of the process, kept over
 * reloads, so that a client can resume wherever it connects. A cluster gives all nodes the same, and new ones; without one a new
 * key seals from the first context on that is made {@value #LIFE_HOURS} hours after the last, at a reload, say.
 *
 * <p>Thread-safe.
 */
public final class TicketKeys {
    /**
     * One key: 16 bytes each to name it, to authenticate and to encrypt.
     *
     * <p>Secret: never logged.
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Key(byte[] name, byte[] hmac, byte[] aes) {
        public Key {
            if (name.length != 16 || hmac.length != 16 || aes.length != 16) {
                throw new IllegalArgumentException("a ticket key has three parts of 16 bytes");
            }
        }

        @Override
        public String toString() {
            return "TicketKeys.Key";
        }
    }

    private static final int LIFE_HOURS = 12;
    private static final int KEPT = 3;

    private final Set<SslContext> contexts = Collections.newSetFromMap(new WeakHashMap<>()); // guarded by this
    private List<Key> keys = List.of(); // guarded by this
    private boolean given; // guarded by this
    private long madeNs; // guarded by this

    /**
     * Replaces the keys everywhere, now.
     *
     * @param keys the first one seals new tickets, all open old ones; at least one
     */
    public synchronized void replace(List<Key> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("no ticket key");
        }
        given = true;
        this.keys = List.copyOf(keys);
        contexts.forEach(this::install);
    }

    /** The key that seals new tickets. */
    public synchronized Key sealing() {
        if (keys.isEmpty()) {
            keys = List.of(random(new SecureRandom()));
            madeNs = System.nanoTime();
        }
        return keys.get(0);
    }

    /** Lets a new key seal where the one that does is old; what it has sealed is opened for two lives more. */
    synchronized void renew(long nowNs) {
        if (given || keys.isEmpty() || nowNs - madeNs < TimeUnit.HOURS.toNanos(LIFE_HOURS)) {
            return;
        }
        List<Key> next = new ArrayList<>(List.of(random(new SecureRandom())));
        next.addAll(keys.subList(0, Math.min(keys.size(), KEPT - 1)));
        keys = List.copyOf(next);
        madeNs = nowNs;
        contexts.forEach(this::install);
    }

    /** Gives a server's context the keys it has now and those it will have. */
    synchronized void attach(SslContext context) {
        sealing();
        renew(System.nanoTime());
        contexts.add(context);
        install(context);
    }

    /** Does nothing for a context that has been given back meanwhile. */
    private void install(SslContext context) {
        if (!(context instanceof ReferenceCounted counted)) {
            return; // the JDK's has no keys to set
        }
        try {
            counted.retain();
        } catch (IllegalReferenceCountException gone) {
            return;
        }
        try {
            installAlive(context);
        } finally {
            counted.release();
        }
    }

    private void installAlive(SslContext context) {
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            List<OpenSslSessionTicketKey> all = new ArrayList<>();
            for (Key key : keys) {
                all.add(new OpenSslSessionTicketKey(key.name(), key.hmac(), key.aes()));
            }
            sessions.setTicketKeys(all.toArray(OpenSslSessionTicketKey[]::new));
        }
    }

    /** A key nobody can guess. */
    public static Key random(SecureRandom random) {
        byte[][] parts = new byte[3][16];
        for (byte[] part : parts) {
            random.nextBytes(part);
        }
        return new Key(parts[0], parts[1], parts[2]);
    }
}
