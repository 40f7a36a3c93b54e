// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.AttributeKey;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.tls.verify.Findings;
import io.tandem.node.tls.verify.VerifyingTrustManager;
import java.io.ByteArrayOutputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Facts about one TLS connection: what every connection is asked for is taken at the end of its handshake, the rest when it
 * is asked for. Owned by the connection's event loop.
 */
public final class Session implements TlsFacts {
    private static final AttributeKey<X509Certificate> OURS = AttributeKey.valueOf(Session.class, "ours");

    /** What a handshake begins with, until both sides have agreed on less. */
    private static final String LATEST = "TLSv1.3";

    private static final Certificate[] NOBODY = new Certificate[0];

    private String serverName = "";
    private String protocol = "";
    private String cipher = "";
    private String alpn = "";
    private boolean resumed;
    private long error;
    /** When its handshake began, ms since the epoch: an older session is resumed. Of the JDK's engine, which does not tell. */
    private long begunMs;

    private @Nullable SSLEngine engine;
    private @Nullable SSLSession session;
    private Certificate @Nullable [] chain;
    private @Nullable CertificateFacts peer;
    private @Nullable CertificateFacts own;
    private @Nullable HelloCapture hello;
    private @Nullable X509Certificate ours;
    private @Nullable KeyLog keyLog;
    private @Nullable Runnable atEnd;

    /** The handshake begins: its engine can be asked from now on. */
    public void begins(SSLEngine engine, SslContext context) {
        this.engine = engine;
        begunMs = engine instanceof ReferenceCountedOpenSslEngine ? 0 : System.currentTimeMillis();
        ours = context.attributes().attr(OURS).get();
    }

    /** Runs {@code end} when the handshake has ended, one way or the other. */
    public void atEnd(Runnable end) {
        atEnd = end;
    }

    private void ended() {
        Runnable end = atEnd;
        if (end != null) {
            atEnd = null;
            end.run();
        }
    }

    /** Keeps the secrets of its connection, begun before, until {@code channel} closes. */
    public void keepSecrets(Channel channel) {
        if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
            KeyLog log = KeyLog.of(openSsl);
            keyLog = log;
            channel.closeFuture().addListener(closed -> log.end());
        }
    }

    /** Keeps what the client's first message said, at most {@code limit} bytes of each list. */
    public void capture(ByteBuf clientHello, int limit) {
        hello = HelloCapture.of(clientHello, limit);
    }

    /** Notes which certificate connections of {@code context} present. */
    public static void presents(SslContext context, X509Certificate certificate) {
        context.attributes().attr(OURS).set(certificate);
    }

    /** Takes the facts; the engine may be gone when they are asked for. */
    public void established(SslHandler handler) {
        ended();
        SSLSession agreed = handler.engine().getSession();
        session = agreed;
        engine = handler.engine();
        protocol = agreed.getProtocol();
        cipher = CipherSuite.nameOf(agreed.getCipherSuite());
        String application = handler.applicationProtocol();
        alpn = application == null ? "" : application;
        if (handler.engine() instanceof ReferenceCountedOpenSslEngine openSsl) {
            String name = SSL.getSniHostname(openSsl.sslPointer());
            serverName = name == null ? "" : name;
            resumed = SSL.isSessionReused(openSsl.sslPointer());
        } else if (agreed instanceof ExtendedSSLSession extended) {
            serverName = nameIn(extended.getRequestedServerNames());
            resumed = agreed.getCreationTime() < begunMs;
        }
    }

    /** The handshake has failed. */
    public void failed(Throwable cause) {
        ended();
        error = EngineErrors.number(cause);
        cipher = "(NONE)";
        String agreed = findings().protocol();
        protocol = agreed.isEmpty() ? LATEST : agreed;
    }

    private static String nameIn(List<SNIServerName> names) {
        for (SNIServerName name : names) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName();
            }
        }
        return "";
    }

    @Override
    public String serverName() {
        return serverName;
    }

    @Override
    public String protocol() {
        return protocol;
    }

    @Override
    public String cipher() {
        return cipher;
    }

    @Override
    public String alpn() {
        return alpn;
    }

    @Override
    public boolean isResumed() {
        return resumed;
    }

    @Override
    public Findings findings() {
        SSLEngine present = engine;
        Findings found = null;
        if (present != null) {
            SSLSession handshake = session != null ? session : present.getHandshakeSession();
            found = VerifyingTrustManager.findings(handshake == null ? present.getSession() : handshake, present);
        }
        return found == null ? Findings.GOOD : found;
    }

    private Certificate[] certificates() {
        Certificate[] known = chain;
        if (known == null) {
            known = NOBODY;
            SSLSession present = session;
            if (present != null) {
                try {
                    known = present.getPeerCertificates();
                } catch (SSLPeerUnverifiedException none) {
                    known = NOBODY;
                }
            }
            chain = known;
        }
        return known;
    }

    @Override
    public @Nullable CertificateFacts peer() {
        if (peer == null && certificates().length > 0 && certificates()[0] instanceof X509Certificate certificate) {
            peer = new CertificateFacts(certificate);
        }
        return peer;
    }

    @Override
    public @Nullable CertificateFacts own() {
        if (own == null && ours != null) {
            own = new CertificateFacts(ours);
        }
        return own;
    }

    @Override
    public byte @Nullable [] chain() {
        if (resumed || certificates().length == 0) {
            return null;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Certificate certificate : certificates()) {
            try {
                all.writeBytes(certificate.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a certificate without bytes", e);
            }
        }
        return all.toByteArray();
    }

    @Override
    public byte @Nullable [] secret(Secret which) {
        if (!which.label().isEmpty()) {
            return keyLog == null ? null : keyLog.secret(which);
        }
        if (!(engine instanceof ReferenceCountedOpenSslEngine openSsl) || openSsl.sslPointer() == 0) {
            return which == Secret.SESSION_ID && session != null ? session.getId() : null;
        }
        long ssl = openSsl.sslPointer();
        return switch (which) {
            case SESSION_ID -> SSL.getSessionId(ssl);
            case MASTER_KEY -> SSL.getMasterKey(ssl);
            case CLIENT_RANDOM -> SSL.getClientRandom(ssl);
            case SERVER_RANDOM -> SSL.getServerRandom(ssl);
            default -> null; // answered above
        };
    }

    @Override
    public @Nullable HelloCapture hello() {
        return hello;
    }

    @Override
    public long error() {
        return error;
    }
}
