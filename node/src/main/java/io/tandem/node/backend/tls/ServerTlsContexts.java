// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.tandem.config.text.Origin;
import io.tandem.node.backend.tls.ServerTlsSettings.Verify;
import io.tandem.node.frontend.tls.Certificate;
import io.tandem.node.frontend.tls.TlsGlobals;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.setup.Assembly;
import io.tandem.node.tls.Complaints;
import io.tandem.node.tls.EngineContext;
import io.tandem.node.tls.EngineMemory;
import io.tandem.node.tls.ProtocolParameters;
import io.tandem.node.tls.ProtocolSettings;
import io.tandem.node.tls.Session;
import io.tandem.node.tls.TlsVersion;
import io.tandem.node.tls.verify.Authorities;
import io.tandem.node.tls.verify.IgnoredErrors;
import io.tandem.node.tls.verify.RevocationLists;
import io.tandem.node.tls.verify.TrustFile;
import io.tandem.node.tls.verify.VerifyPolicy;
import io.tandem.node.tls.verify.VerifyingTrustManager;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes the TLS of a {@code server} line of its settings. Used by the thread that loads. */
public final class ServerTlsContexts implements Complaints {
    private static final String WITHOUT_AUTHORITIES =
            "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust"
                    + " the server's certificate, please set an explicit 'verify none' statement on the 'server' line, or"
                    + " use 'ssl-server-verify none' in the global section to disable server-side verifications by"
                    + " default.";

    /**
     * How many sessions are kept to be resumed: a server needs a few, and each name asked for needs its own. The JDK's default,
     * 20 480, is what clients could make grow whose words {@code sni} takes.
     */
    private static final int SESSIONS = 256;

    private final ServerTlsSettings settings;
    private final ServerTlsLines.Globals globals;
    private final Origin origin;
    private final String backend;
    private final String server;
    private final Assembly assembly;
    private boolean complained;
    private boolean repeating;

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
     * but for what ALPN offers. */
    public record Both(
            @Nullable ServerTls traffic, @Nullable ServerTls webSockets, @Nullable ServerTls checks, String checkName) {
        /** No TLS at all. */
        public static final Both NONE = new Both(null, null, null, "");
    }

    /**
     * The TLS of a server; alerts where it cannot be.
     *
     * @param serverName what {@code sni} says, compiled
     * @param webSocketAlpn what ALPN offers for WebSockets
     * @param elsewhere whether checks go to an address or a port of their own, and so speak TLS only where told to
     */
    public static Both make(
            ServerTlsSettings settings,
            @Nullable Expression serverName,
            List<String> webSocketAlpn,
            boolean checked,
            boolean elsewhere,
            Origin origin,
            String backend,
            String server,
            Assembly assembly) {
        boolean checks = checked && !settings.noCheckSsl && (settings.checkSsl || (settings.ssl && !elsewhere));
        if (!settings.ssl && !settings.checkSsl) {
            return Both.NONE;
        }
        return new ServerTlsContexts(settings, origin, backend, server, assembly)
                .make(serverName, webSocketAlpn, checks);
    }

    private Both make(@Nullable Expression serverName, List<String> webSocketAlpn, boolean checks) {
        EngineContext traffic = context(settings.alpn);
        if (traffic == null) {
            return Both.NONE;
        }
        boolean shared = settings.alpn.equals(settings.checkAlpn);
        EngineContext probing = checks && !shared ? context(settings.checkAlpn) : traffic;
        ServerTls forTraffic = settings.ssl ? tls(traffic, serverName) : null;
        ServerTls forWebSockets = forTraffic;
        if (forTraffic != null && !webSocketAlpn.equals(settings.alpn)) {
            repeating = true;
            EngineContext apart = context(webSocketAlpn);
            forWebSockets = apart == null ? null : tls(apart, serverName);
        }
        ServerTls forChecks = !checks || probing == null ? null : tls(probing, null);
        return new Both(forTraffic, forWebSockets, forChecks, settings.checkSni == null ? "" : settings.checkSni);
    }

    private ServerTls tls(EngineContext context, @Nullable Expression serverName) {
        return new ServerTls(
                context,
                serverName,
                settings.protocol.noTickets || globals.defaults.protocol.noTickets,
                assembly.node().tlsConnections());
    }

    private @Nullable EngineContext context(List<String> protocols) {
        Certificate own = certificate();
        Set<TlsVersion> versions = versions();
        ProtocolParameters parameters = versions.isEmpty()
                ? null
                : ProtocolParameters.of(versions, settings.protocol, globals.defaults.protocol, "", this);
        boolean verifies =
                settings.verify == Verify.REQUIRED || (settings.verify == Verify.DEFAULT && !globals.trustsAll);
        TrustFile authorities = settings.authorities;
        if (verifies && authorities == null) {
            alert(WITHOUT_AUTHORITIES);
        }
        if (complained || parameters == null) {
            return null;
        }
        SslContextBuilder builder = parameters
                .applyTo(SslContextBuilder.forClient(), protocols)
                .sessionCacheSize(SESSIONS)
                .endpointIdentificationAlgorithm(null) // names are compared by ourselves, as HAProxy does
                .trustManager(InsecureTrustManagerFactory.INSTANCE);
        if (verifies && authorities != null) {
            builder.trustManager(trustManager(authorities));
        }
        if (own != null) {
            builder.keyManager(own.key(), own.chain().toArray(X509Certificate[]::new));
        }
        return build(builder, own);
    }

    private @Nullable EngineContext build(SslContextBuilder builder, @Nullable Certificate own) {
        try {
            SslContext context = builder.build();
            EngineMemory.limit(context);
            if (own != null) {
                Session.presents(context, own.chain().get(0));
            }
            if (settings.noReuse && context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(false);
            }
            EngineContext owned = new EngineContext(context);
            assembly.lifetime().atEnd(owned::giveBack);
            return owned;
        } catch (SSLException | IllegalArgumentException refused) {
            alert("unable to prepare its TLS: " + refused.getMessage() + ".");
            return null;
        }
    }

    private VerifyingTrustManager trustManager(TrustFile authorities) {
        TrustFile revocations = settings.revocations;
        VerifyPolicy policy = new VerifyPolicy(
                new Authorities(authorities.certificates()),
                revocations == null ? null : new RevocationLists(revocations.revocations()),
                IgnoredErrors.NONE,
                IgnoredErrors.NONE);
        String host = settings.verifyHost;
        return VerifyingTrustManager.ofServers(() -> policy, engine -> {
            String asked = ServerTls.nameAskedFor(engine);
            return asked == null || asked.isEmpty() ? host : asked;
        });
    }

    private @Nullable Certificate certificate() {
        String word = settings.certificate;
        if (word == null) {
            return null;
        }
        String file = TlsGlobals.of(assembly.drafts().global()).certificate(word);
        if (!java.nio.file.Files.exists(java.nio.file.Path.of(file))) {
            alert("unable to stat SSL certificate from file '" + file + "' : No such file or directory.");
            return null;
        }
        try {
            return Certificate.read(file);
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
        if (repeating) {
            return; // said about the first context
        }
        assembly.problems().warning(origin, place() + text);
    }
}
