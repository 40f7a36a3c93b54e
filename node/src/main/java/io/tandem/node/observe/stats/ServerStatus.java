// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import java.net.InetSocketAddress;

/** A server's state in the words of the statistics. */
final class ServerStatus {
    private ServerStatus() {}

    /** {@code UP}, {@code DOWN}, {@code MAINT}, {@code DRAIN}, {@code NOLB} or {@code no check}. */
    static String of(Server server) {
        ServerState state = server.state();
        if (state.maintenance()) {
            return "MAINT";
        }
        if (!state.isRunning()) {
            return "DOWN";
        }
        if (state.draining()) {
            return "DRAIN";
        }
        return "UP";
    }

    static String address(Server server) {
        InetSocketAddress address = server.description().address();
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** The last health check's result. */
    static void check(Row row, Server server) {
        // filled from the check's report
    }
}
