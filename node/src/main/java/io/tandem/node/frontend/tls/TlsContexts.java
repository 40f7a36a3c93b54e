// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLContext;
import io.netty.util.ReferenceCountUtil;
import io.tandem.node.frontend.listen.BindLine;
import io.tandem.node.frontend.listen.TlsStage;
import io.tandem.node.setup.Assembly;
import io.tandem.node.tls.Session;
import java.lang.ref.Cleaner;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes the TLS stage of a {@code bind} line of its settings: one context of the TLS engine for each certificate. */
final class TlsContexts {
    /** Curves as OpenSSL and its users name them, and as BoringSSL does. */
    private static final Map<String, String> CURVES = Map.ofEntries(
            Map.entry("X25519", "X25519"),
            Map.entry("x25519", "X25519"),
            Map.entry("P-256", "P-256"),
            Map.entry("prime256v1", "P-256"),
            Map.entry("secp256r1", "P-256"),
            Map.entry("P-384", "P-384"),
            Map.entry("secp384r1", "P-384"),
            Map.entry("P-521", "P-521"),
            Map.entry("secp521r1", "P-521"),
            Map.entry("X25519MLKEM768", "X25519MLKEM768"));

    /** Curves that OpenSSL has and BoringSSL has not: passed over. */
    private static final Set<String> CURVES_MISSING = Set.of("X448", "P-224", "secp224r1", "secp256k1");

    /** Frees contexts once neither a configuration nor a connection can reach them. */
    private static final Cleaner CLEANER = Cleaner.create();

    private final BindLine bind;
    private final Assembly assembly;
    private final TlsSettings settings;
    private final TlsGlobals globals;

    private TlsContexts(BindLine bind, Assembly assembly) {
        this.bind = bind;
        this.assembly = assembly;
        settings = bind.facet(TlsSettings.KEY);
        globals = TlsGlobals.of(assembly.drafts().global());
    }

    /** The stage of {@code bind}, or null after an alert. */
    static @Nullable TlsStage stage(BindLine bind, Assembly assembly) {
        return new TlsContexts(bind, assembly).build();
    }

    private @Nullable TlsStage build() {
        if (settings.certificates.isEmpty() && !settings.strictSni) {
            alert("no SSL certificate specified for bind " + place() + " (use 'crt').");
            return null;
        }
        if (settings.certificates.isEmpty()) {
            warn("no SSL certificate specified for bind " + place() + ", ssl connections will fail (use 'crt').");
        }
        if (settings.verification.isIncomplete()) {
            alert("verify is enabled but no CA file specified for bind " + place() + ".");
            return null;
        }
        if (settings.disablesInVain(globals.defaults)) {
            warn("no-sslv3/no-tlsv1x are ignored for bind " + place()
                    + ". Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.");
        }
        List<String> versions = new ArrayList<>();
        settings.versions(globals.defaults).forEach(version -> versions.add(version.protocol()));
        if (versions.isEmpty()) {
            alert("all SSL/TLS versions are disabled for bind " + place() + ".");
            return null;
        }
        boolean openSsl = Engine.isNative();
        List<String> ciphers = ciphers(versions, openSsl);
        List<String> curves = curves();
        if (ciphers == null || curves == null) {
            return null;
        }
        return stage(versions, ciphers, curves, openSsl);
    }

    private @Nullable TlsStage stage(
            List<String> versions, List<String> ciphers, List<String> curves, boolean openSsl) {
        List<CertificateChoice.Ready> ready = new ArrayList<>();
        List<SslContext> contexts = new ArrayList<>();
        for (Certificate certificate : settings.certificates) {
            try {
                SslContext context = context(certificate, versions, ciphers, curves, openSsl);
                contexts.add(context);
                ready.add(new CertificateChoice.Ready(certificate, context));
            } catch (SSLException | IllegalArgumentException refused) {
                alert("unable to use the certificate of '" + certificate.file() + "' for bind " + place() + ": "
                        + refused.getMessage() + ".");
                contexts.forEach(ReferenceCountUtil::release);
                return null;
            }
        }
        NettyTlsStage stage = new NettyTlsStage(
                new CertificateChoice(ready, settings.strictSni),
                ready.size(),
                assembly.node().tlsConnections(),
                globals.captureBytes);
        CLEANER.register(stage, () -> contexts.forEach(ReferenceCountUtil::release));
        return stage;
    }

