// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.UnixChannel;
import io.tandem.node.loop.Loop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Accepts connections of one listening socket, as long as the limits allow. Lives on one loop. */
final class Acceptor extends ChannelInboundHandlerAdapter {
    /** After accept(2) failed, usually for want of file descriptors, it is left alone for so long. */
    private static final int PAUSE_MS = 100;

    private final Listener listener;
    private final Loop loop;
    private final boolean dealt;
    private final ArrayDeque<Channel> held = new ArrayDeque<>();

    /** @param dealt whether each loop has a socket of its own, among which the kernel deals connections out */
    Acceptor(Listener listener, Loop loop, boolean dealt) {
        this.listener = listener;
        this.loop = loop;
        this.dealt = dealt;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel child = (Channel) message;
        if (!held.isEmpty() || !admit(child, context)) {
            held.add(child);
        }
    }

    /** Opens {@code child}, or stops accepting until there is room. */
    private boolean admit(Channel child, ChannelHandlerContext context) {
        if (child instanceof UnixChannel socket && listener.isLast(socket.fd().intValue())) {
            pause(context);
            return false;
        }
        List<ConnectionLimit> limits =
                listener.limits(); // once: a reload may replace them, and it is these that are released
        for (int i = 0; i < limits.size(); i++) {
            ConnectionLimit limit = limits.get(i);
            if (!limit.acquire()) {
                for (int taken = 0; taken < i; taken++) {
                    limits.get(taken).release();
                }
                context.channel().config().setAutoRead(false);
                limit.await(() -> loop.eventLoop().execute(() -> resume(context)));
                return false;
            }
        }
        int wait = listener.waitMs(System.nanoTime());
        if (wait > 0) {
            limits.forEach(ConnectionLimit::release);
            context.channel().config().setAutoRead(false);
            loop.eventLoop().schedule(() -> resume(context), wait, TimeUnit.MILLISECONDS);
            return false;
        }
        handOn(child, limits);
        return true;
    }

    /** @param limits those it is counted in */
    private void handOn(Channel child, List<ConnectionLimit> limits) {
        Loop home = listener.loads().choose(loop, dealt, listener.threads());
        if (home == loop) {
            open(child, home, limits);
        } else {
            home.eventLoop().execute(() -> open(child, home, limits));
        }
    }

    private void resume(ChannelHandlerContext context) {
        while (!held.isEmpty()) {
            if (!admit(held.getFirst(), context)) {
                return;
            }
            held.removeFirst();
        }
        if (context.channel().isOpen()) {
            context.channel().config().setAutoRead(true);
        }
    }

    private void open(Channel child, Loop home, List<ConnectionLimit> limits) {
        home.tick();
        ListenTarget target = listener.target();
        target.configuration().lifetime().hold();
        Runnable onEnd = () -> {
            listener.loads().ended(home);
            limits.forEach(ConnectionLimit::release);
            target.configuration().lifetime().release();
        };
        try {
            home.eventLoop().register(child);
            listener.opener().open(child, home, target, onEnd);
        } catch (RuntimeException failure) {
            child.unsafe().closeForcibly();
            onEnd.run();
            throw failure;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        listener.acceptFailed(cause);
        pause(context);
    }

    private void pause(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(false);
        loop.eventLoop().schedule(() -> resume(context), PAUSE_MS, TimeUnit.MILLISECONDS);
    }

    /** The listener has closed: what it has accepted and held back is served all the same, for nobody else can any more. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        List<ConnectionLimit> limits = listener.limits();
        for (Channel child : held) {
            limits.forEach(ConnectionLimit::exceed);
            handOn(child, limits);
        }
        held.clear();
    }
}
