// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.tandem.config.text.Origin;
import io.tandem.node.backend.tls.ServerTlsSettings.Verify;
import io.tandem.node.frontend.tls.Certificate;
import io.tandem.node.frontend.tls.ContextFactory;
import io.tandem.node.frontend.tls.Engine;
import io.tandem.node.frontend.tls.TlsGlobals;
import io.tandem.node.frontend.tls.TlsVersion;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.setup.Assembly;
import io.tandem.node.tls.EngineMemory;
import io.tandem.node.tls.Session;
import io.tandem.node.tls.Suites;
import io.tandem.node.tls.verify.Authorities;
import io.tandem.node.tls.verify.IgnoredErrors;
import io.tandem.node.tls.verify.RevocationLists;
import io.tandem.node.tls.verify.TrustFile;
import io.tandem.node.tls.verify.VerifyPolicy;
import io.tandem.node.tls.verify.VerifyingTrustManager;
import java.lang.ref.Cleaner;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes the TLS of a {@code server} line of its settings. Used by the thread that loads. */
public final class ServerTlsContexts {
    private static final String WITHOUT_AUTHORITIES =
            "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust"
                    + " the server's certificate, please set an explicit 'verify none' statement on the 'server' line, or"
                    + " use 'ssl-server-verify none' in the global section to disable server-side verifications by"
                    + " default.";

    /** Frees contexts once neither a configuration nor a connection can reach them. */
    private static final Cleaner CLEANER = Cleaner.create();

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
        SslContext traffic = context(settings.alpn);
        if (traffic == null) {
            return Both.NONE;
        }
        boolean shared = settings.alpn.equals(settings.checkAlpn);
        SslContext probing = checks && !shared ? context(settings.checkAlpn) : traffic;
        ServerTls forTraffic = settings.ssl ? owned(traffic, serverName) : null;
        ServerTls forWebSockets = forTraffic;
        if (forTraffic != null && !webSocketAlpn.equals(settings.alpn)) {
            repeating = true;
            SslContext apart = context(webSocketAlpn);
            forWebSockets = apart == null ? null : owned(apart, serverName);
        }
        ServerTls forChecks = !checks || probing == null ? null : owned(probing, null);
        if (shared && forTraffic != null && forChecks != null) {
            ReferenceCountUtil.retain(traffic); // each lets go of it by itself
        }
        return new Both(forTraffic, forWebSockets, forChecks, settings.checkSni == null ? "" : settings.checkSni);
    }

    private ServerTls owned(SslContext context, @Nullable Expression serverName) {
        ServerTls tls = new ServerTls(
                context,
                serverName,
                settings.noTickets || globals.defaults.noTickets,
                assembly.node().tlsConnections());
        CLEANER.register(tls, () -> ReferenceCountUtil.release(context));
        return tls;
    }

    private @Nullable SslContext context(List<String> protocols) {
        Certificate own = certificate();
        List<String> versions = versions();
        boolean openSsl = Engine.isNative();
        List<String> ciphers = ciphers(versions, openSsl);
        List<String> curves = curves();
        boolean verifies =
                settings.verify == Verify.REQUIRED || (settings.verify == Verify.DEFAULT && !globals.trustsAll);
        TrustFile authorities = settings.authorities;
        if (verifies && authorities == null) {
            alert(WITHOUT_AUTHORITIES);
        }
        if (complained) {
            return null;
        }
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(openSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .protocols(versions)
                .keyStoreType(ContextFactory.KEY_STORE)
                .endpointIdentificationAlgorithm(null) // names are compared by ourselves, as HAProxy does
                .trustManager(InsecureTrustManagerFactory.INSTANCE);
        if (verifies && authorities != null) {
            builder.trustManager(trustManager(authorities));
        }
        if (own != null) {
            builder.keyManager(own.key(), own.chain().toArray(X509Certificate[]::new));
        }
        if (!ciphers.isEmpty()) {
            builder.ciphers(ciphers, IdentityCipherSuiteFilter.INSTANCE);
        }
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        if (openSsl && !curves.isEmpty()) {
            builder.option(OpenSslContextOption.GROUPS, curves.toArray(String[]::new));
        }
        return build(builder, own);
    }

    private @Nullable SslContext build(SslContextBuilder builder, @Nullable Certificate own) {
        try {
            SslContext context = builder.build();
            EngineMemory.limit(context);
            if (own != null) {
                Session.presents(context, own.chain().get(0));
            }
            if (settings.noReuse && context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(false);
            }
            return context;
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

    private List<String> versions() {
        if (settings.disablesInVain(globals.defaults)) {
            warn("no-sslv3/no-tlsv1x are ignored for this server. Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.");
        }
        TlsVersion hole = settings.hole(globals.defaults);
        if (hole != null) {
            warn("backend '" + backend + "': SSL/TLS versions range not contiguous for server '" + server
                    + "'. Hole find for " + hole.word()
                    + ". Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.");
        }
        List<String> versions = new ArrayList<>();
        settings.versions(globals.defaults).forEach(version -> versions.add(version.protocol()));
        if (versions.isEmpty()) {
            alert("backend '" + backend + "': all SSL/TLS versions are disabled for server '" + server + "'.");
        }
        return versions;
    }

    private List<String> ciphers(List<String> versions, boolean openSsl) {
        String asked = TlsGlobals.either(settings.ciphers, globals.defaults.ciphers);
        String modern = TlsGlobals.either(settings.ciphersuites, globals.defaults.ciphersuites);
        List<String> usable = List.of();
        if (asked != null) {
            if (!Suites.areNamed(asked)) {
                alert("unable to set SSL cipher list to '" + asked + "'.");
                return List.of();
            }
            usable = Suites.usable(asked, versions, openSsl);
            if (usable.isEmpty()) {
                alert("none of the ciphers '" + asked + "' is known to the TLS engine.");
            }
            List<String> missing = Suites.missing(asked, openSsl);
            if (!usable.isEmpty() && !missing.isEmpty()) {
                warn("ciphers '" + String.join(":", missing)
                        + "' are not known to the TLS engine and are not offered.");
            }
        }
        if (modern != null) {
            Set<String> meant = Suites.modern(modern);
            if (meant == null) {
                alert("unable to set TLS 1.3 cipher suites to '" + modern + "'.");
            } else if (meant.size() < 3) {
                warn(
                        "'ciphersuites " + modern
                                + "' has no effect: the TLS engine always offers its three TLSv1.3 suites, all of them strong.");
            }
        }
        return usable;
    }

    private List<String> curves() {
        String asked = TlsGlobals.either(settings.curves, globals.defaults.curves);
        if (asked == null) {
            return List.of();
        }
        Suites.Curves curves = Suites.curves(asked);
        if (curves == null) {
            alert("unable to set SSL curves list to '" + asked + "'.");
            return List.of();
        }
        if (curves.known().isEmpty()) {
            alert("none of the curves '" + asked + "' is known to the TLS engine.");
        }
        if (!curves.missing().isEmpty()) {
            warn("curves '" + String.join(":", curves.missing())
                    + "' are not known to the TLS engine and are not offered.");
        }
        return curves.known();
    }

    private String place() {
        return "[" + origin.file() + ":" + origin.line() + "] : 'server " + backend + "/" + server + "' : ";
    }

    private void alert(String text) {
        complained = true;
        assembly.problems().alert(origin, place() + text);
    }

    private void warn(String text) {
        if (repeating) {
            return; // said about the first context
        }
        assembly.problems().warning(origin, place() + text);
    }
}
