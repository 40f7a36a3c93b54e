// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.channel.Channel;
import io.netty.channel.unix.IntegerUnixChannelOption;

/** {@code set-fc-tos}, {@code set-bc-mark} and their like: what the packets to a client, or to a server, carry. */
public final class SocketMarks {
    private static final IntegerUnixChannelOption IP_TOS = new IntegerUnixChannelOption("IP_TOS", 0, 1);
    private static final IntegerUnixChannelOption IPV6_TCLASS = new IntegerUnixChannelOption("IPV6_TCLASS", 41, 67);
    private static final IntegerUnixChannelOption SO_MARK = new IntegerUnixChannelOption("SO_MARK", 1, 36);

    private SocketMarks() {}

    /**
     * Sets the type of service of IPv4 and the traffic class of IPv6. A socket that has neither is left as it is.
     *
     * @param tos 0..255
     */
    public static void tos(Channel channel, int tos) {
        set(channel, IP_TOS, tos); // an IPv6 socket may carry IPv4
        set(channel, IPV6_TCLASS, tos);
    }

    /** Sets the mark that routing rules of this host see. Without CAP_NET_ADMIN nothing happens, as with HAProxy. */
    public static void mark(Channel channel, int mark) {
        set(channel, SO_MARK, mark);
    }

    private static void set(Channel channel, IntegerUnixChannelOption option, int value) {
        try {
            channel.config().setOption(option, value);
        } catch (RuntimeException refused) { // Netty throws the kernel's error unchecked
            return; // another family, or no right to: HAProxy does not look either
        }
    }
}
