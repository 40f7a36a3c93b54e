// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.frontend.listen.TlsStage;
import io.tandem.node.loop.Loop;
import io.tandem.node.tls.Session;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The TLS of one {@code bind} line on Netty's engine. Immutable. */
final class NettyTlsStage implements TlsStage {
    private final CertificateChoice choice;
    private final @Nullable SslContext only;
    private final AtomicInteger open;
    private final int captureBytes;

    /**
     * @param open counts the TLS connections of the process
     * @param captureBytes how much of what clients say first is kept, 0 for nothing
     */
    NettyTlsStage(CertificateChoice choice, int certificates, AtomicInteger open, int captureBytes) {
        this.open = open;
        this.choice = choice;
        this.captureBytes = captureBytes;
        only = captureBytes > 0 ? null : choice.only(certificates);
    }

    int captureBytes() {
        return captureBytes;
    }

    @Override
    public TlsFacts secure(Channel channel, Loop loop) {
        Session session = new Session();
        open.incrementAndGet();
        channel.closeFuture().addListener(closed -> open.decrementAndGet());
        if (only != null) {
            channel.pipeline().addFirst("tls", handler(only, channel, session));
        } else {
            channel.pipeline().addFirst("hello", new HelloHandler(choice, this, session));
        }
        return session;
    }

    SslHandler handler(SslContext context, Channel channel, Session session) {
        SslHandler handler = context.newHandler(channel.alloc());
        session.begins(handler.engine(), context);
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                session.established(handler);
                acknowledge(channel);
            } else {
                session.failed(done.cause());
            }
        });
        return handler;
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
