// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.NetlinkMessage.ACK;

import java.nio.ByteBuffer;

/**
 * Settings of interfaces, as under /proc/sys/net, which a service that is locked in does not see: read and written by
 * netlink, with CAP_NET_ADMIN. The numbers are the kernel's ({@code IPV4_DEVCONF_*}).
 */
public final class InterfaceSettings {
    public static final int RP_FILTER = 8;
    public static final int ARP_ANNOUNCE = 18;
    public static final int ARP_IGNORE = 19;
    public static final int PROMOTE_SECONDARIES = 20;

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_GETNETCONF = 82;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_INET_CONF = 1;
    private static final int IFLA_INET6_CONF = 2;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final int DISABLE_IPV6 = 26;
    private static final int ADDR_GEN_NONE = 1;
    private static final int NETCONFA_IFINDEX = 1;
    private static final int NETCONFA_FORWARDING = 2;
    private static final int NETCONFA_RP_FILTER = 3;
    private static final int NETCONF_PART = 4;
    private static final int LINK_PART = 16;
    private static final int ALL = -1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final NetlinkSocket socket;

    InterfaceSettings(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The value for IPv4, or {@code otherwise} where the kernel does not say. */
    public int read(int index, int setting, int otherwise) {
        int[] found = {otherwise};
        socket.message().begin(RTM_GETLINK, 0).linkPart(index, 0, 0);
        socket.fetch(body -> {
            Attributes attributes = new Attributes(body, LINK_PART);
            while (attributes.next()) {
                if (attributes.type() == IFLA_AF_SPEC) {
                    found[0] = read(attributes.nested(), setting, otherwise);
                }
            }
        });
        return found[0];
    }

    private static int read(Attributes families, int setting, int otherwise) {
        while (families.next()) {
            if (families.type() == AF_INET) {
                Attributes inet = families.nested();
                while (inet.next()) {
                    if (inet.type() == IFLA_INET_CONF) {
                        return inet.word(setting - 1);
                    }
                }
            }
        }
        return otherwise;
    }

    /** Sets the value for IPv4; returns 0 or the errno. */
    public int write(int index, int setting, int value) {
        NetlinkMessage message = socket.message().begin(RTM_NEWLINK, ACK).linkPart(index, 0, 0);
        int families = message.open(IFLA_AF_SPEC);
        int inet = message.open(AF_INET);
        int conf = message.open(IFLA_INET_CONF);
        message.attribute(setting, value).close(conf).close(inet).close(families);
        return socket.request();
    }

    /** Keeps the kernel from giving the interface an IPv6 address of its own making; returns 0 or the errno. */
    public int generateNoAddress(int index) {
        NetlinkMessage message = socket.message().begin(RTM_NEWLINK, ACK).linkPart(index, 0, 0);
        int families = message.open(IFLA_AF_SPEC);
        int inet6 = message.open(AF_INET6);
        message.byteAttribute(IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_NONE)
                .close(inet6)
                .close(families);
        return socket.request();
    }

    /** Whether the interface can have addresses of IPv6. */
    public boolean speaksIpv6(int index) {
        boolean[] speaks = {false};
        socket.message().begin(RTM_GETLINK, 0).linkPart(index, 0, 0);
        socket.fetch(body -> {
            Attributes attributes = new Attributes(body, LINK_PART);
            while (attributes.next()) {
                if (attributes.type() == IFLA_AF_SPEC) {
                    speaks[0] = speaksIpv6(attributes.nested());
                }
            }
        });
        return speaks[0];
    }

    private static boolean speaksIpv6(Attributes families) {
        while (families.next()) {
            if (families.type() == AF_INET6) {
                Attributes inet6 = families.nested();
                while (inet6.next()) {
                    if (inet6.type() == IFLA_INET6_CONF) {
                        return inet6.word(DISABLE_IPV6) == 0;
                    }
                }
            }
        }
        return false;
    }

    /** Whether packets of IPv6 that come by the interface are forwarded. */
    public boolean forwardsIpv6(int index) {
        return netconf(AF_INET6, index, NETCONFA_FORWARDING) == 1;
    }

    /** The reverse path filter of all interfaces: the greater of this and the interface's own counts. */
    public int reversePathFilterOfAll() {
        return netconf(AF_INET, ALL, NETCONFA_RP_FILTER);
    }

    private int netconf(int family, int index, int wanted) {
        int[] found = {0};
        socket.message().begin(RTM_GETNETCONF, 0).familyPart(family).attribute(NETCONFA_IFINDEX, index);
        socket.fetch((ByteBuffer body) -> {
            Attributes attributes = new Attributes(body, NETCONF_PART);
            while (attributes.next()) {
                if (attributes.type() == wanted) {
                    found[0] = attributes.intValue();
                }
            }
        });
        return found[0];
    }
}
