// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRule;
import io.tandem.config.text.IpLiteral;
import io.tandem.vrrp.dump.Snapshot.Pair;
import io.tandem.vrrp.election.State;
import java.math.BigDecimal;
import java.net.Inet4Address;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pieces that keepalived's dump and its JSON have in common. */
final class Lines {
    private static final int MAIN_TABLE = 254;

    /** In the order that keepalived writes them. */
    private static final Map<Integer, String> FLAGS = new TreeMap<>(Map.of(
            VirtualAddress.Options.HOME,
            "home",
            VirtualAddress.Options.MANAGE_TEMPORARY,
            "mngtmpaddr",
            VirtualAddress.Options.NO_PREFIX_ROUTE,
            "noprefixroute",
            VirtualAddress.Options.JOIN_GROUPS,
            "autojoin"));

    private Lines() {}

    /** {@code 10.0.0.5/24 dev eth0 scope global label eth0:1 set}. */
    static String address(VirtualAddress address, Pair router) {
        boolean v4 = address.address() instanceof Inet4Address;
        int bits = v4 ? 32 : 128;
        StringBuilder text = new StringBuilder(IpLiteral.text(address.address()));
        if (address.prefixLength() != bits) {
            text.append('/').append(address.prefixLength());
        }
        VirtualAddress.Options options = address.options();
        if (options.broadcast() != null) {
            text.append(" brd ").append(IpLiteral.text(options.broadcast()));
        }
        text.append(" dev ").append(device(address, router.config()));
        text.append(" scope ").append(scope(address.scope()));
        if (address.label() != null) {
            text.append(" label ").append(address.label());
        }
        text.append((options.flags() & VirtualAddress.Options.DETECT_DUPLICATES) != 0 ? " -nodad" : "");
        FLAGS.forEach((flag, word) -> text.append((options.flags() & flag) != 0 ? " " + word : ""));
        if (options.preferredSeconds() != VirtualAddress.Options.FOREVER) {
            int seconds = options.preferredSeconds();
            text.append(seconds == 0 ? " deprecated" : " preferred_lft " + seconds);
        } else if (!v4) {
            text.append(" preferred_lft forever");
        }
        text.append(options.tracked() ? "" : " no_track");
        text.append(router.isActive() ? " set" : "");
        // keepalived drops packets while it has the address; here that is so all the time.
        return text.append(router.isActive() && router.config().dropsPackets() ? " nftable_set" : "")
                .toString();
    }

    /** An interface of the router's own is for the family of its advertisements. */
    private static String device(VirtualAddress address, VirtualRouterConfig config) {
        if (address.interfaceName() != null) {
            return address.interfaceName();
        }
        boolean sameFamily = address.address() instanceof Inet4Address == (config.family() == AddressFamily.INET);
        return config.ownInterface() != null && sameFamily
                ? device(config) + "@" + config.interfaceName()
                : config.interfaceName();
    }

    /** {@code from 10.0.0.0/8 priority 500 tos 0x0 protocol 18 lookup 100}. */
    static String rule(VirtualRule rule) {
        StringBuilder text = new StringBuilder(rule.inverted() ? "not " : "");
        text.append("from ").append(network(rule.from()));
        if (rule.to() != null) {
            text.append(" to ").append(network(rule.to()));
        }
        text.append(" priority ").append(Integer.toUnsignedString(rule.preference()));
        text.append(" tos 0x").append(Integer.toHexString(rule.match().tos()));
        if (rule.match().incoming() != null) {
            text.append(" iif ").append(rule.match().incoming());
        }
        if (rule.match().outgoing() != null) {
            text.append(" oif ").append(rule.match().outgoing());
        }
        text.append(" protocol ").append(rule.protocol());
        if (rule.action() == VirtualRule.TABLE) {
            text.append(" lookup ").append(Integer.toUnsignedString(rule.table()));
        }
        return text.toString();
    }

    private static String network(VirtualRule.@Nullable Network network) {
        if (network == null) {
            return "all";
        }
        int bits = network.address().getAddress().length * 8;
        return IpLiteral.text(network.address()) + (network.prefixLength() == bits ? "" : "/" + network.prefixLength());
    }

