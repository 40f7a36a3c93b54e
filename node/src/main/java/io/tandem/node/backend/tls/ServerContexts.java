// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.tandem.node.frontend.tls.Certificate;
import io.tandem.node.frontend.tls.ServerFiles;
import io.tandem.node.tls.Complaints;
import io.tandem.node.tls.EngineContext;
import io.tandem.node.tls.EngineMemory;
import io.tandem.node.tls.ProtocolParameters;
import io.tandem.node.tls.Session;
import io.tandem.node.tls.verify.Authorities;
import io.tandem.node.tls.verify.IgnoredErrors;
import io.tandem.node.tls.verify.RevocationLists;
import io.tandem.node.tls.verify.TrustFile;
import io.tandem.node.tls.verify.VerifyPolicy;
import io.tandem.node.tls.verify.VerifyingTrustManager;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The contexts of one server, for traffic, WebSockets and checks, where these differ. Made by the thread that loads, and anew by
 * the admin socket's when its files are replaced.
 */
final class ServerContexts implements ServerFiles.User {
    /**
     * How many sessions are kept to be resumed: a server needs a few, and each name asked for needs its own. The JDK's default,
     * 20 480, is what clients could make grow whose words {@code sni} takes.
     */
    private static final int SESSIONS = 256;

    private final ServerTlsSettings settings;
    private final ProtocolParameters parameters;
    private final boolean verifies;
    private final ServerFiles files;
    private final List<CurrentContext> contexts = new ArrayList<>();

    /** @param verifies whether the server's certificate is verified, by the authorities of {@code files} */
    ServerContexts(ServerTlsSettings settings, ProtocolParameters parameters, boolean verifies, ServerFiles files) {
        this.settings = settings;
        this.parameters = parameters;
        this.verifies = verifies;
        this.files = files;
    }

    /** The context that offers these protocols; null after an alert. */
    @Nullable CurrentContext offering(List<String> protocols, Complaints complaints) {
        for (CurrentContext present : contexts) {
            if (present.protocols().equals(protocols)) {
                return present;
            }
        }
        EngineContext first = make(protocols, complaints);
        if (first == null) {
            return null;
        }
        CurrentContext made = new CurrentContext(protocols, first);
        contexts.add(made);
        return made;
    }

    private @Nullable EngineContext make(List<String> protocols, Complaints complaints) {
        SslContextBuilder builder = parameters
                .applyTo(SslContextBuilder.forClient(), protocols)
                .sessionCacheSize(SESSIONS)
                .endpointIdentificationAlgorithm(null) // names are compared by ourselves, as HAProxy does
                .trustManager(InsecureTrustManagerFactory.INSTANCE);
        TrustFile authorities = files.authorities();
        if (verifies && authorities != null) {
            builder.trustManager(trustManager(authorities));
        }
        Certificate own = files.certificate();
        if (own != null) {
            builder.keyManager(own.key(), own.chain().toArray(X509Certificate[]::new));
        }
        try {
            SslContext context = builder.build();
            EngineMemory.limit(context);
            if (own != null) {
                Session.presents(context, own.chain().get(0));
            }
            if (settings.noReuse && context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(false);
            }
            return new EngineContext(context, !settings.noReuse);
        } catch (SSLException | IllegalArgumentException refused) {
            complaints.alert("unable to prepare its TLS: " + refused.getMessage() + ".");
            return null;
        }
    }

    private VerifyingTrustManager trustManager(TrustFile authorities) {
        TrustFile revocations = files.revocations();
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

    @Override
    public boolean prepare(Complaints complaints) {
        for (CurrentContext context : contexts) {
            EngineContext next = make(context.protocols(), complaints);
            if (next == null) {
                discard();
                return false;
            }
            context.prepare(next);
        }
        return true;
    }

    @Override
    public void serve() {
        contexts.forEach(CurrentContext::serve);
    }

    @Override
    public void discard() {
        contexts.forEach(CurrentContext::discard);
    }

    @Override
    public void retire() {
        contexts.forEach(CurrentContext::retire);
    }
}
