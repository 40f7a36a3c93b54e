// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;

/** How much the kernel keeps for a socket ({@code tune.rcvbuf.*}, {@code tune.sndbuf.*}); as much as it likes where nothing is said. */
public final class KernelBuffers {
    /** Bytes, 0 for as many as the kernel likes. */
    int receive;

    int send;

    KernelBuffers() {}

    /** Sets up a connection that is new. */
    public void applyTo(ChannelConfig socket) {
        if (receive > 0) {
            socket.setOption(ChannelOption.SO_RCVBUF, receive);
        }
        if (send > 0) {
            socket.setOption(ChannelOption.SO_SNDBUF, send);
        }
    }
}
