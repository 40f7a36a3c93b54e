// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.NetlinkMessage.ACK;
import static io.tandem.vrrp.netlink.NetlinkMessage.CREATE;
import static io.tandem.vrrp.netlink.NetlinkMessage.EXCL;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualRule;
import io.tandem.config.model.VirtualRule.Match;
import io.tandem.config.model.VirtualRule.Network;
import io.tandem.config.model.VirtualRule.Range;
import org.jspecify.annotations.Nullable;

/** Routing rules (ip-rule(8)): each method sends one message. */
public final class Rules {
    private static final int RTM_NEWRULE = 32;
    private static final int RTM_DELRULE = 33;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int FIB_RULE_INVERT = 2;
    private static final int FRA_DST = 1;
    private static final int FRA_SRC = 2;
    private static final int FRA_IIFNAME = 3;
    private static final int FRA_GOTO = 4;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_FWMARK = 10;
    private static final int FRA_FLOW = 11;
    private static final int FRA_TUN_ID = 12;
    private static final int FRA_SUPPRESS_IFGROUP = 13;
    private static final int FRA_SUPPRESS_PREFIXLEN = 14;
    private static final int FRA_TABLE = 15;
    private static final int FRA_FWMASK = 16;
    private static final int FRA_OIFNAME = 17;
    private static final int FRA_L3MDEV = 19;
    private static final int FRA_UID_RANGE = 20;
    private static final int FRA_PROTOCOL = 21;
    private static final int FRA_IP_PROTO = 22;
    private static final int FRA_SPORT_RANGE = 23;
    private static final int FRA_DPORT_RANGE = 24;

    private final NetlinkSocket socket;

    Rules(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Adds a rule; one that is there already is a success. Returns 0, or the errno. */
    public int add(VirtualRule rule) {
        int errno = change(RTM_NEWRULE, CREATE | EXCL, rule);
        return errno == Errno.EEXIST ? 0 : errno;
    }

    /** Removes it; returns 0, also when it was not there, or the errno. */
    public int remove(VirtualRule rule) {
        int errno = change(RTM_DELRULE, 0, rule);
        return errno == Errno.ENOENT || errno == Errno.ESRCH ? 0 : errno;
    }

    private int change(int type, int flags, VirtualRule rule) {
        Match match = rule.match();
        NetlinkMessage message = socket.message()
                .begin(type, flags | ACK)
                .rulePart(
                        rule.family() == AddressFamily.INET ? AF_INET : AF_INET6,
                        bits(rule.to()),
                        bits(rule.from()),
                        match.tos(),
                        rule.action(),
                        rule.inverted() ? FIB_RULE_INVERT : 0)
                .attribute(FRA_PRIORITY, rule.preference())
                .byteAttribute(FRA_PROTOCOL, rule.protocol());
        putNetwork(message, FRA_DST, rule.to());
        putNetwork(message, FRA_SRC, rule.from());
        putNumber(message, FRA_TABLE, rule.table(), 0);
        if (rule.action() == VirtualRule.GOTO) {
            message.attribute(FRA_GOTO, rule.target());
        }
        putNumber(message, FRA_FLOW, rule.realms(), 0);
        putNumber(message, FRA_SUPPRESS_PREFIXLEN, rule.suppressPrefixLength(), -1);
        putNumber(message, FRA_SUPPRESS_IFGROUP, rule.suppressGroup(), -1);
        if (rule.l3mdev()) {
            message.byteAttribute(FRA_L3MDEV, 1);
        }
        putMatch(message, match);
        return socket.request();
    }

    private static void putMatch(NetlinkMessage message, Match match) {
        putName(message, FRA_IIFNAME, match.incoming());
        putName(message, FRA_OIFNAME, match.outgoing());
        if (match.mark() != null) {
            message.attribute(FRA_FWMARK, match.mark());
        }
        if (match.mask() != null) {
            message.attribute(FRA_FWMASK, match.mask());
        }
        if (match.tunnel() != null) {
            message.bigEndianAttribute(FRA_TUN_ID, match.tunnel());
        }
        if (match.ipProtocol() != 0) {
            message.byteAttribute(FRA_IP_PROTO, match.ipProtocol());
        }
        if (match.uids() != null) {
            message.pairAttribute(
                    FRA_UID_RANGE, match.uids().first(), match.uids().last());
        }
        putPorts(message, FRA_SPORT_RANGE, match.sourcePorts());
        putPorts(message, FRA_DPORT_RANGE, match.destinationPorts());
    }

    private static int bits(@Nullable Network network) {
        return network == null ? 0 : network.prefixLength();
    }

    private static void putNetwork(NetlinkMessage message, int type, @Nullable Network network) {
        if (network != null && network.prefixLength() > 0) {
            message.attribute(type, network.address());
        }
    }

    private static void putNumber(NetlinkMessage message, int type, int number, int none) {
        if (number != none) {
            message.attribute(type, number);
        }
    }

    private static void putName(NetlinkMessage message, int type, @Nullable String name) {
        if (name != null) {
            message.textAttribute(type, name);
        }
    }

    private static void putPorts(NetlinkMessage message, int type, @Nullable Range ports) {
        if (ports != null) {
            message.shortPairAttribute(type, ports.first(), ports.last());
        }
    }
}