    /** The interface that advertisements leave by, or would but for {@code vmac_xmit_base}. */
    static String device(VirtualRouterConfig config) {
        OwnInterface own = config.ownInterface();
        if (own == null) {
            return config.interfaceName();
        }
        return own.name() != null ? own.name() : "vrrp." + config.vrid();
    }

    static boolean isMacvlan(VirtualRouterConfig config) {
        OwnInterface own = config.ownInterface();
        return own != null && own.kind() == OwnInterface.Kind.MACVLAN;
    }

    /** After a lower advertisement; without a word of it as after a takeover. */
    static Again again(VirtualRouterConfig config) {
        Again again = config.announce().again();
        return again == null
                ? new Again(config.announce().repeat(), config.announce().delay())
                : again;
    }

    private static String scope(int scope) {
        return switch (scope) {
            case 0 -> "global";
            case 200 -> "site";
            case 253 -> "link";
            case 254 -> "host";
            case 255 -> "nowhere";
            default -> Integer.toString(scope);
        };
    }

    /** {@code prepend 10.0.0.0/16 via inet 10.77.0.1 dev eth0 proto 18}. */
    static String route(VirtualRoute route) {
        StringBuilder text = new StringBuilder(
                route.type() != VirtualRoute.UNICAST ? "add " : route.append() ? "append " : "prepend ");
        text.append(
                switch (route.type()) {
                    case 6 -> "blackhole ";
                    case 7 -> "unreachable ";
                    case 8 -> "prohibit ";
                    case 9 -> "throw ";
                    default -> "";
                });
        int bits = route.family() == AddressFamily.INET ? 32 : 128;
        if (route.destination() == null) {
            text.append(route.family() == AddressFamily.INET ? "0.0.0.0/0" : "::/0");
        } else {
            text.append(IpLiteral.text(route.destination()));
            text.append(route.prefixLength() == bits ? "" : "/" + route.prefixLength());
        }
        if (route.preferredSource() != null) {
            text.append(" src ").append(IpLiteral.text(route.preferredSource()));
        }
        boolean several = route.hops().size() > 1;
        for (VirtualRoute.Hop hop : several ? List.<VirtualRoute.Hop>of() : route.hops()) {
            text.append(hop(hop, route));
        }
        if (route.table() != MAIN_TABLE) {
            text.append(" table ").append(Integer.toUnsignedString(route.table()));
        }
        text.append(" proto ").append(route.protocol());
        for (VirtualRoute.Hop hop : several ? route.hops() : List.<VirtualRoute.Hop>of()) {
            text.append(" nexthop").append(hop(hop, route)).append(hop.weight() == 1 ? "" : " weight " + hop.weight());
        }
        return text.toString();
    }

    private static String hop(VirtualRoute.Hop hop, VirtualRoute route) {
        String via = hop.via() == null
                ? ""
                : " via " + (route.family() == AddressFamily.INET ? "inet " : "inet6 ") + IpLiteral.text(hop.via());
        return via + (hop.interfaceName() == null ? "" : " dev " + hop.interfaceName());
    }

    /** {@code '/path/to/script' 'argument'}. */
    static String command(Script script) {
        if (script.command().get(0).startsWith("<")) {
            return String.join(" ", script.command()); // the shell's
        }
        return script.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }

    /** keepalived's numbers: 0 not started, 1 backup, 2 master, 3 fault. */
    static int number(State state) {
        return switch (state) {
            case INITIALIZE -> 0;
            case BACKUP -> 1;
            case ACTIVE -> 2;
            case FAULT -> 3;
        };
    }

    static Instant lastTransition(Pair router, Instant now) {
        return now.minusMillis(router.status().sinceMs());
    }

    /** Seconds and microseconds. */
    static String seconds(Instant time) {
        return String.format(Locale.ROOT, "%d.%06d", time.getEpochSecond(), time.getNano() / 1000);
    }

    /** {@code 1}, {@code 0.5}. */
    static String decimal(long nanos) {
        return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
    }
}
