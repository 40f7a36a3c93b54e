// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.setup.Configuration;

/** Rates of the process as a whole. Sampled by the admin socket's thread, read by any. */
public final class Totals {
    private final Rate connectionRate = new Rate();
    private final Rate sessionRate = new Rate();
    private final Rate tlsRate = new Rate();
    private final Rate keyRate = new Rate();
    private final Rate serverKeyRate = new Rate();
    private final Rate bytesOutRate = new Rate();

    /** Called every {@link Rate#PERIOD_MS}: samples every proxy and server, then the sums over frontends. */
    public void sample(Configuration configuration) {
        long connections = 0;
        long sessions = 0;
        long tls = 0;
        long resumed = 0;
        long bytesOut = 0;
        long serverKeys = 0;
        for (Frontend frontend : configuration.frontends()) {
            Counters<ProxyCounter> counters = frontend.meters().counters();
            frontend.meters().sample();
            connections += counters.sum(ProxyCounter.CONNECTIONS);
            sessions += counters.sum(ProxyCounter.SESSIONS);
            tls += counters.sum(ProxyCounter.TLS_SESSIONS);
            resumed += counters.sum(ProxyCounter.TLS_RESUMED);
            bytesOut += counters.sum(ProxyCounter.BYTES_OUT);
        }
        for (Backend backend : configuration.backends()) {
            backend.meters().sample();
            for (Server server : backend.servers()) {
                server.state().meters().sample();
                serverKeys += server.state().meters().counters().sum(ProxyCounter.SERVER_KEYS);
            }
        }
        serverKeyRate.sample(serverKeys);
        connectionRate.sample(connections);
        sessionRate.sample(sessions);
        tlsRate.sample(tls);
        keyRate.sample(tls - resumed);
        bytesOutRate.sample(bytesOut);
        configuration.node().compression().sample();
    }

    public Rate connectionRate() {
        return connectionRate;
    }

    public Rate sessionRate() {
        return sessionRate;
    }

    public Rate tlsRate() {
        return tlsRate;
    }

    /** TLS keys made: handshakes that were not resumed. */
    public Rate keyRate() {
        return keyRate;
    }

    /** The same with servers. */
    public Rate serverKeyRate() {
        return serverKeyRate;
    }

    public Rate bytesOutRate() {
        return bytesOutRate;
    }
}
