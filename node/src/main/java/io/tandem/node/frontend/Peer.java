// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import java.util.Arrays;

/** One end of a connection: an address of 4 or 16 bytes and a port, or none (unix sockets). Reused, never shared. */
public final class Peer {
    private final byte[] address = new byte[16];
    private int length;
    private int port;

    public void set(byte[] address, int port) {
        System.arraycopy(address, 0, this.address, 0, address.length);
        length = address.length;
        this.port = port;
    }

    public void set(Peer other) {
        System.arraycopy(other.address, 0, address, 0, other.length);
        length = other.length;
        port = other.port;
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
