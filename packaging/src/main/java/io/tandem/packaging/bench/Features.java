// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

/**
 * What a proxy under test has to do, the same for all of them.
 *
 * @param protocol what clients speak
 * @param key the certificate's key; {@code NONE} without TLS
 * @param accessLog a line a request, by syslog over UDP to a socket that is read
 * @param rules how many ACLs that never match are asked for each request
 * @param replies whether the proxy answers itself instead of asking a server
 * @param threads event loops
 * @param metricsPort where {@code /metrics} is; 0 without
 */
record Features(
        Protocol protocol, Key key, boolean accessLog, int rules, boolean replies, int threads, int metricsPort) {
    /** What clients speak. */
    enum Protocol {
        HTTP1,
        H2,
        TCP
    }

    /** The kind of the certificate's key. */
    enum Key {
        NONE,
        ECDSA,
        RSA
    }

    static final Features HTTP = new Features(Protocol.HTTP1, Key.NONE, false, 0, false, 1, 0);

    Features over(Protocol other) {
        return new Features(other, key, accessLog, rules, replies, threads, metricsPort);
    }

    Features with(Key other) {
        return new Features(protocol, other, accessLog, rules, replies, threads, metricsPort);
    }

    Features logging() {
        return new Features(protocol, key, true, rules, replies, threads, metricsPort);
    }

    Features withRules(int count) {
        return new Features(protocol, key, accessLog, count, replies, threads, metricsPort);
    }

    Features replying() {
        return new Features(protocol, key, accessLog, rules, true, threads, metricsPort);
    }

    Features withThreads(int count) {
        return new Features(protocol, key, accessLog, rules, replies, count, metricsPort);
    }

    Features withMetrics(int port) {
        return new Features(protocol, key, accessLog, rules, replies, threads, port);
    }

    boolean tls() {
        return key != Key.NONE;
    }
}
