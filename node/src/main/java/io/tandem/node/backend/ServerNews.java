// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.observe.EventLog;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the search for servers' names changes about them, told in HAProxy's words. Thread-safe. */
public final class ServerNews {
    private final EventLog log;
    private final ServerEvents events;
    private final LongSupplier clockMs;

    /** @param clockMs wall clock, milliseconds since 1970 */
    public ServerNews(EventLog log, LongSupplier clockMs) {
        this.log = log;
        this.clockMs = clockMs;
        events = new ServerEvents(log);
    }

    /** It is somewhere else from now on. */
    public void moved(Backend backend, Server server, @Nullable InetAddress from, InetAddress to, String by) {
        log.tell(
                EventLog.Level.NOTICE,
                backend.name(),
                server + " changed its IP from " + (from == null ? "(none)" : Endpoints.text(from)) + " to "
                        + Endpoints.text(to) + " by " + by + ".");
    }

    /** A record names its host. Only its backend's logs have that, as HAProxy's. */
    public void renamed(Backend backend, Server server, @Nullable String from, String to) {
        backend.log()
                .event(
                        EventLog.Level.NOTICE.code(),
                        server + " changed its FQDN from " + (from == null ? "(null)" : from) + " to " + to
                                + " by 'SRV record'");
    }

    /** It has an address again: it leaves maintenance, unless somebody else wants it there. */
    public void resolved(Backend backend, Server server, String host) {
        ServerState state = server.state();
        long nowMs = clockMs.getAsLong();
        state.resolved(server.description().check() != null, nowMs);
        if (state.maintenance()) {
            return;
        }
        String health = state.isRunning() ? "UP" : "DOWN";
        events.told(
                backend,
                server,
                "('" + host + "') is " + health + (state.draining() ? "/DRAIN" : "/READY") + " (resolves again)",
                nowMs);
    }

    /** The end of {@link #resolved} where a name server has answered. */
    public void ready(Backend backend, Server server) {
        events.told(backend, server, "administratively READY thanks to valid DNS answer", clockMs.getAsLong());
    }

    /** It has no address any more: it goes into maintenance. */
    public void lost(Backend backend, Server server, String reason) {
        ServerState state = server.state();
        long nowMs = clockMs.getAsLong();
        boolean wasRunning = state.isRunning();
        boolean wasMaintenance = state.maintenance();
        state.lost(nowMs);
        if (wasRunning) {
            events.down(backend, server, "is going DOWN for maintenance (" + reason + ")", nowMs);
        } else if (!wasMaintenance) {
            events.told(backend, server, "was DOWN and now enters maintenance (" + reason + ")", nowMs);
        }
    }
}
