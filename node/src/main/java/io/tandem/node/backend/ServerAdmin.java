// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.observe.EventLog;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What operators do to servers, by the admin socket or the statistics page (HAProxy management guide 9.3). Any thread.
 *
 * <p>Nothing survives a restart; a reload keeps it as long as the configuration says nothing else.
 */
public final class ServerAdmin {
    private final ServerEvents events;
    private final LongSupplier clockMs;
    private final String changed;

    /** @param clockMs wall clock, milliseconds since 1970 */
    public ServerAdmin(EventLog log, LongSupplier clockMs) {
        this(log, clockMs, "CLI");
    }

    /**
     * @param clockMs wall clock, milliseconds since 1970
     * @param from where operators ask for it, as messages name the place
     */
    public ServerAdmin(EventLog log, LongSupplier clockMs, String from) {
        events = new ServerEvents(log);
        this.clockMs = clockMs;
        changed = ", changed from " + from;
    }

    /** Ends maintenance and draining: {@code set server … state ready}. */
    public void ready(Backend backend, Server server) {
        enable(backend, server);
        endDrain(backend, server);
    }

    /**
     * Ends draining.
     *
     * @return false where it was not draining by itself
     */
    public boolean endDrain(Backend backend, Server server) {
        ServerState state = server.state();
        if (!state.admin().ownDrain()) {
            return false;
        }
        long nowMs = clockMs.getAsLong();
        state.draining(false, nowMs);
        if (state.admin().unresolved() || state.admin().ownMaintenance()) {
            return true; // it stays where it is
        }
        if (state.draining()) {
            events.told(backend, server, "is leaving forced drain but remains in drain mode", nowMs);
        } else {
            events.told(backend, server, "is " + upOrDown(state) + " (leaving forced drain)", nowMs);
        }
        return true;
    }

    /** Ends maintenance: {@code enable server}. */
    public void enable(Backend backend, Server server) {
        ServerState state = server.state();
        if (state.admin().inheritedMaintenance() && state.admin().ownMaintenance()) {
            long nowMs = clockMs.getAsLong();
            state.maintenance(false, nowMs);
            String leader = server.description().follows();
            events.told(
                    backend, server, "is leaving forced maintenance but remains in maintenance via " + leader, nowMs);
        } else if (state.admin().unresolved()) {
            if (state.admin().ownMaintenance()) {
                long nowMs = clockMs.getAsLong();
                state.maintenance(false, nowMs);
                events.told(backend, server, "is leaving forced maintenance but remains in maintenance", nowMs);
            }
        } else if (state.maintenance() && !state.admin().inheritedMaintenance()) {
            long nowMs = clockMs.getAsLong();
            if (server.description().check() != null) {
                state.beginHealth(nowMs);
            }
            state.maintenance(false, nowMs);
            String ready = state.draining() ? "/DRAIN" : "/READY";
            events.told(backend, server, "is " + upOrDown(state) + ready + " (leaving forced maintenance)", nowMs);
        }
    }

    /** No new clients but those that persistence sends: {@code set server … state drain}. Ends maintenance. */
    public void drain(Backend backend, Server server) {
        beginDrain(backend, server, "");
        enable(backend, server);
    }

    /** No new clients but those that persistence sends, and {@code why}; maintenance stays. */
    public void beginDrain(Backend backend, Server server, String why) {
        ServerState state = server.state();
        if (!state.draining()) {
            long nowMs = clockMs.getAsLong();
            boolean wasMaintenance = state.maintenance();
            state.draining(true, nowMs);
            if (!wasMaintenance && state.isRunning()) {
                events.up(backend, server, "enters drain state" + why, nowMs);
            }
        }
    }

    /** No clients and no checks: {@code disable server}, {@code set server … state maint}. */
    public void maintenance(Backend backend, Server server) {
        maintenance(backend, server, "");
    }

