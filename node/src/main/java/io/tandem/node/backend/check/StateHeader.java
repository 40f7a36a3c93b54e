// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.setup.Configuration;
import io.tandem.node.socket.Endpoints;
import java.net.InetSocketAddress;

/** The value of {@code X-Haproxy-Server-State}: how a server is seen here (HAProxy manual, {@code http-check send-state}). */
final class StateHeader {
    private StateHeader() {}

    static String of(Backend backend, Server server, Configuration configuration) {
        ServerState state = server.state();
        long weights = 0;
        long sessions = 0;
        for (Server other : backend.servers()) {
            sessions += other.state().meters().current();
            if (other.state().isUsable()) {
                weights += other.state().effectiveWeight();
            }
        }
        InetSocketAddress address = server.address();
        boolean unix = server.description().dialing().unix() != null;
        return health(state) + "; address="
                + (unix ? "unix" : Endpoints.text(address.getAddress())) + "; port="
                + (unix ? "unix" : String.valueOf(address.getPort())) + "; name=" + server + "; node="
                + configuration.node().nodeName() + "; weight="
                + (state.isUsable() ? state.effectiveWeight() : 0) + "/" + weights + "; scur="
                + state.meters().current() + "/" + sessions + "; qcur="
                + state.queue().length();
    }

    /** {@code UP}, {@code UP 1/3}, {@code DOWN}, {@code DOWN 1/2}, {@code NOLB}. */
    private static String health(ServerState state) {
        int points = state.healthPoints();
        int good = points - state.rise() + 1;
        return switch (state.health()) {
            case DOWN -> "DOWN";
            case GOING_UP -> "DOWN " + points + "/" + state.rise();
            case STOPPING -> "NOLB" + (good < state.fall() ? " " + good + "/" + state.fall() : "");
            case UP, GOING_DOWN -> "UP" + (good < state.fall() ? " " + good + "/" + state.fall() : "");
        };
    }
}
