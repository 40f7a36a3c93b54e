// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;

/**
 * {@code option tcpka} and its numbers: whether the system probes connections on which nothing happens.
 *
 * @param on whether it does
 * @param count probes without an answer before the connection is given up; 0 for the system's value
 * @param idleS seconds of silence before the first one; 0 for the system's value
 * @param intervalS seconds between two; 0 for the system's value
 */
public record TcpKeepAlive(boolean on, int count, int idleS, int intervalS) {
    public static final TcpKeepAlive OFF = new TcpKeepAlive(false, 0, 0, 0);

    /** Sets the socket options of a TCP connection. */
    public void applyTo(Channel channel) {
        if (!on) {
            return;
        }
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        if (count > 0) {
            channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, count);
        }
        if (idleS > 0) {
            channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, idleS);
        }
        if (intervalS > 0) {
            channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, intervalS);
        }
    }
}
