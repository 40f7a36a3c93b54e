// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a connection to a server was opened with, as far as it makes a difference: two connections to the same server are
 * interchangeable exactly when their keys are equal.
 *
 * <p>One is kept per loop and filled anew for each exchange ({@link #clear}, then every {@link ConnectionProperty} of the
 * server); {@link #copy} freezes it for the connection opened. Filling and comparing allocate nothing.
 */
public final class ConnectionKey {
    /** Of connections to servers without properties, and of those whose properties said nothing. */
    public static final ConnectionKey PLAIN = new ConnectionKey();

    private static final int TAG_MARK = 7;
    private static final int TAG_TOS = 8;

    private byte[] bytes = new byte[0];
    private int length;
    private boolean isPrivate;

    /** Forgets what was added. */
    public void clear() {
        length = 0;
        isPrivate = false;
    }

    /**
     * Adds {@code bytes[from..to)} as the value of a property.
     *
     * @param tag a number of the property's own, 0..255: SNI 1, PROXY header 2, source 3, destination 4, settings 5, WebSockets 6,
     *     mark 7, type of service 8, name in the pool 9
     */
    public void add(int tag, byte[] value, int from, int to) {
        int size = to - from;
        begin(tag, size);
        System.arraycopy(value, from, bytes, length, size);
        length += size;
    }

    private void begin(int tag, int size) {
        if (bytes.length < length + size + 5) {
            bytes = Arrays.copyOf(bytes, Math.max(64, (length + size + 5) * 2));
        }
        bytes[length++] = (byte) tag;
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (size >>> shift);
        }
    }

    /** Adds a port, or any number of 16 bits, as the value of a property. */
    public void addPort(int tag, int port) {
        begin(tag, 2);
        bytes[length++] = (byte) (port >>> 8);
        bytes[length++] = (byte) port;
    }

    /** Adds what rules have said about packets to the server; what they have not is negative. */
    public void addMarks(long mark, int tos) {
        if (mark >= 0) {
            addPort(TAG_MARK, (int) (mark >>> 16));
            addPort(TAG_MARK, (int) mark);
        }
        if (tos >= 0) {
            addPort(TAG_TOS, tos);
        }
    }

    /** The connection serves this client alone, as with an address of its own as source: only its own requests reuse it. */
    public void makePrivate() {
        isPrivate = true;
    }

    public boolean isPrivate() {
        return isPrivate;
    }

    /** Whether nothing was added. */
    public boolean isPlain() {
        return length == 0;
    }

    /** An equal key that stays as it is. */
    public ConnectionKey copy() {
        if (length == 0 && !isPrivate) {
            return PLAIN;
        }
        ConnectionKey copy = new ConnectionKey();
        copy.bytes = Arrays.copyOf(bytes, length);
        copy.length = length;
        copy.isPrivate = isPrivate;
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectionKey key && Arrays.equals(bytes, 0, length, key.bytes, 0, key.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash;
    }
}
