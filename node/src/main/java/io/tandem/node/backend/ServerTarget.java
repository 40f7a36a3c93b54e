// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a server is reached, as operators change it while it runs ({@code set server … addr|ssl|check-addr|check-port}).
 * Written by the threads that load and that run commands, read by any. A reload keeps it as long as the configuration says the
 * same as before.
 */
public final class ServerTarget {
    private @Nullable InetSocketAddress configured; // guarded by this
    private boolean configuredTls; // guarded by this
    private volatile @Nullable InetSocketAddress moved;
    private volatile boolean inClear;
    private volatile @Nullable InetAddress checkAddress;
    private volatile int checkPort;

    ServerTarget() {}

    synchronized void configure(InetSocketAddress address, boolean tls) {
        if (!address.equals(configured) || tls != configuredTls) {
            moved = null;
            inClear = false;
            checkAddress = null;
            checkPort = 0;
        }
        configured = address;
        configuredTls = tls;
    }

    /** The address that has been set; null for the configured one. */
    public @Nullable InetSocketAddress moved() {
        return moved;
    }

    void move(InetSocketAddress to) {
        moved = to;
    }

    /** Whether TLS has been switched off for a server that is configured with it. */
    public boolean inClear() {
        return inClear;
    }

    void inClear(boolean clear) {
        inClear = clear;
    }

    /** Where checks connect to instead; null for nowhere else. */
    public @Nullable InetAddress checkAddress() {
        return checkAddress;
    }

    void checkAddress(InetAddress address) {
        checkAddress = address;
    }

    /** The port checks connect to instead; 0 for no other. */
    public int checkPort() {
        return checkPort;
    }

    void checkPort(int port) {
        checkPort = port;
    }
}
