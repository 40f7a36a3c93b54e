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
    private static final long NEVER = Long.MIN_VALUE;

    private @Nullable Object configured; // guarded by this
    private boolean configuredTls; // guarded by this
    private volatile @Nullable InetSocketAddress moved;
    private volatile boolean inClear;
    private volatile @Nullable InetAddress checkAddress;
    private volatile int checkPort;
    /** The name it is searched by, where that is not the configured one. */
    private volatile @Nullable String host;

    private volatile boolean hostIsOperators;
    private volatile long answeredMs = NEVER;
    private volatile @Nullable InetAddress agentAddress;
    private volatile int agentPort;
    private volatile @Nullable String agentQuestion;

    ServerTarget() {}

    /** @param place what the configuration says of where it is: an address, or a name that is searched for at run time */
    synchronized void configure(Object place, boolean tls) {
        if (!place.equals(configured) || tls != configuredTls) {
            moved = null;
            host = null;
            hostIsOperators = false;
            answeredMs = NEVER;
            inClear = false;
            checkAddress = null;
            checkPort = 0;
            agentAddress = null;
            agentPort = 0;
            agentQuestion = null;
        }
        configured = place;
        configuredTls = tls;
    }

    /** The address that has been set; null for the configured one. */
    public @Nullable InetSocketAddress moved() {
        return moved;
    }

    /** It is there from now on; an unresolved address where nobody knows where it is. */
    public void move(InetSocketAddress to) {
        moved = to;
    }

    /** The name it is searched by now, as a service's record or an operator has set it; null for the configured one. */
    public @Nullable String host() {
        return host;
    }

    public void host(@Nullable String name) {
        host = name;
        hostIsOperators = false;
        answeredMs = NEVER;
    }

    /** As {@link #host(String)}, by {@code set server … fqdn}. */
    public void hostOfOperator(String name) {
        host = name;
        hostIsOperators = true;
        answeredMs = NEVER;
    }

    /**
     * Its name has been answered for.
     *
     * @param nowMs of a clock that only goes forward and is the same on all loops
     */
    public void answered(long nowMs) {
        answeredMs = nowMs;
    }

    /** Whether its name was answered for in that time, by whatever configuration. */
    public boolean wasAnsweredWithin(long periodMs, long nowMs) {
        long at = answeredMs;
        return at != NEVER && nowMs - at < periodMs;
    }

    /** Whether an operator has set the name. */
    public boolean hostIsOperators() {
        return hostIsOperators;
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

    /** Where its agent is instead; null for nowhere else. */
    public @Nullable InetAddress agentAddress() {
        return agentAddress;
    }

    void agentAddress(InetAddress address) {
        agentAddress = address;
    }

    /** The port of its agent instead; 0 for no other. */
    public int agentPort() {
        return agentPort;
    }

    void agentPort(int port) {
        agentPort = port;
    }

    /** What its agent is asked instead; null for what is configured. */
    public @Nullable String agentQuestion() {
        return agentQuestion;
    }

    void agentQuestion(String question) {
        agentQuestion = question;
    }

    /** The port checks connect to instead; 0 for no other. */
    public int checkPort() {
        return checkPort;
    }

    void checkPort(int port) {
        checkPort = port;
    }
}
