// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.syslog;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.tandem.node.frontend.LiveSession;
import io.tandem.node.frontend.Receiver;
import io.tandem.node.loop.Loop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client that sends syslog messages over TCP. Lives on its loop; ends at the first byte that is no message. */
final class SyslogConnection extends Receiver.Stream {
    private final LogForwarder forwarder;
    private final Loop loop;
    private final Runnable end;
    private final SyslogFrames frames;
    private final int timeoutMs;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> silence;
    private long heardAtNs;
    private boolean ended;

    SyslogConnection(LogForwarder forwarder, Loop loop, Runnable end, int bufferSize, int timeoutMs) {
        this.forwarder = forwarder;
        this.loop = loop;
        this.end = end;
        this.timeoutMs = timeoutMs;
        frames = new SyslogFrames(bufferSize);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        heardAtNs = System.nanoTime();
        watchSilence(timeoutMs);
    }

    private void watchSilence(long ms) {
        if (timeoutMs > 0) {
            silence = loop.eventLoop().schedule(this::lookAtSilence, ms, TimeUnit.MILLISECONDS);
        }
    }

    private void lookAtSilence() {
        long leftMs = timeoutMs - (System.nanoTime() - heardAtNs) / 1_000_000;
        if (leftMs > 0) {
            watchSilence(leftMs);
        } else {
            close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        heardAtNs = System.nanoTime();
        try {
            while (in.isReadable() && !ended) {
                int count = Math.min(in.readableBytes(), frames.room());
                in.readBytes(frames.buffer(), frames.fill(), count);
                frames.filled(count);
                relayAll();
            }
        } finally {
            in.release();
        }
    }

    private void relayAll() {
        while (true) {
            switch (frames.next()) {
                case MESSAGE -> forwarder.relay(loop, frames.buffer(), frames.start(), frames.end());
                case INCOMPLETE -> {
                    return;
                }
                case MALFORMED -> {
                    close();
                    return;
                }
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        finish();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        close();
    }

    private void close() {
        ChannelHandlerContext present = context;
        if (present != null) {
            present.close();
        }
        finish();
    }

    private void finish() {
        if (!ended) {
            ended = true;
            Future<?> running = silence;
            if (running != null) {
                running.cancel(false);
            }
            end.run();
        }
    }

    /** A sender has no answer to wait for; what has begun of a message is given its chance until the process ends. */
    @Override
    public void onSoftStop() {
        if (!frames.isMidway()) {
            close();
        }
    }

    @Override
    public void sessions(Consumer<LiveSession> each) {
        // there is no request that could be shown
    }
}
