// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Mode;
import io.tandem.node.proxyprotocol.HeaderDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code bind} line says, while it is read. Options of other features keep what they read in a facet of their own,
 * as sections do.
 */
public final class BindLine {
    private final Origin origin;
    private final String section;
    private final String proxy;
    private final String written;
    private final List<BindAddress> addresses;
    private final Map<FacetKey<?>, Facet> facets = new LinkedHashMap<>();

    /** The listener's name in statistics; null for {@code sock-N}. */
    @Nullable String name;

    int id;

    /** {@code proto}; null where ALPN or the first bytes decide. */
    @Nullable String protocol;

    final ListenSettings settings = new ListenSettings();

    /** What must stand in front of each connection's bytes ({@code accept-proxy}, {@code accept-netscaler-cip}). */
    @Nullable HeaderDecoder header;

    private @Nullable TlsStageSource tls;

    BindLine(Origin origin, String section, String proxy, String written, List<BindAddress> addresses) {
        this.section = section;
        this.origin = origin;
        this.proxy = proxy;
        this.written = written;
        this.addresses = List.copyOf(addresses);
    }

    /** Whether what {@code proto} says can be spoken in that mode. */
    boolean isProtocolUsable(Mode mode) {
        return protocol == null
                || (mode == Mode.HTTP ? protocol.equals("h1") || protocol.equals("h2") : protocol.equals("none"));
    }

    /** A line of no section, for options that stand elsewhere, such as in a {@code crt-list}. */
    public static BindLine detached(Origin origin) {
        return new BindLine(origin, "", "", "", List.of());
    }

    public Origin origin() {
        return origin;
    }

    /** The kind of section it stands in, as written. */
    String section() {
        return section;
    }

    /** The name of the section it stands in. */
    public String proxy() {
        return proxy;
    }

    /** The address word as the user wrote it, as HAProxy repeats it in messages. */
    public String written() {
        return written;
    }

    List<BindAddress> addresses() {
        return addresses;
    }

    /** The feature's facet, made on first use. */
    public <F extends Facet> F facet(FacetKey<F> key) {
        return key.type().cast(facets.computeIfAbsent(key, k -> key.fresh().get()));
    }

    /** Says who builds the TLS stage of this line's listeners once the whole file has been read; the option {@code ssl}. */
    public void tls(TlsStageSource source) {
        tls = source;
    }

    @Nullable TlsStageSource tls() {
        return tls;
    }
}
