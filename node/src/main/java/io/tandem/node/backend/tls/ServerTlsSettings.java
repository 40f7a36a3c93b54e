// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.tandem.node.tls.ProtocolSettings;
import io.tandem.node.tls.verify.TrustFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the TLS options of a {@code server} line, or of {@code ssl-default-server-options}, say. */
public final class ServerTlsSettings {
    /** How the server's certificate is verified. */
    enum Verify {
        /** As {@code ssl-server-verify} says. */
        DEFAULT,
        NONE,
        REQUIRED
    }

    boolean ssl;
    boolean checkSsl;
    boolean noCheckSsl;
    Verify verify = Verify.DEFAULT;

    @Nullable String verifyHost;

    @Nullable TrustFile authorities;

    @Nullable TrustFile revocations;

    @Nullable String certificate;

    @Nullable String sni;

    /** {@code sni-auto}: without {@link #sni} the name is that of the request's Host. */
    boolean sniOfHost;

    @Nullable String checkSni;

    /** {@code check-sni-auto}: without {@link #checkSni} checks ask for the Host that they send. */
    boolean checkSniOfHost;

    List<String> alpn = List.of();
    List<String> checkAlpn = List.of();

    /** Versions, suites and curves. */
    ProtocolSettings protocol = new ProtocolSettings();

    boolean noReuse;

    /** Whether traffic is encrypted. */
    public boolean isOn() {
        return ssl;
    }

    /** The protocols offered above TLS; empty where there are none, and without TLS. */
    public List<String> alpn() {
        return ssl ? alpn : List.of();
    }

    /** The expression that yields the server name to ask for, or null. */
    public @Nullable String sni() {
        return sni;
    }

    /** Whether it is the Host of each request: {@code sni-auto} on a line without {@code sni}. */
    public boolean asksForTheHost() {
        return ssl && sniOfHost && sni == null;
    }

    /** Whether checks ask for the Host that they send: {@code check-sni-auto} on a line without {@code check-sni}. */
    public boolean checksAskForTheHost() {
        return checkSniOfHost && checkSni == null;
    }

    /** Settings of a server that starts from these. */
    public ServerTlsSettings copy() {
        ServerTlsSettings copy = new ServerTlsSettings();
        copy.ssl = ssl;
        copy.checkSsl = checkSsl;
        copy.noCheckSsl = noCheckSsl;
        copy.verify = verify;
        copy.verifyHost = verifyHost;
        copy.authorities = authorities;
        copy.revocations = revocations;
        copy.certificate = certificate;
        copy.sni = sni;
        copy.sniOfHost = sniOfHost;
        copy.checkSni = checkSni;
        copy.checkSniOfHost = checkSniOfHost;
        copy.alpn = alpn;
        copy.checkAlpn = checkAlpn;
        copy.protocol = protocol.copy();
        copy.noReuse = noReuse;
        return copy;
    }
}
