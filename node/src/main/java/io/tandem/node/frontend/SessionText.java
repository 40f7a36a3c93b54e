// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.channel.unix.UnixChannel;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.language.Mode;
import io.tandem.node.rules.Facts;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A session as {@code show sess} shows it: in a line, or whole.
 *
 * @param nowNs {@code System.nanoTime}
 * @param whole whether all that is known is told
 */
record SessionText(long nowNs, boolean whole) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "dd/MMM/yyyy:HH:mm:ss.SSSSSS", Locale.ROOT)
            .withZone(ZoneId.systemDefault());
    private static final String NOBODY = "<NONE>";

    /** Seconds since it began. */
    long ageS(LiveSession session) {
        return Math.max(0, (nowNs - beganNs(session.facts())) / 1_000_000_000L);
    }

    private static long beganNs(Facts facts) {
        return facts.requestStartNs != 0 ? facts.requestStartNs : facts.acceptedNs;
    }

    String of(LiveSession session) {
        return whole ? entry(session) : line(session);
    }

    private String line(LiveSession session) {
        Facts facts = session.facts();
        Backend backend = facts.backend;
        Server server = facts.server;
        return id(facts) + ": proto=" + protocol(facts) + " src=" + address(facts.source) + " fe="
                + facts.frontend.name() + " be=" + (backend == null ? NOBODY : backend.name()) + " srv="
                + (server == null ? "<none>" : server.name()) + " age=" + duration(ageS(session)) + " rq[i="
                + session.bytesIn() + "] rp[i=" + session.bytesOut() + "]" + descriptor(facts) + " rc="
                + facts.retries + "\n";
    }

    private String entry(LiveSession session) {
        Facts facts = session.facts();
        Backend backend = facts.backend;
        Server server = facts.server;
        StringBuilder out = new StringBuilder(512);
        long beganAtMs = facts.requestAtMs != 0 ? facts.requestAtMs : facts.acceptedAtMs;
        out.append(id(facts)).append(": [").append(TIME.format(Instant.ofEpochMilli(beganAtMs)));
        out.append("] id=").append(facts.sessionId).append(" proto=").append(protocol(facts));
        out.append(" source=").append(address(facts.source)).append('\n');
        out.append("  conn_retries=").append(facts.retries);
        out.append(" waiting=").append(facts.queuedNs != 0 && facts.connectingNs == 0 ? 1 : 0);
        out.append(" age=")
                .append(duration(ageS(session)))
                .append(descriptor(facts))
                .append('\n');
        out.append("  frontend=").append(facts.frontend.name()).append(" (id=");
        out.append(facts.frontend.id()).append(" mode=").append(mode(facts.frontend.mode()));
        out.append("), listener=").append(facts.listenerName).append(" (id=").append(facts.listenerId);
        out.append(") addr=").append(address(facts.destination)).append('\n');
        out.append("  backend=").append(backend == null ? NOBODY : backend.name());
        out.append(" (id=").append(backend == null ? -1 : backend.id());
        out.append(" mode=")
                .append(backend == null ? "-" : mode(backend.mode()))
                .append(')');
        InetSocketAddress from = facts.serverSource;
        out.append(from == null ? "" : " addr=" + address(from)).append('\n');
        out.append("  server=").append(server == null ? NOBODY : server.name());
        out.append(" (id=")
                .append(server == null ? -1 : server.description().id())
                .append(')');
        out.append(server == null ? "" : " addr=" + address(server.addressFor(facts.destination.port())));
        out.append('\n');
        if (facts.frontend.mode() == Mode.HTTP) {
            out.append("  txn meth=").append(facts.request.method()).append(" status=");
            out.append(facts.responding ? facts.status : -1).append('\n');
        }
        out.append("  req total=").append(session.bytesIn()).append('\n');
        out.append("  res total=").append(session.bytesOut()).append('\n');
        return out.toString();
    }

    private static String id(Facts facts) {
        return "0x" + Long.toHexString(facts.sessionId);
    }

    private static String descriptor(Facts facts) {
        return facts.socket instanceof UnixChannel socket && facts.socket.isOpen()
                ? " fd=" + socket.fd().intValue()
                : "";
    }

    private static String mode(Mode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private static String protocol(Facts facts) {
        return switch (facts.peers.realSource().length()) {
            case 4 -> "tcpv4";
            case 16 -> "tcpv6";
            default -> "unix_stream";
        };
    }

    private static String address(Peer peer) {
        if (peer.length() == 0) {
            return "unix:1";
        }
        try {
            return Endpoints.text(InetAddress.getByAddress(peer.copyOfAddress())) + ":" + peer.port();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + peer.length() + " bytes", e);
        }
    }

    private static String address(InetSocketAddress socket) {
        InetAddress address = socket.getAddress();
        return address == null ? "-" : Endpoints.text(address) + ":" + socket.getPort();
    }

    /** As HAProxy shortens it: the two greatest units that are not 0. */
    private static String duration(long seconds) {
        if (seconds >= 86_400) {
            return seconds / 86_400 + "d" + seconds / 3600 % 24 + "h";
        }
        if (seconds >= 3600) {
            return seconds / 3600 + "h" + seconds / 60 % 60 + "m";
        }
        return seconds >= 60 ? seconds / 60 + "m" + seconds % 60 + "s" : seconds + "s";
    }
}
