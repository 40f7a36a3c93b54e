// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.tandem.node.loop.Loop;
import io.tandem.node.tls.Session;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a client's first message, chooses the certificate by it and gives way to the TLS handler proper. Bounded: a
 * message that does not fit one record of 16 KB is refused.
 */
final class HelloHandler extends SslClientHelloHandler<CertificateChoice.Ready> {
    /** A fatal alert, unrecognized_name (RFC 6066 3). */
    private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

    private final NettyTlsStage stage;
    private final Session session;
    private final Loop loop;
    private ClientHello hello = new ClientHello("", false);

    HelloHandler(NettyTlsStage stage, Session session, Loop loop) {
        super(16 * 1024);
        this.stage = stage;
        this.session = session;
        this.loop = loop;
    }

    @Override
    protected Future<CertificateChoice.Ready> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf clientHello) {
        Promise<CertificateChoice.Ready> promise = ctx.executor().newPromise();
        if (clientHello != null && stage.captureBytes() > 0) {
            session.capture(clientHello, stage.captureBytes());
        }
        if (clientHello != null) {
            hello = ClientHello.parse(clientHello);
        }
        stage.choice().choose(hello, chosen -> {
            if (chosen == null) {
                promise.setFailure(new SSLHandshakeException("no certificate for '" + hello.serverName() + "'"));
            } else {
                promise.setSuccess(chosen);
            }
        });
        return promise;
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<CertificateChoice.Ready> future) {
        if (ctx.isRemoved()) {
            return; // the client has gone while its certificate was made
        }
        CertificateChoice.Ready chosen = future.isSuccess() ? future.getNow() : null;
        while (chosen != null) {
            if (stage.begin(chosen, ctx.channel(), ctx, session, loop)) {
                return;
            }
            chosen = stage.choice().configured(hello); // replaced in this very moment
        }
        Throwable why = future.isSuccess() ? new SSLHandshakeException("no certificate any more") : future.cause();
        ctx.writeAndFlush(ctx.alloc().buffer(UNRECOGNIZED_NAME.length).writeBytes(UNRECOGNIZED_NAME));
        ctx.fireUserEventTriggered(new SslHandshakeCompletionEvent(why));
        ctx.close();
    }
}
