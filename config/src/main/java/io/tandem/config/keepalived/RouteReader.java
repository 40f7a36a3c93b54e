// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRoute.Hop;
import io.tandem.config.text.IpLiteral;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the lines of {@code virtual_routes}, which are those of ip-route(8) with keepalived's {@code src}, {@code gw} and {@code or}. */
final class RouteReader {
    private static final Map<String, Integer> TYPES =
            Map.of("unicast", VirtualRoute.UNICAST, "blackhole", 6, "unreachable", 7, "prohibit", 8, "throw", 9);

    /** RTAX_*: what the kernel keeps beside a route. */
    private static final Map<String, Integer> METRICS = Map.ofEntries(
            Map.entry("mtu", 2),
            Map.entry("window", 3),
            Map.entry("rtt", 4),
            Map.entry("rttvar", 5),
            Map.entry("ssthresh", 6),
            Map.entry("cwnd", 7),
            Map.entry("advmss", 8),
            Map.entry("reordering", 9),
            Map.entry("hoplimit", 10),
            Map.entry("initcwnd", 11),
            Map.entry("rto_min", 13),
            Map.entry("initrwnd", 14),
            Map.entry("quickack", 15),
            Map.entry("fastopen_no_cookie", 17));

    private static final Set<String> LACKING =
            Set.of("vrf", "realms", "encap", "expires", "features", "congctl", "ttl-propagate", "pref", "local");

    /** As many as fit into a message to the kernel. */
    private static final int MOST_HOPS = 500;

    private static final int LOCK = 1;
    private static final int KEEPALIVED = 18;
    private static final int LINK_SCOPE = 253;

    private final Findings findings;
    private final RouteNames names = new RouteNames();
    private final Values values;

    RouteReader(Findings findings) {
        this.findings = findings;
        this.values = new Values(findings);
    }

    /** The route, or null with a complaint. */
    @Nullable VirtualRoute read(Statement line) {
        return new Line(line).read();
    }

    /** One line, word by word. */
    private final class Line extends LineWords {
        private final List<Hop> hops = new ArrayList<>();
        private final Map<Integer, Integer> metrics = new TreeMap<>();
        private @Nullable AddressFamily family;
        private @Nullable String destination;
        private int type = VirtualRoute.UNICAST;
        private @Nullable InetAddress via;
        private @Nullable InetAddress alternative;
        private @Nullable String interfaceName;
        private boolean onLink;
        private @Nullable InetAddress source;
        private @Nullable Integer priority;
        private int table = RouteNames.MAIN;
        private @Nullable Integer scope;
        private int protocol = KEEPALIVED;
        private int tos;
        private boolean append;
        private boolean untracked;

        Line(Statement line) {
            super(line, findings);
        }

        @Nullable VirtualRoute read() {
            while (hasNext()) {
                word(next());
            }
            if (destination == null) {
                refuse("Route must have a destination");
            }
            return isRefused() ? null : route();
        }

        private void word(String word) {
            Integer kind = TYPES.get(word);
            if (kind != null && destination == null) {
                type = kind;
                return;
            }
            switch (word) {
                case "to" -> destination = value(word);
                case "inet", "inet6" -> family = word.equals("inet") ? AddressFamily.INET : AddressFamily.INET6;
                case "src" -> source = address("src", value(word));
                case "via", "gw" -> via = address("via", value(word));
                case "or" -> alternative = address("or", value(word));
                case "dev", "oif" -> interfaceName = value(word);
                case "onlink" -> onLink = true;
                case "nexthop" -> {
                    hops.add(hop());
                    if (hops.size() > MOST_HOPS) {
                        refuse("more than " + MOST_HOPS + " next hops for route");
                    }
                }
                case "metric", "priority", "preference" -> priority = number(word);
                case "table" -> table = known("Routing table", names.table(value(word)), "not found");
                case "scope" -> scope = known("Scope", names.scope(value(word)), "not found or invalid");
                case "protocol" -> protocol = known("Protocol", names.protocol(value(word)), "not found or invalid");
                case "tos", "dsfield" -> tos = number(word) & 0xff;
                case "append" -> append = true;
                case "no_track" -> untracked = true;
                default -> other(word);
            }
        }

