// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.tls.ServerTlsSettings.Verify;
import io.tandem.node.frontend.tls.Certificate;
import io.tandem.node.frontend.tls.ServerFiles;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.setup.Assembly;
import io.tandem.node.tls.Complaints;
import io.tandem.node.tls.Fallback;
import io.tandem.node.tls.ProtocolParameters;
import io.tandem.node.tls.ProtocolSettings;
import io.tandem.node.tls.TlsVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the TLS of a {@code server} line of its settings. Used by the thread that loads. */
public final class ServerTlsContexts implements Complaints {
    private static final String WITHOUT_AUTHORITIES =
            "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust"
                    + " the server's certificate, please set an explicit 'verify none' statement on the 'server' line, or"
                    + " use 'ssl-server-verify none' in the global section to disable server-side verifications by"
                    + " default.";

    private final ServerTlsSettings settings;
    private final ServerTlsLines.Globals globals;
    private final Origin origin;
    private final String backend;
    private final String server;
    private final Assembly assembly;
    private boolean complained;

    private ServerTlsContexts(
            ServerTlsSettings settings, Origin origin, String backend, String server, Assembly assembly) {
        this.settings = settings;
        this.origin = origin;
        this.backend = backend;
        this.server = server;
        this.assembly = assembly;
        globals = ServerTlsLines.of(assembly.drafts().global());
    }

    /** What a server's traffic and its checks are secured by, either null for clear text. {@code webSockets} is the traffic's
     * but for what ALPN offers; {@code byOffer} is for checks whose rules ask for TLS. */
    public record Both(
            @Nullable ServerTls traffic,
            @Nullable ServerTls webSockets,
            @Nullable ServerTls checks,
            String checkName,
            Map<List<String>, ServerTls> byOffer) {
        /** No TLS at all. */
        public static final Both NONE = new Both(null, null, null, "", Map.of());
    }

    /**
     * The TLS of a server; alerts where it cannot be.
     *
     * @param serverName what {@code sni} says, compiled
     * @param webSocketAlpn what ALPN offers for WebSockets
     * @param offers what rules of checks that ask for TLS offer above it, each list once
     * @param elsewhere whether checks go to an address or a port of their own, and so speak TLS only where told to
     */
    public static Both make(
            ServerTlsSettings settings,
            @Nullable Expression serverName,
            List<String> webSocketAlpn,
            boolean checked,
            boolean elsewhere,
            Set<List<String>> offers,
            Origin origin,
            String backend,
            String server,
            Assembly assembly) {
        boolean checks = checked && !settings.noCheckSsl && (settings.checkSsl || (settings.ssl && !elsewhere));
        if (!settings.ssl && !settings.checkSsl && offers.isEmpty()) {
            return Both.NONE;
        }
        return new ServerTlsContexts(settings, origin, backend, server, assembly)
                .make(serverName, webSocketAlpn, checks, offers);
    }

    private Both make(
            @Nullable Expression serverName, List<String> webSocketAlpn, boolean checks, Set<List<String>> offers) {
        ServerContexts contexts = contexts();
        CurrentContext traffic = contexts == null ? null : contexts.offering(settings.alpn, this);
        if (contexts == null || traffic == null) {
            return Both.NONE;
        }
        ServerTls forTraffic = settings.ssl ? tls(traffic, serverName) : null;
        ServerTls forWebSockets = forTraffic;
        if (forTraffic != null && !webSocketAlpn.equals(settings.alpn)) {
            CurrentContext apart = contexts.offering(webSocketAlpn, this);
            forWebSockets = apart == null ? null : tls(apart, serverName);
        }
        CurrentContext probing = checks ? contexts.offering(settings.checkAlpn, this) : null;
        ServerTls forChecks = probing == null ? null : tls(probing, null);
        Map<List<String>, ServerTls> byOffer = new HashMap<>();
        for (List<String> offer : offers) {
            CurrentContext context = contexts.offering(offer.isEmpty() ? settings.checkAlpn : offer, this);
            if (context != null) {
                byOffer.put(offer, tls(context, null));
            }
        }
        return new Both(
                forTraffic, forWebSockets, forChecks, settings.checkSni == null ? "" : settings.checkSni, byOffer);
    }

    private ServerTls tls(CurrentContext context, @Nullable Expression serverName) {
        return new ServerTls(
                context,
                serverName,
                Boolean.FALSE.equals(settings.protocol.tickets)
                        || Boolean.FALSE.equals(globals.defaults.protocol.tickets),
                assembly.node().tlsConnections());
    }

    /** What makes the contexts, now and when commands replace its files; null after an alert. */
    private @Nullable ServerContexts contexts() {
        Fallback.tell(assembly.drafts().global(), assembly.problems(), origin);
        ServerFiles files = files();
        Set<TlsVersion> versions = versions();
        ProtocolParameters parameters = versions.isEmpty()
                ? null
                : ProtocolParameters.of(versions, settings.protocol, globals.defaults.protocol, "", this);
        boolean verifies =
                settings.verify == Verify.REQUIRED || (settings.verify == Verify.DEFAULT && !globals.trustsAll);
        if (verifies && settings.authorities == null) {
            alert(WITHOUT_AUTHORITIES);
        }
        if (complained || parameters == null || files == null) {
            return null;
        }
        ServerContexts contexts = new ServerContexts(settings, parameters, verifies, files);
        files.follow(contexts);
        assembly.lifetime().atEnd(contexts::retire);
        return contexts;
    }

    private @Nullable ServerFiles files() {
        try {
            return ServerFiles.of(
                    assembly.drafts().global(), settings.certificate, settings.authorities, settings.revocations, this);
        } catch (Certificate.Unusable unusable) {
            alert(unusable.text());
            return null;
        }
    }

    private Set<TlsVersion> versions() {
        ProtocolSettings protocol = settings.protocol;
        ProtocolSettings defaults = globals.defaults.protocol;
        if (protocol.disablesInVain(defaults)) {
            warn("no-sslv3/no-tlsv1x are ignored for this server. Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.");
        }
        TlsVersion hole = protocol.hole(defaults);
        if (hole != null) {
            warn("backend '" + backend + "': SSL/TLS versions range not contiguous for server '" + server
                    + "'. Hole find for " + hole.word()
                    + ". Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.");
        }
        Set<TlsVersion> versions = protocol.versions(defaults);
        if (versions.isEmpty()) {
            alert("backend '" + backend + "': all SSL/TLS versions are disabled for server '" + server + "'.");
        }
        return versions;
    }

    private String place() {
        return "[" + origin.file() + ":" + origin.line() + "] : 'server " + backend + "/" + server + "' : ";
    }

    @Override
    public void alert(String text) {
        complained = true;
        assembly.problems().alert(origin, place() + text);
    }

    @Override
    public void warn(String text) {
        assembly.problems().warning(origin, place() + text);
    }
}
