// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.NetlinkMessage.ACK;
import static io.tandem.vrrp.netlink.NetlinkMessage.APPEND;
import static io.tandem.vrrp.netlink.NetlinkMessage.CREATE;
import static io.tandem.vrrp.netlink.NetlinkMessage.REPLACE;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRoute.Hop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Routes. The methods that answer an errno send one message: they serve the takeover. */
public final class Routes {
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int TABLE_UNSPECIFIED = 0;
    private static final int TABLE_MAIN = 254;
    private static final int TABLE_LOCAL = 255;
    private static final int PROTO_STATIC = 4;
    private static final int PROTO_KEEPALIVED = 18;
    private static final int SCOPE_GLOBAL = 0;
    private static final int SCOPE_LINK = 253;
    private static final int SCOPE_HOST = 254;
    private static final int TYPE_UNICAST = 1;
    private static final int TYPE_LOCAL = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_METRICS = 8;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_TABLE = 15;
    private static final int RTA_EXPIRES = 23;
    private static final int RTNH_F_ONLINK = 4;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final NetlinkSocket socket;
    private final Links links;

    Routes(NetlinkSocket socket, Links links) {
        this.socket = socket;
        this.links = links;
    }

    /** The default route of the gateway's family. */
    public void addDefault(InetAddress gateway) throws NetlinkException {
        NetlinkMessage message =
                begin(RTM_NEWROUTE, CREATE | REPLACE, gateway, 0, TABLE_MAIN, SCOPE_GLOBAL, TYPE_UNICAST);
        message.attribute(RTA_GATEWAY, gateway);
        socket.requestOrThrow("netlink: add default route via " + gateway.getHostAddress());
    }

    /**
     * A route to {@code destination}.
     *
     * @param gateway the next hop, or null for a network on the link
     * @param interfaceName the way out, or null to let the gateway decide
     */
    public void add(
            InetAddress destination, int prefixLength, @Nullable InetAddress gateway, @Nullable String interfaceName)
            throws NetlinkException {
        int index = interfaceName == null ? 0 : links.get(interfaceName).index();
        NetlinkMessage message = begin(
                RTM_NEWROUTE,
                CREATE | REPLACE,
                destination,
                prefixLength,
                TABLE_MAIN,
                gateway == null ? SCOPE_LINK : SCOPE_GLOBAL,
                TYPE_UNICAST);
        message.attribute(RTA_DST, destination);
        if (gateway != null) {
            message.attribute(RTA_GATEWAY, gateway);
        }
        if (index != 0) {
            message.attribute(RTA_OIF, index);
        }
        socket.requestOrThrow("netlink: add route to " + destination.getHostAddress() + "/" + prefixLength);
    }

    /** Makes the kernel accept packets for {@code destination} as its own, without an address ({@code ip route add local}). */
    public void addLocal(InetAddress destination, int prefixLength, String interfaceName) throws NetlinkException {
        int index = links.get(interfaceName).index();
        NetlinkMessage message =
                begin(RTM_NEWROUTE, CREATE | REPLACE, destination, prefixLength, TABLE_LOCAL, SCOPE_HOST, TYPE_LOCAL);
        message.attribute(RTA_DST, destination).attribute(RTA_OIF, index);
        socket.requestOrThrow("netlink: add local route to " + destination.getHostAddress() + "/" + prefixLength);
    }

    /** Removes a route of the main table; one that is not there is a success. */
    public void remove(InetAddress destination, int prefixLength) throws NetlinkException {
        // Scope 255 (nowhere) and type 0 match any.
        NetlinkMessage message = begin(RTM_DELROUTE, 0, destination, prefixLength, TABLE_MAIN, 255, 0);
        if (prefixLength > 0) {
            message.attribute(RTA_DST, destination);
        }
        int errno = socket.request();
        if (errno != 0 && errno != Errno.ESRCH) {
            throw new NetlinkException(
                    "netlink: remove route to " + destination.getHostAddress() + "/" + prefixLength, errno);
        }
    }

    /**
     * Adds a route that moves with a virtual router; one that is there already is a success.
     *
     * @param indexes of the interfaces of its hops, 0 where the gateway decides
     * @return 0, or the errno
     */
    public int add(VirtualRoute route, int[] indexes) {
        int errno = change(RTM_NEWROUTE, CREATE | (route.append() ? APPEND : 0), route, indexes);
        return errno == Errno.EEXIST ? 0 : errno;
    }

    /** Removes it; returns 0, also when it was not there, or the errno. */
    public int remove(VirtualRoute route, int[] indexes) {
        int errno = change(RTM_DELROUTE, 0, route, indexes);
        return errno == Errno.ESRCH || errno == Errno.ENODEV ? 0 : errno;
    }