        private void other(String word) {
            Integer metric = METRICS.get(word);
            if (metric != null) {
                if (ahead().equals("lock")) {
                    next();
                    metrics.merge(LOCK, 1 << metric, (old, bit) -> old | bit);
                }
                metrics.put(metric, number(word));
            } else if (destination == null) {
                destination = word;
            } else if (LACKING.contains(word)) {
                unsupported("virtual_routes: " + word);
            } else {
                complainOfAddress(word);
                refuse("unknown route keyword " + word);
            }
        }

        /** {@code nexthop [via ADDRESS] [dev NAME] [weight N] [onlink]}. */
        private Hop hop() {
            InetAddress gateway = null;
            String out = null;
            int weight = 1;
            boolean forced = false;
            while (hasNext() && !ahead().equals("nexthop")) {
                String word = next();
                switch (word) {
                    case "via" -> gateway = address("via", value(word));
                    case "dev" -> out = value(word);
                    case "weight" -> weight = Math.min(256, Math.max(1, number(word)));
                    case "onlink" -> forced = true;
                    default -> unsupported("virtual_routes: nexthop " + word);
                }
            }
            return new Hop(gateway, out, weight, forced);
        }

        private @Nullable VirtualRoute route() {
            boolean isDefault = "default".equals(destination) || "any".equals(destination);
            String text = destination == null || isDefault ? "" : destination;
            int slash = text.indexOf('/');
            InetAddress network =
                    isDefault ? null : address("destination", slash < 0 ? text : text.substring(0, slash));
            AddressFamily resolved =
                    network != null ? AddressFamily.of(network) : family != null ? family : familyOf(via);
            int bits = resolved == AddressFamily.INET ? 32 : 128;
            int prefixLength = isDefault ? 0 : bits;
            if (slash >= 0 && !isRefused()) {
                prefixLength = values.prefixLength(line, text, slash, bits);
            }
            List<Hop> ways = ways();
            if (isRefused() || !sameFamily(resolved, ways)) {
                return null;
            }
            if (!untracked && ways.stream().allMatch(hop -> hop.interfaceName() == null)) {
                complain("Warning - cannot track route " + destination + " with no interface specified, not tracking");
            }
            boolean onTheLink = type == VirtualRoute.UNICAST
                    && resolved == AddressFamily.INET
                    && ways.stream().allMatch(hop -> hop.via() == null);
            return new VirtualRoute(
                    resolved,
                    type,
                    prefixLength == 0 ? null : network,
                    prefixLength,
                    ways,
                    source,
                    priority,
                    table,
                    scope != null ? scope : onTheLink ? LINK_SCOPE : 0,
                    protocol,
                    tos,
                    metrics,
                    append,
                    !untracked);
        }

        private List<Hop> ways() {
            if (type != VirtualRoute.UNICAST) {
                return List.of();
            }
            if (!hops.isEmpty()) {
                return hops;
            }
            Hop first = new Hop(via, interfaceName, 1, onLink);
            return alternative == null
                    ? List.of(first)
                    : List.of(first, new Hop(alternative, interfaceName, 1, onLink));
        }

        private boolean sameFamily(AddressFamily wanted, List<Hop> ways) {
            List<InetAddress> all = new ArrayList<>();
            ways.forEach(hop -> {
                if (hop.via() != null) {
                    all.add(hop.via());
                }
            });
            if (source != null) {
                all.add(source);
            }
            if (all.stream().anyMatch(other -> AddressFamily.of(other) != wanted)) {
                refuse("Cannot mix IPv4 and IPv6 addresses for route");
                return false;
            }
            return true;
        }

        private int known(String what, @Nullable Integer number, String complaint) {
            if (number == null && !isRefused()) {
                refuse(what + " " + last() + " " + complaint + " for route");
            }
            return number == null ? 0 : number;
        }

        private int number(String option) {
            String text = value(option);
            return number(text, "Invalid " + option + " " + text + " specified for route");
        }

        private @Nullable InetAddress address(String what, String text) {
            InetAddress address = IpLiteral.parse(text);
            if (address == null && !isRefused()) {
                complainOfAddress(text);
                refuse("invalid route " + what + " address " + text);
            }
            return address;
        }
    }

    private static AddressFamily familyOf(@Nullable InetAddress via) {
        return via == null ? AddressFamily.INET : AddressFamily.of(via);
    }
}
