// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRoute.Hop;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The routes that move with one virtual router's addresses: on after them, off before them. One that somebody removes, or
 * that could not be made since its gateway was out of reach, is made again with the addresses' next renewal.
 *
 * <p>Owned by the reactor's thread.
 */
final class RouteKeeper {
    private final Netlink netlink;
    private final EventLog log;
    private final int vrid;
    private final List<VirtualRoute> routes;
    private final int[][] indexes;
    /** Of the routes whose refusal was said; said again once they have been made. */
    private final BitSet refused = new BitSet();

    RouteKeeper(Netlink netlink, List<VirtualRoute> routes, EventLog log, int vrid) {
        this.netlink = netlink;
        this.routes = routes;
        this.log = log;
        this.vrid = vrid;
        this.indexes = new int[routes.size()][];
        for (int i = 0; i < indexes.length; i++) {
            indexes[i] = new int[routes.get(i).hops().size()];
        }
    }

    /** Looks up the interfaces; again whenever one appears. */
    void prepare() throws NetlinkException {
        for (int i = 0; i < indexes.length; i++) {
            List<Hop> hops = routes.get(i).hops();
            for (int hop = 0; hop < hops.size(); hop++) {
                String name = hops.get(hop).interfaceName();
                Optional<Link> link =
                        name == null ? Optional.empty() : netlink.links().find(name);
                indexes[i][hop] = link.map(Link::index).orElse(name == null ? 0 : -1);
            }
        }
    }

    void install() {
        for (int i = 0; i < indexes.length; i++) {
            int errno = isMissing(indexes[i]) ? Errno.ENODEV : netlink.routes().add(routes.get(i), indexes[i]);
            if (errno == 0) {
                refused.clear(i);
            } else if (!refused.get(i)) {
                refused.set(i);
                say("add", i, errno);
            }
        }
    }

    void remove() {
        for (int i = indexes.length - 1; i >= 0; i--) {
            int errno = isMissing(indexes[i]) ? 0 : netlink.routes().remove(routes.get(i), indexes[i]);
            if (errno != 0) {
                say("remove", i, errno);
            }
        }
        refused.clear();
    }

    private static boolean isMissing(int[] hops) {
        for (int index : hops) {
            if (index < 0) {
                return true;
            }
        }
        return false;
    }

    private void say(String what, int i, int errno) {
        log.warning("vrrp route-refused vrid=" + vrid + " route=\"" + routes.get(i) + "\" operation=" + what + ": "
                + new NetlinkException("netlink", errno).getMessage());
    }
}