    private int change(int type, int flags, VirtualRoute route, int[] indexes) {
        int table = Integer.compareUnsigned(route.table(), TABLE_LOCAL) > 0 ? TABLE_UNSPECIFIED : route.table();
        NetlinkMessage message = socket.message()
                .begin(type, flags | ACK)
                .routePart(
                        route.family() == AddressFamily.INET ? AF_INET : AF_INET6,
                        route.prefixLength(),
                        route.tos(),
                        table,
                        route.protocol(),
                        route.scope(),
                        route.type());
        if (table == TABLE_UNSPECIFIED) {
            message.attribute(RTA_TABLE, route.table());
        }
        if (route.destination() != null) {
            message.attribute(RTA_DST, route.destination());
        }
        if (route.preferredSource() != null) {
            message.attribute(RTA_PREFSRC, route.preferredSource());
        }
        if (route.priority() != null) {
            message.attribute(RTA_PRIORITY, route.priority());
        }
        putMetrics(message, route);
        putHops(message, route.hops(), indexes);
        return socket.request();
    }

    private static void putMetrics(NetlinkMessage message, VirtualRoute route) {
        if (!route.metrics().isEmpty()) {
            int start = message.open(RTA_METRICS);
            route.metrics().forEach(message::attribute);
            message.close(start);
        }
    }

    private static void putHops(NetlinkMessage message, List<Hop> hops, int[] indexes) {
        if (hops.size() == 1) {
            putHop(message, hops.get(0));
            if (indexes[0] != 0) {
                message.attribute(RTA_OIF, indexes[0]);
            }
            if (hops.get(0).onLink()) {
                message.routeFlags(RTNH_F_ONLINK);
            }
        } else if (!hops.isEmpty()) {
            int start = message.openPlain(RTA_MULTIPATH);
            for (int i = 0; i < hops.size(); i++) {
                Hop hop = hops.get(i);
                int one = message.openNextHop(hop.onLink() ? RTNH_F_ONLINK : 0, hop.weight(), indexes[i]);
                putHop(message, hop);
                message.close(one);
            }
            message.close(start);
        }
    }

    private static void putHop(NetlinkMessage message, Hop hop) {
        if (hop.via() != null) {
            message.attribute(RTA_GATEWAY, hop.via());
        }
    }

    static void encodeRemoveLocal(NetlinkBatch.Builder batch, InetAddress address, int bits, int interfaceIndex) {
        batch.begin(RTM_DELROUTE, 0)
                .routePart(
                        address instanceof Inet6Address ? AF_INET6 : AF_INET,
                        bits,
                        0,
                        TABLE_LOCAL,
                        0,
                        SCOPE_HOST,
                        TYPE_LOCAL)
                .attribute(RTA_DST, address)
                .attribute(RTA_OIF, interfaceIndex);
    }

    /**
     * A network of IPv6 that an interface reaches, until its time is over; asked for again, its time begins anew. A metric of
     * its own tells it from the kernel's routes.
     */
    static void encodeAddNetwork(
            NetlinkBatch.Builder batch, InetAddress network, int bits, int interfaceIndex, int metric, int seconds) {
        network(batch.begin(RTM_NEWROUTE, CREATE), network, bits, interfaceIndex, metric)
                .attribute(RTA_EXPIRES, seconds);
    }

    static void encodeRemoveNetwork(
            NetlinkBatch.Builder batch, InetAddress network, int bits, int interfaceIndex, int metric) {
        network(batch.begin(RTM_DELROUTE, 0), network, bits, interfaceIndex, metric);
    }

    private static NetlinkMessage network(
            NetlinkMessage message, InetAddress network, int bits, int interfaceIndex, int metric) {
        return message.routePart(AF_INET6, bits, 0, TABLE_MAIN, PROTO_KEEPALIVED, SCOPE_GLOBAL, TYPE_UNICAST)
                .attribute(RTA_DST, network)
                .attribute(RTA_OIF, interfaceIndex)
                .attribute(RTA_PRIORITY, metric);
    }

    private NetlinkMessage begin(
            int type, int flags, InetAddress address, int prefixLength, int table, int scope, int routeType) {
        int family = address instanceof Inet6Address ? AF_INET6 : AF_INET;
        int protocol = type == RTM_NEWROUTE ? PROTO_STATIC : 0;
        return socket.message()
                .begin(type, flags | ACK)
                .routePart(family, prefixLength, 0, table, protocol, scope, routeType);
    }
}
