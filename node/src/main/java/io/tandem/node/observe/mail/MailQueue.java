// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.mail;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Future;
import io.tandem.node.observe.EventLog;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The alerts of one proxy on their way to one mail server, one after another. What cannot be delivered now is tried again; the
 * queue is bounded: when it is full the newest are dropped, which is told once. Owned by its event loop.
 */
final class MailQueue {
    static final int MOST = 64;
    private static final int ATTEMPTS = 3;

    private final EventLoop loop;
    private final String name;
    private final InetSocketAddress server;
    private final int timeoutMs;
    private final EventLog events;
    private final Deque<Mail> waiting = new ArrayDeque<>();
    private boolean busy;
    private boolean full;
    private boolean closed;
    private int attempts;

    /** @param timeoutMs for one mail from connecting to its end */
    MailQueue(EventLoop loop, String name, InetSocketAddress server, int timeoutMs, EventLog events) {
        this.loop = loop;
        this.name = name;
        this.server = server;
        this.timeoutMs = timeoutMs;
        this.events = events;
    }

    /** Any thread. */
    void send(Mail mail) {
        loop.execute(() -> {
            if (waiting.size() >= MOST) {
                if (!full) {
                    full = true;
                    warn("more than " + MOST + " alerts wait, the next ones are dropped");
                }
                return;
            }
            waiting.add(mail);
            next();
        });
    }

    /** The mails that wait are not sent any more; one that is under way is. */
    void close() {
        loop.execute(() -> {
            closed = true;
            waiting.clear();
        });
    }

    private void next() {
        Mail mail = waiting.peek();
        if (!busy && mail != null) {
            busy = true;
            new Attempt(mail).start();
        }
    }

    private void ended(SmtpDialogue dialogue) {
        busy = false;
        attempts++;
        boolean again = dialogue.state() == SmtpDialogue.State.FAILED && attempts < ATTEMPTS && !closed;
        if (again) {
            busy = true;
            loop.schedule(
                    () -> {
                        busy = false;
                        next();
                    },
                    timeoutMs,
                    TimeUnit.MILLISECONDS);
            return;
        }
        if (dialogue.state() != SmtpDialogue.State.DONE) {
            warn("an alert could not be delivered"
                    + (dialogue.complaint().isEmpty() ? "" : ": " + dialogue.complaint()));
        }
        attempts = 0;
        full = false;
        waiting.poll();
        next();
    }

    private void warn(String what) {
        events.tell(EventLog.Level.WARNING, null, "mailer " + name + ": " + what + ".");
    }

    /** One connection with one mail. */
    private final class Attempt extends SimpleChannelInboundHandler<ByteBuf> {
        private final SmtpDialogue dialogue;
        private @Nullable Future<?> late;
        private boolean over;

        Attempt(Mail mail) {
            dialogue = new SmtpDialogue(mail);
        }

        void start() {
            var connecting = new Bootstrap()
                    .group(loop)
                    .channel(EpollSocketChannel.class)
                    .handler(this)
                    .connect(server);
            Channel channel = connecting.channel();
            late = loop.schedule(() -> finish(channel), timeoutMs, TimeUnit.MILLISECONDS);
            connecting.addListener(done -> {
                if (!done.isSuccess()) {
                    finish(channel);
                }
            });
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            String answer = dialogue.receive(bytes.toString(StandardCharsets.ISO_8859_1));
            if (!answer.isEmpty()) {
                context.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.UTF_8));
            }
            if (dialogue.state() != SmtpDialogue.State.UNDER_WAY) {
                finish(context.channel());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            finish(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            finish(context.channel());
        }

        private void finish(Channel channel) {
            if (over) {
                return;
            }
            over = true;
            dialogue.end();
            Future<?> running = late;
            if (running != null) {
                running.cancel(false);
            }
            channel.close();
            ended(dialogue);
        }
    }
}
