// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.proxyprotocol.Announcement;
import io.tandem.node.proxyprotocol.HeaderDecoder;
import io.tandem.node.rules.Facts;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the header that another proxy puts in front of a connection, notes what it says, and lets the connection begin
 * with the bytes behind it. The first handler of its connection, and gone once the header has been read.
 */
final class HeaderStage extends ChannelInboundHandlerAdapter {
    private static final int FIRST_BYTES = 256;

    private final Facts facts;
    private final Loop loop;
    private final HeaderDecoder decoder;
    private final int most;
    private final Runnable begin;
    private final Runnable onEnd;
    private final Timer timer;
    private @Nullable ChannelHandlerContext context;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private boolean over;

    /**
     * @param most how long a header may be, bytes
     * @param begin adds the handlers of the connection; runs once the header has been read
     * @param onEnd runs instead when the connection ends before
     */
    HeaderStage(Facts facts, HeaderDecoder decoder, int most, Runnable begin, Runnable onEnd) {
        this.facts = facts;
        this.decoder = decoder;
        this.most = most;
        this.begin = begin;
        this.onEnd = onEnd;
        loop = facts.loop;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                timeout();
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        timer.start(facts.frontend.timeouts().client());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        if (over) {
            in.release();
            return;
        }
        int before = length;
        keep(in);
        Announcement said = new Announcement();
        HeaderDecoder.Outcome outcome = decoder.decode(bytes, length, most, said);
        switch (outcome) {
            case MORE -> in.release();
            case DONE -> {
                in.skipBytes(Math.max(0, said.length() - before));
                passOn(context, said, in);
            }
            default -> {
                in.release();
                note(said);
                end(context, decoder.words(outcome));
            }
        }
    }

    /** A header and what may follow it in the same buffer: never more than the longest header. */
    private void keep(ByteBuf in) {
        int count = Math.min(in.readableBytes(), most + 1 - length);
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
        }
        in.getBytes(in.readerIndex(), bytes, length, count);
        length += count;
    }

    private void passOn(ChannelHandlerContext context, Announcement said, ByteBuf rest) {
        over = true;
        timer.dispose();
        note(said);
        facts.announced = said;
        context.pipeline().remove(this);
        begin.run();
        if (rest.isReadable()) {
            context.pipeline().fireChannelRead(rest);
        } else {
            rest.release();
        }
    }

    private void note(Announcement said) {
        if (said.hasAddresses()) {
            facts.peers.announce(said.source, said.destination);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !over) {
            loop.tick();
            end(
                    context,
                    length > 0
                            ? decoder.words(HeaderDecoder.Outcome.MORE)
                            : "Connection closed while waiting for " + decoder.name());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.failed(cause);
        end(context, "Connection error while waiting for " + decoder.name());
    }

    private void timeout() {
        ChannelHandlerContext present = context;
        if (present != null) {
            end(present, decoder.timeoutWords());
        }
    }

    private void end(ChannelHandlerContext context, String why) {
        if (!over) {
            over = true;
            timer.dispose();
            ConnectionErrors.failed(facts, why);
            context.close();
            onEnd.run();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        loop.tick();
        end(context, "Connection closed while waiting for " + decoder.name());
    }
}
