// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRoute;
import io.tandem.config.text.IpLiteral;
import io.tandem.vrrp.dump.Snapshot.Pair;
import io.tandem.vrrp.election.State;
import java.math.BigDecimal;
import java.net.Inet4Address;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Pieces that keepalived's dump and its JSON have in common. */
final class Lines {
    private static final int MAIN_TABLE = 254;

    private Lines() {}

    /** {@code 10.0.0.5/24 dev eth0 scope global label eth0:1 set}. */
    static String address(VirtualAddress address, Pair router) {
        boolean v4 = address.address() instanceof Inet4Address;
        int bits = v4 ? 32 : 128;
        StringBuilder text = new StringBuilder(IpLiteral.text(address.address()));
        if (address.prefixLength() != bits) {
            text.append('/').append(address.prefixLength());
        }
        String own = address.interfaceName();
        text.append(" dev ").append(own == null ? router.config().interfaceName() : own);
        text.append(" scope ").append(scope(address.scope()));
        if (address.label() != null) {
            text.append(" label ").append(address.label());
        }
        if (!v4) {
            text.append(address.prefixLength() == bits ? " deprecated" : " preferred_lft forever");
        }
        return text.append(router.isActive() ? " set" : "").toString();
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