    private SslContext context(
            Certificate certificate, List<String> versions, List<String> ciphers, List<String> curves, boolean openSsl)
            throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forServer(
                        certificate.key(), certificate.chain().toArray(X509Certificate[]::new))
                .sslProvider(openSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .protocols(versions)
                .sessionCacheSize(globals.sessions)
                .sessionTimeout(globals.sessionLifetimeS)
                .clientAuth(settings.verification.demand);
        if (!ciphers.isEmpty()) {
            builder.ciphers(ciphers, IdentityCipherSuiteFilter.INSTANCE);
        }
        if (settings.verification.isOn()) {
            builder.trustManager(settings.verification.trustManager());
        }
        if (!settings.alpn.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    settings.alpn));
        }
        if (openSsl && !curves.isEmpty()) {
            builder.option(OpenSslContextOption.GROUPS, curves.toArray(String[]::new));
        }
        SslContext context = builder.build();
        Session.presents(context, certificate.chain().get(0));
        separate(context);
        if (!settings.noTickets && !globals.defaults.noTickets) {
            assembly.node().ticketKeys().attach(context);
        }
        if (settings.preferClientCiphers || globals.defaults.preferClientCiphers) {
            letClientsPrefer(context);
        }
        return context;
    }

    @SuppressWarnings("deprecation") // Netty has no other way to this option; nobody else uses the context yet
    private static void letClientsPrefer(SslContext context) {
        if (context instanceof ReferenceCountedOpenSslContext counted) {
            SSLContext.clearOptions(counted.sslCtxPointer(), SSL.SSL_OP_CIPHER_SERVER_PREFERENCE);
        }
    }

    /**
     * Sessions begun where clients need other certificates, or none, must not be resumed here: all listeners share the keys
     * of tickets.
     */
    private void separate(SslContext context) {
        if (settings.verification.isOn() && context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            sessions.setSessionIdContext(settings.verification.fingerprint());
        }
    }

    /**
     * The suites for the engine, empty for its own choice, null after an alert. Drops the versions from {@code versions}
     * for which nothing is left.
     */
    private @Nullable List<String> ciphers(List<String> versions, boolean openSsl) {
        warnAboutCiphersuites();
        String asked = TlsGlobals.either(settings.ciphers, globals.defaults.ciphers);
        if (asked == null) {
            return List.of();
        }
        List<CipherSuite> meant = CipherString.parse(asked);
        if (meant.isEmpty()) {
            alert("unable to set SSL cipher list to '" + asked + "' for bind " + place() + ".");
            return null;
        }
        Set<String> available = openSsl ? OpenSsl.availableOpenSslCipherSuites() : Engine.jdkSuites();
        List<String> usable = new ArrayList<>();
        for (CipherSuite suite : meant) {
            String name = openSsl ? suite.name() : suite.standardName();
            if (available.contains(name)) {
                usable.add(name);
            }
        }
        if (usable.isEmpty()) {
            versions.removeIf(version -> !version.equals(TlsVersion.TLS13.protocol()));
            String lost = "none of the ciphers '" + asked + "' is known to the TLS engine, for bind " + place();
            if (versions.isEmpty()) {
                alert(lost + ".");
                return null;
            }
            warn(lost + ": only TLSv1.3 is offered.");
        }
        if (versions.contains(TlsVersion.TLS13.protocol())) {
            CipherSuite.all().stream()
                    .filter(suite -> suite.since().equals("TLSv1.3"))
                    .forEach(suite -> usable.add(suite.standardName()));
        }
        return usable;
    }

    private void warnAboutCiphersuites() {
        String asked = TlsGlobals.either(settings.ciphersuites, globals.defaults.ciphersuites);
        if (asked == null) {
            return;
        }
        Set<String> meant = CipherString.tls13(asked);
        if (meant == null) {
            alert("unable to set TLS 1.3 cipher suites to '" + asked + "' for bind " + place() + ".");
        } else if (meant.size() < 3) {
            warn("'ciphersuites " + asked + "' has no effect for bind " + place()
                    + ": the TLS engine always offers its three TLSv1.3 suites, all of them strong.");
        }
    }

    private @Nullable List<String> curves() {
        String asked = TlsGlobals.either(settings.curves, globals.defaults.curves);
        boolean single = asked == null && settings.ecdhe != null;
        if (single) {
            asked = settings.ecdhe;
        }
        if (asked == null) {
            return List.of();
        }
        List<String> curves = new ArrayList<>();
        for (String name : asked.split(":", -1)) {
            String known = CURVES.get(name);
            if (known != null) {
                curves.add(known);
            } else if (!CURVES_MISSING.contains(name)) {
                alert((single ? "unable to set elliptic named curve to '" : "unable to set SSL curves list to '")
                        + asked + "' for bind " + place() + ".");
                return null;
            }
        }
        if (curves.isEmpty()) {
            alert("none of the curves '" + asked + "' is known to the TLS engine, for bind " + place() + ".");
            return null;
        }
        return curves;
    }

    private String place() {
        return "'" + bind.written() + "' at [" + bind.origin().file() + ":"
                + bind.origin().line() + "]";
    }

    private void alert(String text) {
        assembly.problems().alert(bind.origin(), "Proxy '" + bind.proxy() + "': " + text);
    }

    private void warn(String text) {
        assembly.problems().warning(bind.origin(), "Proxy '" + bind.proxy() + "': " + text);
    }
}
