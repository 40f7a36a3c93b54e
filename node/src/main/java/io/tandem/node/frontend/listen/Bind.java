// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.config.text.Origin;
import io.tandem.node.proxyprotocol.HeaderDecoder;
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
 */
public record Bind(
        BindAddress address,
        Origin origin,
        String name,
        int id,
        ListenSettings settings,
        @Nullable HeaderDecoder header,
        @Nullable TlsStage tls) {
    /** Connections it accepts at once, 0 for no limit of its own. */
    public int maxConnections() {
        return settings.maxConnections;
    }

    /** Whether clients speak HTTP/2 from the first byte on, whatever ALPN says. */
    public boolean speaksHttp2() {
        return settings.http2;
    }

    /** What makes two of them the same listener, in this process or in one that hands its sockets over. */
    public String key() {
        String where = address.fd() >= 0 ? "fd@" + address.fd() : String.valueOf(address.socket());
        String device = settings.device;
        String namespace = settings.namespace;
        return where
                + (device == null ? "" : " interface " + device)
                + (namespace == null ? "" : " namespace " + namespace)
                + (settings.families == ListenSettings.Families.ONLY_IPV6 ? " v6only" : "");
    }
}
