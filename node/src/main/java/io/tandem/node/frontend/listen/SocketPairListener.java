// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.tandem.node.loop.Loop;
import io.tandem.node.socket.SocketOptions;
import java.io.IOException;

/**
 * One end of an inherited pair of sockets ({@code sockpair@}): each message on it carries the descriptor of a connection, and
 * stands for an accepted one. Lives on one loop.
 */
final class SocketPairListener {
    private final EpollDomainSocketChannel channel;

    private SocketPairListener(EpollDomainSocketChannel channel) {
        this.channel = channel;
    }

    static SocketPairListener open(Listener listener, int fd, Loop loop) throws IOException {
        SocketOptions.nonBlocking(fd);
        EpollDomainSocketChannel channel = new EpollDomainSocketChannel(fd);
        channel.config().setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS).setAutoRead(false);
        Acceptor acceptor = new Acceptor(listener, loop, false);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
                int connection = ((FileDescriptor) message).intValue();
                SocketOptions.nonBlocking(connection);
                Channel accepted = new EpollDomainSocketChannel(connection);
                context.fireChannelRead(accepted);
            }
        });
        channel.pipeline().addLast(acceptor);
        loop.eventLoop().register(channel).syncUninterruptibly();
        return new SocketPairListener(channel);
    }

    void start() {
        channel.config().setAutoRead(true);
    }

    void stop() {
        channel.config().setAutoRead(false);
    }

    void close() {
        channel.close().awaitUninterruptibly();
    }
}
