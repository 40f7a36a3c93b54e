// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.backend.Backend;
import io.tandem.node.exchange.Ledger;
import io.tandem.node.frontend.SilentDrop;
import io.tandem.node.frontend.TlsLedger;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@code tcp-request session} and {@code tcp-request content} before a TCP connection is handed on. It holds back what
 * the client sends until the rules have decided; then the session takes its place behind it, and gets the bytes held with
 * its first read. Runs on the connection's loop.
 */
public final class ContentInspection extends ChannelDuplexHandler {
    private final Loop loop;
    private final Facts facts;
    private final Supplier<ChannelHandler> session;
    private final Runnable onEnd;
    private final Inspection inspection;
    private final Timer patience;

    private @Nullable ChannelHandlerContext context;
    private boolean inputEnded;
    private boolean decided;
    private boolean begun;
    private boolean logged;

    /**
     * @param session makes the handler that takes over; it begins by reading nothing
     * @param limit the most bytes to hold
     * @param onEnd runs once if the connection ends before it was handed on
     */
    public ContentInspection(Facts facts, int limit, Supplier<ChannelHandler> session, Runnable onEnd) {
        this.facts = facts;
        this.session = session;
        this.onEnd = onEnd;
        loop = facts.loop;
        inspection = new Inspection(facts, limit, this::judge);
        patience = new Timer(loop) {
            @Override
            protected void onTimeout() {
                abort(Termination.CLIENT_TIMEOUT);
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        if (facts.tls == null) {
            begin();
        }
    }

    private void begin() {
        begun = true;
        Verdict verdict = facts.frontend.sessionRules().judge(facts);
        if (verdict == Verdict.CLOSE || verdict == Verdict.REPLY) {
            logged = true; // as HAProxy: there was no session yet
            close();
            return;
        }
        patience.start(facts.frontend.timeouts().client());
        inspection.begin(facts.frontend.inspectDelayMs());
        judge();
    }

    /** Asks the content rules with the bytes there are. */
    private void judge() {
        if (decided || !begun) {
            return;
        }
        switch (inspection.judge(facts.frontend.contentRules())) {
            case WAIT -> {}
            case CLOSE, REPLY -> {
                log(Termination.PROXY);
                close();
            }
            case CONTINUE, ACCEPT -> handOn();
        }
    }

    /** The client goes away, or says nothing, before the rules could decide: as HAProxy logs it, a backend is named. */
    private void abort(char who) {
        if (!decided && begun && !logged) {
            Backend backend = facts.frontend.backendChoice().choose(facts);
            facts.backend = backend;
            facts.countInFront(ProxyCounter.REQUEST_ERRORS);
            log(who);
            close();
        }
    }

    private void log(char who) {
        logged = true;
        facts.requestsOnConnection = 1;
        facts.requestAtMs = facts.acceptedAtMs;
        facts.requestStartNs = facts.acceptedNs;
        facts.requestHeadNs = 0;
        facts.bytesIn = inspection.size();
        facts.terminationWho = who;
        facts.terminationWhen = Termination.IN_REQUEST;
        facts.endNs = loop.nowNs();
        new Ledger(loop, facts).ends();
    }

    private void close() {
        decided = true;
        ChannelHandlerContext client = context;
        if (client != null) {
            if (facts.silent) {
                SilentDrop.prepare(client.channel());
            }
            client.close();
        }
    }

    private void handOn() {
        decided = true;
        patience.dispose();
        if (facts.switchesToHttp) {
            facts.request.clear(); // what rules have read of it is read again
            facts.requestContent = null;
        }
        ChannelHandlerContext client = context;
        if (client == null) {
            return;
        }
        client.pipeline().addAfter(client.name(), null, session.get());
        if (client.channel().config().isAutoRead()) {
            release(client);
        }
    }

    /** The session wants to read: it gets what was held, and this handler is done. */
    private void release(ChannelHandlerContext client) {
        ByteBuf bytes = inspection.take();
        context = null;
        if (bytes.isReadable()) {
            client.fireChannelRead(bytes);
            client.fireChannelReadComplete();
        } else {
            bytes.release();
        }
        if (inputEnded) {
            client.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        client.pipeline().remove(this);
    }

    @Override
    public void read(ChannelHandlerContext client) {
        if (decided && context != null && client.pipeline().last() != this) {
            release(client);
        }
        if (!inputEnded) {
            client.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        inspection.hold(in);
        in.release();
        patience.start(facts.frontend.timeouts().client());
        if (inspection.isFull()) {
            client.channel().config().setAutoRead(false);
        }
        judge();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext client) {
        if (decided && context == null) {
            client.fireChannelReadComplete();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext client, Object event) {
        loop.tick();
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (facts.handshakeNs != 0) {
                return; // it has failed before: its time was over, say
            }
            facts.handshakeNs = loop.nowNs();
            TlsLedger.handshake(facts, handshake);
            if (handshake.isSuccess()) {
                begin();
            } else {
                client.close();
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            inspection.inputEnded();
            judge();
        } else {
            client.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext client) {
        loop.tick();
        if (decided && client.pipeline().last() != this) {
            client.fireChannelInactive();
        } else {
            abort(Termination.CLIENT);
            onEnd.run();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext client) {
        inspection.dispose();
        patience.dispose();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext client, Throwable cause) {
        client.close();
    }
}
