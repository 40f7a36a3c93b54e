// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;

/** {@code silent-drop}: makes the end of a connection invisible to its client. */
public final class SilentDrop {
    private static final IntegerUnixChannelOption TCP_REPAIR = new IntegerUnixChannelOption("TCP_REPAIR", 6, 19);
    private static final IntegerUnixChannelOption IP_TTL = new IntegerUnixChannelOption("IP_TTL", 0, 2);
    private static final IntegerUnixChannelOption IPV6_HOPS = new IntegerUnixChannelOption("IPV6_UNICAST_HOPS", 41, 16);

    private SilentDrop() {}

    /**
     * Makes the next close of {@code channel} send nothing. Where the process has no right to that (CAP_NET_ADMIN), a reset
     * is sent that dies at the first router.
     */
    public static void prepare(Channel channel) {
        if (set(channel, TCP_REPAIR)) {
            return;
        }
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        if (!set(channel, IP_TTL)) {
            set(channel, IPV6_HOPS);
        }
    }

    private static boolean set(Channel channel, IntegerUnixChannelOption option) {
        try {
            return channel.config().setOption(option, 1);
        } catch (RuntimeException refused) { // Netty throws the kernel's error unchecked
            return false;
        }
    }
}