    /** The same, and {@code why}. */
    public void maintenance(Backend backend, Server server, String why) {
        ServerState state = server.state();
        long nowMs = clockMs.getAsLong();
        if (state.maintenance()) {
            state.maintenance(true, nowMs);
            return;
        }
        boolean wasRunning = state.isRunning();
        state.maintenance(true, nowMs);
        if (wasRunning) {
            events.down(backend, server, "is going DOWN for maintenance" + why, nowMs);
        } else {
            events.told(backend, server, "was DOWN and now enters maintenance" + why, nowMs);
        }
    }

    /** {@code set server … health up}: until the next check says otherwise. */
    public void healthUp(Backend backend, Server server) {
        ServerState state = server.state();
        boolean news = !state.isRunning() || state.health() == ServerState.Health.STOPPING;
        long nowMs = clockMs.getAsLong();
        state.health(ServerState.Health.UP, state.rise() + state.fall() - 1, nowMs);
        if (news && state.isRunning()) {
            events.up(backend, server, "is UP" + changed, nowMs);
        }
    }

    /** {@code set server … health stopping}. */
    public void healthStopping(Backend backend, Server server) {
        ServerState state = server.state();
        long nowMs = clockMs.getAsLong();
        boolean news = state.health() != ServerState.Health.STOPPING;
        state.health(ServerState.Health.STOPPING, state.rise() + state.fall() - 1, nowMs);
        if (news && state.isRunning()) {
            events.up(backend, server, "is stopping" + changed, nowMs);
        }
    }

    /** {@code set server … health down}. */
    public void healthDown(Backend backend, Server server) {
        ServerState state = server.state();
        long nowMs = clockMs.getAsLong();
        boolean wasRunning = state.isRunning();
        state.health(ServerState.Health.DOWN, 0, nowMs);
        if (wasRunning) {
            events.down(backend, server, "is DOWN" + changed, nowMs);
        }
    }

    /** {@code set server … agent up}: whatever its agent said. */
    public void agentUp(Backend backend, Server server) {
        ServerState state = server.state();
        state.agentPoints(1);
        long nowMs = clockMs.getAsLong();
        if (!state.health().isUp() || state.health() == ServerState.Health.STOPPING) {
            state.health(ServerState.Health.UP, state.healthPoints(), nowMs);
            if (state.isRunning()) {
                events.up(backend, server, "is UP" + changed, nowMs);
            }
        }
    }

    /** {@code set server … agent down}: until its agent says otherwise. */
    public void agentDown(Backend backend, Server server) {
        ServerState state = server.state();
        state.agentPoints(0);
        long nowMs = clockMs.getAsLong();
        boolean wasRunning = state.isRunning();
        state.health(ServerState.Health.DOWN, state.healthPoints(), nowMs);
        if (wasRunning) {
            events.down(backend, server, "is DOWN" + changed, nowMs);
        }
    }

    /** {@code enable agent} and {@code disable agent}. */
    public void agent(Server server, boolean enabled) {
        server.state().agent().enabled(enabled);
    }

    /** {@code set server … agent-addr}; false where {@code address} is none. */
    public boolean agentAddress(Server server, String address) {
        InetAddress wanted = ServerAddress.named(address);
        if (wanted != null) {
            server.state().target().agentAddress(wanted);
        }
        return wanted != null;
    }

    /** {@code set server … agent-port}. */
    public void agentPort(Server server, int port) {
        server.state().target().agentPort(port);
    }

    /** {@code set server … agent-send}. */
    public void agentQuestion(Server server, String question) {
        server.state().target().agentQuestion(question);
    }

    /**
     * {@code set maxconn server}.
     *
     * @return what is wrong with {@code text}, worded as HAProxy, or null
     */
    public @Nullable String maxConnections(Server server, String text) {
        if (text.isEmpty()) {
            return "Require <maxconn>.\n";
        }
        if (!text.matches("-?[0-9]{1,9}")) {
            boolean begins = text.matches("-?[0-9].*");
            return begins ? "Trailing garbage in maxconn string" : "maxconn string empty or preceded by garbage";
        }
        server.state().maxConnections(Math.max(0, Integer.parseInt(text)));
        return null;
    }

