// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.backend.check.CheckLines;
import io.tandem.node.backend.tls.ServerTlsContexts;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.setup.Assembly;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes servers of what their lines say, once all lines have been read. */
final class ServerBuilder {
    private ServerBuilder() {}

    /** The server of a line; null for a line without address, or that cannot be had. */
    static @Nullable Server build(
            ServerSettings settings, ProxyDraft draft, BackendState backendState, Assembly assembly) {
        ServerAddress written = settings.address;
        if (written == null) {
            return null;
        }
        InetAddress resolved = InitialAddress.of(settings, written, draft, assembly);
        ServerNaming naming = settings.naming();
        int port = written.keepsClientPort() ? 0 : written.port();
        InetSocketAddress address = resolved == null
                ? InetSocketAddress.createUnresolved("-", port)
                : new InetSocketAddress(resolved, port);
        settings.dialing.unix = written.unix();
        settings.dialing.toTheClientsDestination = written.isTheClients();
        if (settings.dialing.fastOpen && !RetryLines.coversFastOpen(draft)) {
            assembly.problems()
                    .warning(
                            settings.origin,
                            ServerLines.place(settings.origin) + " : 'server " + draft.name() + "/" + settings.name
                                    + "' : server has tfo activated, the backend should be configured with at least"
                                    + " 'conn-failure', 'empty-response' and 'response-timeout' or we wouldn't be able to"
                                    + " retry the connection on failure.");
        }
        SourceAddress source = settings.dialing.source != null ? settings.dialing.source : SourceLines.of(draft);
        settings.dialing.source = source == null ? null : source.forOneServer();
        boolean elsewhere = settings.checkPort != 0 || settings.checkAddress != null;
        if (!elsewhere && (settings.dialing.sendsFirst || settings.dialing.sendsSecond)) {
            settings.dialing.checksSendHeader = true; // who expects the header expects it of checks, too
        }
        Dialing dialing = settings.dialing.complete(HeaderTlvs.compile(settings, draft, assembly));
        if (dialing != Dialing.PLAIN) {
            settings.properties.add(dialing);
        }
        List<String> alpn = settings.tls().alpn();
        WebSocketVersion apart =
                draft.mode() == Mode.HTTP ? settings.webSockets.apart(settings.dialing.http2, alpn) : null;
        ServerTlsContexts.Both tls = ServerTlsContexts.make(
                settings.tls(),
                ServerName.compile(settings, draft, assembly),
                apart == null ? alpn : apart.alpn(alpn),
                settings.checked,
                elsewhere,
                settings.checked ? CheckLines.offers(draft, assembly) : Set.of(),
                settings.origin,
                draft.name(),
                settings.name,
                assembly);
        List<ConnectionProperty> properties = new ArrayList<>(settings.properties);
        PoolName name = ServerName.poolName(settings, draft, assembly);
        if (name != null) {
            properties.add(name);
        } else if (tls.traffic() != null && tls.traffic().distinguishes()) {
            properties.add(tls.traffic());
        }
        Server.Description description = new Server.Description(
                settings.id,
                settings.name,
                address,
                written.keepsClientPort(),
                written.keepsClientPort() ? written.port() : 0,
                settings.weight,
                settings.backup,
                settings.limits(),
                settings.pool(),
                new Server.Shutdowns(settings.shutdownWhenDown, settings.shutdownBackupsWhenUp),
                properties,
                dialing,
                tls.traffic(),
                settings.redirect,
                settings.leaderName,
                settings.cookie,
                settings.nonStick,
                settings.ringKey,
                settings.checked ? checkOf(settings, dialing, tls, resolved, written, draft, assembly) : null,
                agentOf(settings, resolved),
                settings.origin.file() + ":" + settings.origin.line());
        ServerState state = assembly.serverState(draft.name(), settings.name, backendState);
        InitialHealth initialHealth = settings.initialHealth;
        if (!settings.checked && initialHealth != InitialHealth.UP) {
            assembly.problems()
                    .warning(
                            settings.origin,
                            "config: " + draft.described() + ": server '" + settings.name
                                    + "': 'init-state' has no effect without 'check'.");
        }
        assembly.onCommit(() -> {
            state.initialHealth(settings.checked ? initialHealth : InitialHealth.UP);
            state.configure(
                    settings.weight,
                    settings.limits(),
                    settings.disabled,
                    resolved == null,
                    settings.rise,
                    settings.fall,
                    System.currentTimeMillis());
            ServerNaming searched = naming != null && naming.resolvers() != null ? naming : null;
            state.target()
                    .configure(
                            searched != null
                                    ? searched.host() + ":"
                                            + description.address().getPort()
                                    : description.address(),
                            tls.traffic() != null);
        });
        Server server = new Server(description, state, draft.name(), assembly.nextServerIndex());
        server.known(naming, settings.idIsForced);
        if (apart != null) {
            server.webSocketsApart(dialing.in(apart), tls.webSockets(), apart);
        }
        return server;
    }

    /** Complains now; of a server by name later, since a name that leads nowhere is said first. */
    private static void report(ServerAddress written, Assembly assembly, Runnable complaint) {
        if (written.isName()) {
            assembly.behindLast(complaint);
        } else {
            complaint.run();
        }
    }

    private static @Nullable CheckSettings checkOf(
            ServerSettings settings,
            Dialing dialing,
            ServerTlsContexts.Both tls,
            @Nullable InetAddress address,
            ServerAddress written,
            ProxyDraft draft,
            Assembly assembly) {
        int port = settings.checkPort != 0 ? settings.checkPort : written.keepsClientPort() ? 0 : written.port();
        String subject = "config: " + draft.described() + ": server '" + settings.name + "' ";
        String protocol = settings.checkProtocol;
        if (protocol != null && protocol.equals("none") == CheckLines.isHttp(draft, assembly)) {
            report(written, assembly, () -> assembly.problems()
                    .alert(settings.origin, subject + "uses an incompatible MUX protocol for the selected check type"));
        }
        boolean reachable =
                written.isName() || written.unix() != null || written.isService(); // HAProxy asks no name's port
        if (port == 0 && !reachable && !CheckLines.knowsPort(draft, assembly)) {
            report(written, assembly, () -> assembly.problems()
                    .alert(
                            settings.origin,
                            subject + "has neither service port nor check port"
                                    + (CheckLines.hasSteps(draft, assembly)
                                            ? " nor tcp_check rule 'connect' with port information."
                                            : ".")));
            return null;
        }
        return new CheckSettings(
                at(settings.checkAddress == null ? address : settings.checkAddress, port),
                settings.interMs,
                settings.fastInterMs == 0 ? settings.interMs : settings.fastInterMs,
                settings.downInterMs == 0 ? settings.interMs : settings.downInterMs,
                settings.rise,
                settings.fall,
                dialing,
                tls.checks(),
                tls.checkName(),
                settings.tls().checksAskForTheHost(),
                tls.byOffer(),
                settings.observing());
    }

    private static InetSocketAddress at(@Nullable InetAddress address, int port) {
        return address == null ? InetSocketAddress.createUnresolved("-", port) : new InetSocketAddress(address, port);
    }

    private static @Nullable AgentSettings agentOf(ServerSettings settings, @Nullable InetAddress address) {
        return settings.asksAgent
                ? new AgentSettings(
                        at(
                                settings.agentAddress == null ? address : settings.agentAddress,
                                settings.agentPort & 0xffff),
                        settings.agentInterMs,
                        settings.agentQuestion)
                : null;
    }
}
