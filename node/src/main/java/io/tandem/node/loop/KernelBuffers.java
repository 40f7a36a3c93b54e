// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannelConfig;

/** How much the kernel keeps for a socket ({@code tune.rcvbuf.*}, {@code tune.sndbuf.*}, {@code tune.notsent-lowat.*}); as much as it likes where nothing is said. */
public final class KernelBuffers {
    /** Bytes, 0 for as many as the kernel likes. */
    int receive;

    int send;

    /** Bytes not sent yet at which the socket is no longer writable, 0 for what the kernel does without it. */
    int notSent;

    KernelBuffers() {}

    /** Sets up a connection that is new. */
    public void applyTo(ChannelConfig socket) {
        if (receive > 0) {
            socket.setOption(ChannelOption.SO_RCVBUF, receive);
        }
        if (send > 0) {
            socket.setOption(ChannelOption.SO_SNDBUF, send);
        }
        if (notSent > 0 && socket instanceof EpollSocketChannelConfig tcp) {
            tcp.setTcpNotSentLowAt(notSent);
        }
    }
}