    /** {@code enable health} and {@code disable health}. */
    public void checks(Server server, boolean enabled) {
        server.state().checks().enabled(enabled);
    }

    /**
     * {@code set server … weight}: a number, or a part of the configured weight as {@code 50%}.
     *
     * @return what is wrong with {@code text}, worded as HAProxy, or null
     */
    public @Nullable String weight(Backend backend, Server server, String text) {
        boolean relative = text.endsWith("%");
        String digits = relative ? text.substring(0, text.length() - 1) : text;
        if (!digits.matches("[0-9]+")) {
            return "Empty weight string empty or preceded by garbage";
        }
        long number = digits.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(digits);
        if (relative && number > 10_000) {
            return "Relative weight can only be between 0 and 10000% inclusive."; // 256 is the bound all the same
        }
        if (!relative && number > 256) {
            return "Absolute weight can only be between 0 and 256 inclusive.";
        }
        long weight = relative ? number * server.state().initialWeight() / 100 : number;
        server.state().weight((int) Math.min(256, weight));
        backend.state().up(backend.usableServers() > 0, clockMs.getAsLong());
        return null;
    }

    /**
     * {@code set server … addr}: the server is there from now on, and connections to where it was serve nobody else.
     *
     * @param port as given; null to leave it
     * @return what has been done, worded as HAProxy
     */
    public String move(Server server, String address, @Nullable String port) {
        InetAddress wanted = ServerAddress.literal(address);
        if (wanted == null) {
            return "Invalid addr '" + address + "'";
        }
        InetSocketAddress before = server.address();
        boolean same = wanted.equals(before.getAddress());
        StringBuilder said = new StringBuilder(
                same
                        ? "no need to change the addr"
                        : "IP changed from '" + text(before.getAddress()) + "' to '" + text(wanted) + "'");
        int number = before.getPort();
        if (port != null) {
            said.append(", ");
            number = port(server, port, number, said);
        }
        if (!same || number != before.getPort()) {
            server.state().target().move(new InetSocketAddress(wanted, number));
            server.state().moved();
        }
        return said.toString();
    }

    private static int port(Server server, String text, int before, StringBuilder said) {
        if (server.description().keepsClientPort() || text.startsWith("+") || text.startsWith("-")) {
            said.append("can't change <port> to or from a port map");
            return before;
        }
        int number = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
        if (number < 0 || number > 65_535) { // HAProxy takes the lower 16 bits of any number
            said.append("problem converting port '").append(text).append("' to an int");
            return before;
        }
        said.append(
                number == before
                        ? "no need to change the port"
                        : "port changed from '" + before + "' to '" + number + "'");
        return number;
    }

    private static String text(@Nullable InetAddress address) {
        return address == null ? "" : Endpoints.text(address);
    }

    /**
     * {@code set server … ssl on|off}.
     *
     * @return false where it is not configured for TLS
     */
    public boolean secure(Server server, boolean tls) {
        if (server.description().tls() == null) {
            return false;
        }
        if (server.state().target().inClear() == tls) {
            server.state().target().inClear(!tls);
            server.state().moved();
        }
        return true;
    }

    /** {@code set server … check-addr}; false where {@code address} is none. */
    public boolean checkAddress(Server server, String address) {
        InetAddress wanted = ServerAddress.literal(address);
        if (wanted != null) {
            server.state().target().checkAddress(wanted);
        }
        return wanted != null;
    }

    /** {@code set server … check-port}. */
    public void checkPort(Server server, int port) {
        server.state().target().checkPort(port);
    }

    private static String upOrDown(ServerState state) {
        return state.health() == ServerState.Health.DOWN || state.health() == ServerState.Health.GOING_UP
                ? "DOWN"
                : "UP";
    }
}
