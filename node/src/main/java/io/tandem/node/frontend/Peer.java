// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import java.util.Arrays;

/** One end of a connection: an address of 4 or 16 bytes and a port, or none (unix sockets). Reused, never shared. */
public final class Peer {
    private static final byte[] NONE = {};

    /** As long as the longest address it has held: most connections are IPv4, and there are many that are idle. */
    private byte[] address = NONE;

    private int length;
    private int port;

    public void set(byte[] address, int port) {
        set(address, address.length, port);
    }

    public void set(Peer other) {
        set(other.address, other.length, other.port);
    }

    private void set(byte[] from, int length, int port) {
        if (address.length < length) {
            address = new byte[length];
        }
        System.arraycopy(from, 0, address, 0, length);
        this.length = length;
        this.port = port;
    }

    public void clear() {
        length = 0;
        port = 0;
    }

    /** 4, 16, or 0 for none. */
    public int length() {
        return length;
    }

    /** The first {@link #length} bytes are the address, most significant first. */
    public byte[] address() {
        return address;
    }

    public byte[] copyOfAddress() {
        return Arrays.copyOf(address, length);
    }

    public int port() {
        return port;
    }

    public void port(int port) {
        this.port = port;
    }
}
