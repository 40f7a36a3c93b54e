// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.config.text.Origin;
import io.tandem.node.observe.Meters;
import io.tandem.node.proxyprotocol.HeaderDecoder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One listener of one frontend as a configuration describes it. Immutable.
 *
 * @param address where it listens
 * @param origin its line
 * @param name its name in statistics
 * @param id its number within the frontend, from 1
 * @param settings its sockets
 * @param header what must stand in front of each connection's bytes, or null
 * @param tls its TLS stage, or null for clear text
 * @param meters its numbers, or null where they are not counted apart from the frontend's ({@code option socket-stats})
 */
public record Bind(
        BindAddress address,
        Origin origin,
        String name,
        int id,
        ListenSettings settings,
        @Nullable HeaderDecoder header,
        @Nullable TlsStage tls,
        @Nullable Meters meters) {
    private static final String INTERFACE = " interface ";
    private static final String NAMESPACE = " namespace ";

    /** Connections it accepts at once, 0 for no limit of its own. */
    public int maxConnections() {
        return settings.maxConnections;
    }

    /** Whether it receives datagrams ({@code dgram-bind}). */
    public boolean receivesDatagrams() {
        return settings.datagrams;
    }

    /** Whether clients speak HTTP/2 from the first byte on, whatever ALPN says. */
    public boolean speaksHttp2() {
        return settings.http2;
    }

    /** How often clients on an idle connection in HTTP/2 are asked for a sign of life, milliseconds; 0 for never. */
    public int idlePingMs() {
        return settings.idlePingMs;
    }

    /** Whether they speak HTTP/1 alone, whatever ALPN or the first bytes say. */
    public boolean speaksHttp1Only() {
        return settings.http1Only;
    }

    /** Whether a request in HTTP/1.1 may go on in HTTP/2. */
    public boolean takesUpgrades() {
        return settings.upgrades && tls == null;
    }

    /** What the frontend says where the line says nothing: its backlog, or as many as it takes at once. */
    public void backlog(int connections, int maxConnections) {
        if (settings.backlog == 0) {
            settings.backlog = connections > 0 ? connections : maxConnections;
        }
    }

    /** What makes two of them the same listener, in this process or in one that hands its sockets over. */
    public String key() {
        String where = address.fd() >= 0 ? "fd@" + address.fd() : place(address.socket());
        return (settings.datagrams ? "dgram " : "")
                + key(
                        where,
                        settings.device,
                        settings.namespace,
                        settings.families == ListenSettings.Families.ONLY_IPV6);
    }

    private static String place(@Nullable SocketAddress socket) {
        return socket instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : String.valueOf(socket);
    }

    /** The key of a socket that another process listens on. */
    public static String key(
            SocketAddress socket, @Nullable String device, @Nullable String namespace, boolean onlyIpv6) {
        return key(place(socket), device, namespace, onlyIpv6);
    }

    private static String key(String where, @Nullable String device, @Nullable String namespace, boolean onlyIpv6) {
        return where
                + (device == null ? "" : INTERFACE + device)
                + (namespace == null ? "" : NAMESPACE + namespace)
                + (onlyIpv6 ? " v6only" : "");
    }

    /** The interface that a key names, or the empty string. */
    public static String deviceOf(String key) {
        return word(key, INTERFACE);
    }

    /** The namespace that a key names, or the empty string. */
    public static String namespaceOf(String key) {
        return word(key, NAMESPACE);
    }

    private static String word(String key, String behind) {
        int at = key.indexOf(behind);
        return at < 0 ? "" : key.substring(at + behind.length()).split(" ", 2)[0];
    }
}
