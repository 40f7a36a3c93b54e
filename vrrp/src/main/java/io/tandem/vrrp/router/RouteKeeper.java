// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRoute.Hop;
import io.tandem.config.model.VirtualRule;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The routes and rules that move with one virtual router's addresses, or stand beside them: on after them, off before
 * them. One that somebody removes (unless it says {@code no_track}), or that could not be made since its gateway was
 * out of reach, is made again with the addresses' next renewal.
 *
 * <p>Owned by the reactor's thread.
 */
final class RouteKeeper {
    private static final int MISSING = -1;

    private final Netlink netlink;
    private final Upkeep<VirtualRoute> routes;
    private final Upkeep<VirtualRule> rules;
    private final Map<String, Integer> interfaces = new HashMap<>();

    /** @param owner whose they are, such as {@code vrid=51} */
    RouteKeeper(Netlink netlink, List<VirtualRoute> routes, List<VirtualRule> rules, EventLog log, String owner) {
        this.netlink = netlink;
        this.routes = new Upkeep<>("route", owner, routes, VirtualRoute::tracked, new RouteTable(), log);
        this.rules = new Upkeep<>("rule", owner, rules, VirtualRule::tracked, new RuleList(), log);
    }

    /** Looks up the interfaces; again whenever one appears. */
    void prepare() throws NetlinkException {
        for (VirtualRoute route : routes.items()) {
            for (Hop hop : route.hops()) {
                String name = hop.interfaceName();
                if (name != null) {
                    Optional<Link> link = netlink.links().find(name);
                    interfaces.put(name, link.map(Link::index).orElse(MISSING));
                }
            }
        }
    }

    void install() {
        routes.install();
        rules.install();
    }

    /** Puts on what is missing. */
    void renew() {
        routes.renew();
        rules.renew();
    }

    void remove() {
        rules.remove();
        routes.remove();
    }

    /** Takes off what a successor does not want as well. */
    void removeExcept(RouteKeeper successor) {
        rules.removeExcept(successor.rules.items());
        routes.removeExcept(successor.routes.items());
    }

    private final class RouteTable implements Upkeep.Kernel<VirtualRoute> {
        @Override
        public int add(VirtualRoute route) {
            int[] indexes = indexes(route);
            return isMissing(indexes) ? Errno.ENODEV : netlink.routes().add(route, indexes);
        }

        @Override
        public int remove(VirtualRoute route) {
            int[] indexes = indexes(route);
            return isMissing(indexes) ? 0 : netlink.routes().remove(route, indexes);
        }

        /** Of its hops; 0 where the gateway decides. */
        private int[] indexes(VirtualRoute route) {
            List<Hop> hops = route.hops();
            int[] indexes = new int[hops.size()];
            for (int i = 0; i < indexes.length; i++) {
                String name = hops.get(i).interfaceName();
                indexes[i] = name == null ? 0 : interfaces.getOrDefault(name, MISSING);
            }
            return indexes;
        }

        private boolean isMissing(int[] hops) {
            for (int index : hops) {
                if (index == MISSING) {
                    return true;
                }
            }
            return false;
        }
    }

    private final class RuleList implements Upkeep.Kernel<VirtualRule> {
        @Override
        public int add(VirtualRule rule) {
            return netlink.rules().add(rule);
        }

        @Override
        public int remove(VirtualRule rule) {
            return netlink.rules().remove(rule);
        }
    }
}
