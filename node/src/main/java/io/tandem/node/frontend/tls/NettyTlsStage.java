// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.internal.tcnative.SSL;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.frontend.listen.TlsStage;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.tls.RecordLayer;
import io.tandem.node.tls.Session;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one {@code bind} line: Netty's engine for the handshake, {@link RecordLayer} behind it. Used by all loops; its
 * certificates can be exchanged while it serves.
 */
final class NettyTlsStage implements TlsStage {
    private final AtomicInteger open;
    private final Handling handling;
    private volatile CertificateChoice choice =
            CertificateChoice.NONE; // written under the store's lock, read by the loops

    /**
     * How connections of the listener are handled, whatever their certificate.
     *
     * @param recordLimit bytes of clear text in one record, 0 for the protocol's own limit
     * @param handshakeLimitMs how long a handshake may take, 0 where the connection's own time-out decides
     * @param captureBytes how much of what clients say first is kept, 0 for nothing
     * @param clientsPrefer whether the client's order of cipher suites decides
     * @param tickets whether sessions are kept by tickets
     * @param keepsSecrets whether the secrets of connections are kept for fetches
     */
    record Handling(
            int recordLimit,
            int handshakeLimitMs,
            int captureBytes,
            boolean clientsPrefer,
            boolean tickets,
            boolean keepsSecrets) {}

    /** @param open counts the TLS connections of the process */
    NettyTlsStage(AtomicInteger open, Handling handling) {
        this.open = open;
        this.handling = handling;
    }

    /** From now on new connections get these certificates. */
    void serve(CertificateChoice next) {
        choice = next;
    }

    int captureBytes() {
        return handling.captureBytes();
    }

    CertificateChoice choice() {
        return choice;
    }

    @Override
    public TlsFacts secure(Channel channel, Loop loop, int limitMs) {
        Session session = new Session();
        open.incrementAndGet();
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        limit(channel, loop, handling.handshakeLimitMs() > 0 ? handling.handshakeLimitMs() : limitMs, session);
        CertificateChoice.Ready only = only();
        while (only != null) {
            if (begin(only, channel, null, session, loop)) {
                return session;
            }
            only = only(); // replaced in this very moment
        }
        channel.pipeline().addFirst("hello", new HelloHandler(this, session, loop));
        return session;
    }

    private CertificateChoice.@Nullable Ready only() {
        return captureBytes() > 0 ? null : choice.only();
    }

    /** From the first byte of the client's hello to the last of the handshake. */
    private static void limit(Channel channel, Loop loop, int limitMs, Session session) {
        if (limitMs <= 0) {
            return;
        }
        Timer timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                channel.pipeline()
                        .fireUserEventTriggered(new SslHandshakeCompletionEvent(
                                new SslHandshakeTimeoutException("no handshake within " + limitMs + " ms")));
                channel.close();
            }
        };
        timer.start(limitMs);
        session.atEnd(timer::dispose);
        channel.closeFuture().addListener(closed -> timer.dispose());
    }

    /**
     * Begins the handshake with a certificate.
     *
     * @param hello in whose place the handshake comes, which goes; null for nobody's
     * @return false, with nothing done, where the certificate has been replaced
     */
    boolean begin(
            CertificateChoice.Ready ready,
            Channel channel,
            @Nullable ChannelHandlerContext hello,
            Session session,
            Loop loop) {
        SslHandler handler = ready.context().handshake(channel.alloc());
        if (handler == null) {
            return false;
        }
        session.begins(handler.engine(), ready.context().context());
        if (handling.keepsSecrets()) {
            session.keepSecrets(channel);
        }
        if (handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
            prepare(engine, ready.certificate().ocsp());
        } else if (handling.clientsPrefer()) {
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setUseCipherSuitesOrder(false);
            handler.engine().setSSLParameters(parameters);
        }
        handler.setHandshakeTimeoutMillis(0);
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                session.established(handler);
                acknowledge(channel);
            } else {
                session.failed(done.cause());
            }
        });
        RecordLayer.install(channel, handler, hello, loop, handling.recordLimit());
        return true;
    }

    private void prepare(ReferenceCountedOpenSslEngine engine, @Nullable OcspResponse ocsp) {
        if (ocsp != null && !ocsp.isAwaited()) {
            engine.setOcspResponse(ocsp.der());
        }
        if (handling.clientsPrefer()) {
            SSL.clearOptions(engine.sslPointer(), SSL.SSL_OP_CIPHER_SERVER_PREFERENCE);
        }
        if (!handling.tickets()) {
            SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
    }

    /**
     * BoringSSL keeps its tickets back until the first response, so nothing carries the acknowledgement of the client's
     * last handshake message. Nagle's algorithm holds a client's request until it comes: 40 ms later, if the kernel may choose.
     */
    private static void acknowledge(Channel channel) {
        if (channel.config() instanceof EpollSocketChannelConfig tcp && channel.isActive()) {
            tcp.setTcpQuickAck(true);
        }
    }
}
