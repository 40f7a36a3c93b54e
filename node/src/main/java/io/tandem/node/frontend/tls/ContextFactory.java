// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.tandem.node.tls.Engine;
import io.tandem.node.tls.EngineContext;
import io.tandem.node.tls.EngineMemory;
import io.tandem.node.tls.KeyLog;
import io.tandem.node.tls.ProtocolParameters;
import io.tandem.node.tls.Session;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** Makes a context of the TLS engine for one certificate. Blocks for some milliseconds: never on an event loop. */
final class ContextFactory {
    private final TlsGlobals globals;

    ContextFactory(TlsGlobals globals) {
        this.globals = globals;
    }

    /** @throws SSLException or IllegalArgumentException if the engine refuses the certificate or the parameters */
    EngineContext context(
            Certificate certificate,
            TlsSettings settings,
            ClientVerification verification,
            ProtocolParameters parameters)
            throws SSLException {
        SslContextBuilder builder = parameters
                .applyTo(builder(certificate, parameters), settings.alpn)
                .sessionCacheSize(Math.max(1, globals.sessions))
                .sessionTimeout(globals.sessionLifetimeS)
                .clientAuth(verification.demand);
        if (verification.isOn()) {
            builder.trustManager(verification.trustManager());
        }
        if (Engine.isNative()) {
            builder.enableOcsp(certificate.ocsp() != null && !certificate.ocsp().isAwaited());
        }
        SslContext context = builder.build();
        EngineContext owned = new EngineContext(context);
        EngineMemory.limit(context);
        Session.presents(context, certificate.leaf());
        if (globals.keepsSecrets) {
            KeyLog.enable(context);
        }
        separate(context, verification);
        if (globals.sessions == 0 && context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
        }
        if (settings.protocol.withTickets(globals.defaults.protocol)) {
            settings.tickets(globals.sharedTickets()).attach(context);
        }
        return owned;
    }

    private static SslContextBuilder builder(Certificate certificate, ProtocolParameters parameters)
            throws SSLException {
        Stream<X509Certificate> sent = certificate.chain().stream();
        // the JDK refuses a chain that says something twice
        X509Certificate[] chain = (Engine.isNative() ? sent : sent.distinct()).toArray(X509Certificate[]::new);
        RsaSigner signer = RsaSigner.forKey(certificate, parameters);
        if (signer != null) {
            try {
                return SslContextBuilder.forServer(OpenSslX509KeyManagerFactory.newKeyless(chain))
                        .option(OpenSslContextOption.PRIVATE_KEY_METHOD, signer);
            } catch (java.io.IOException | GeneralSecurityException refused) {
                throw new SSLException(refused);
            }
        }
        return SslContextBuilder.forServer(certificate.key(), chain);
    }

    /**
     * Sessions begun where clients need other certificates, or none, must not be resumed here: all listeners share the keys
     * of tickets.
     */
    private static void separate(SslContext context, ClientVerification verification) {
        if (verification.isOn() && context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            sessions.setSessionIdContext(verification.fingerprint());
        }
    }
}
