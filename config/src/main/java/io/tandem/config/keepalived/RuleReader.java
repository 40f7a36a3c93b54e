// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualRule;
import io.tandem.config.model.VirtualRule.Match;
import io.tandem.config.model.VirtualRule.Network;
import io.tandem.config.model.VirtualRule.Range;
import io.tandem.config.text.IpLiteral;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of {@code virtual_rules} and {@code static_rules}, which are those of ip-rule(8). One reader for a whole
 * file: rules without a preference get 16384 and downwards, by family, as from keepalived.
 */
final class RuleReader {
    private static final int KEEPALIVED = 18;
    private static final int FIRST_PREFERENCE = 16_384;
    private static final Map<String, Integer> ACTIONS =
            Map.of("nop", VirtualRule.NOP, "blackhole", 6, "unreachable", 7, "prohibit", 8);

    private final Findings findings;
    private final RouteNames names = new RouteNames();
    private final Values values;
    private int nextIpv4 = FIRST_PREFERENCE;
    private int nextIpv6 = FIRST_PREFERENCE;

    RuleReader(Findings findings) {
        this.findings = findings;
        this.values = new Values(findings);
    }

    /** The rule, or null with a complaint. */
    @Nullable VirtualRule read(Statement line) {
        return new Line(line).read();
    }

    /** One line, word by word. */
    private final class Line extends LineWords {
        private @Nullable AddressFamily family;
        private @Nullable Network from;
        private @Nullable Network to;
        private boolean inverted;
        private int action;
        private int table;
        private int target;
        private @Nullable Integer preference;
        private @Nullable String incoming;
        private @Nullable String outgoing;
        private int tos;
        private @Nullable Integer mark;
        private @Nullable Integer mask;
        private @Nullable Long tunnel;
        private int ipProtocol;
        private @Nullable Range uids;
        private @Nullable Range sourcePorts;
        private @Nullable Range destinationPorts;
        private int realms;
        private int suppressPrefixLength = -1;
        private int suppressGroup = -1;
        private boolean l3mdev;
        private @Nullable Integer protocol;
        private boolean tracked = true;

        Line(Statement line) {
            super(line, findings);
        }

        @Nullable VirtualRule read() {
            while (hasNext()) {
                word(next());
            }
            if (action == 0) {
                refuse("No action specified for rule - ignoring");
            }
            return isRefused() ? null : rule();
        }

        private void word(String word) {
            switch (word) {
                case "from" -> from = network("from", value(word));
                case "to" -> to = network("to", value(word));
                case "not" -> inverted = true;
                case "inet" -> family = AddressFamily.INET;
                case "inet6" -> family = AddressFamily.INET6;
                case "table", "lookup" -> {
                    act(VirtualRule.TABLE);
                    table = table(value(word));
                }
                case "goto" -> {
                    act(VirtualRule.GOTO);
                    target = count("goto target", value(word));
                }
                case "type" -> type(value(word));
                case "nop", "blackhole", "unreachable", "prohibit" -> type(word);
                case "l3mdev" -> {
                    act(VirtualRule.TABLE);
                    l3mdev = true;
                }
                case "preference", "order", "priority" ->
                    preference = number(value(word), "Invalid rule preference " + word + " specified");
                case "protocol" -> protocol = protocol(value(word));
                case "realms" -> realms = realms(value(word));
                case "suppress_prefixlength" -> suppressPrefixLength = count(word, value(word));
                case "suppress_ifgroup" -> suppressGroup = count(word, value(word));
                case "no_track" -> tracked = false;
                default -> match(word);
            }
        }

        private void match(String word) {
            switch (word) {
                case "iif", "dev" -> incoming = value(word);
                case "oif" -> outgoing = value(word);
                case "tos", "dsfield" -> tos = tos(value(word));
                case "fwmark" -> mark(value(word));
                case "tunnel-id" -> {
                    Integer id = count(word, value(word));
                    tunnel = id == null ? null : Integer.toUnsignedLong(id);
                }
                case "uidrange" -> uids = range(value(word), "Invalid uidrange " + word + " specified");
                case "ipproto" -> ipProtocol = ipProtocol(value(word));
                case "sport" -> sourcePorts = ports(word, value(word));
                case "dport" -> destinationPorts = ports(word, value(word));
                default -> refuse("Unknown rule option " + word);
            }
        }

        private @Nullable VirtualRule rule() {
            AddressFamily resolved = family != null ? family : AddressFamily.INET;
            for (Network network : new Network[] {from, to}) {
                resolved = network == null ? resolved : AddressFamily.of(network.address());
            }
            for (Network network : new Network[] {from, to}) {
                if (network != null && AddressFamily.of(network.address()) != resolved) {
                    refuse("rule specification has mixed IPv4 and IPv6");
                    return null;
                }
            }
            if (protocol != null && protocol != KEEPALIVED && tracked) {
                complain("Rule cannot be tracked if protocol is not RTPROT_KEEPALIVED(18), resetting protocol");
                protocol = KEEPALIVED;
            }
            int place = preference == null ? given(resolved) : preference;
            if (action == VirtualRule.GOTO && Integer.compareUnsigned(place, target) >= 0) {
                refuse("Invalid rule - preference " + Integer.toUnsignedString(place) + " >= goto target "
                        + Integer.toUnsignedString(target));
                return null;
            }
            return new VirtualRule(
                    resolved,
                    from,
                    to,
                    inverted,
                    action,
                    table,
                    target,
                    place,
                    new Match(
                            incoming,
                            outgoing,
                            tos,
                            mark,
                            mask,
                            tunnel,
                            ipProtocol,
                            uids,
                            sourcePorts,
                            destinationPorts),
                    realms,
                    suppressPrefixLength,
                    suppressGroup,
                    l3mdev,
                    protocol != null ? protocol : tracked ? KEEPALIVED : 0,
                    tracked);
        }

        private int given(AddressFamily of) {
            int number = of == AddressFamily.INET ? nextIpv4-- : nextIpv6--;
            complain("Rule has no preference specified - setting to " + number
                    + ". This is probably not what you want.");
            return number;
        }

        private void act(int newAction) {
            if (action != 0) {
                refuse("Cannot specify more than one of table/nop/goto/blackhole/prohibit/unreachable/l3mdev for rule");
            }
            action = newAction;
        }

        private void type(String name) {
            Integer known = ACTIONS.get(name);
            if (known == null) {
                refuse("Invalid rule type " + name);
            } else {
                act(known);
            }
        }

        private int table(String text) {
            Integer known = names.table(text);
            if (known == null || known == 0) {
                refuse("Routing table " + text + " not found for rule");
            }
            return known == null ? 0 : known;
        }

        private @Nullable Network network(String what, String text) {
            if (text.equals("all") || text.equals("any") || text.equals("default") || isRefused()) {
                return null;
            }
            int slash = text.indexOf('/');
            InetAddress address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
            if (address == null) {
                complainOfAddress(text);
                refuse("Invalid rule " + what + " address " + text);
                return null;
            }
            int bits = address instanceof Inet4Address ? 32 : 128;
            return new Network(address, slash < 0 ? bits : values.prefixLength(line, text, slash, bits));
        }

        private void mark(String text) {
            int slash = text.indexOf('/');
            mark = RouteNames.unsigned(slash < 0 ? text : text.substring(0, slash));
            mask = slash < 0 ? null : RouteNames.unsigned(text.substring(slash + 1));
            if (mark == null || (slash >= 0 && mask == null)) {
                refuse("Invalid rule fwmark " + text + " specified");
            }
        }

        private int tos(String text) {
            Integer number = names.tos(text);
            if (number == null) {
                refuse("TOS value " + text + " is invalid");
            }
            return number == null ? 0 : number;
        }

        private int protocol(String text) {
            Integer number = RouteNames.unsigned(text);
            if (number == null || number < 0 || number > 255) {
                complain("invalid number '" + text + "'");
                refuse("Invalid protocol " + text);
            }
            return number == null ? 0 : number;
        }

        private int ipProtocol(String text) {
            Integer number = names.ipProtocol(text);
            if (number == null) {
                refuse("Invalid ip protocol " + text);
            }
            return number == null ? 0 : number;
        }

        private int realms(String text) {
            int slash = text.indexOf('/');
            Integer source = slash < 0 ? Integer.valueOf(0) : names.realm(text.substring(0, slash));
            Integer destination = names.realm(text.substring(slash + 1));
            if (source == null || destination == null) {
                refuse("invalid realms " + text + " for rule");
                return 0;
            }
            return source << 16 | destination;
        }

        private @Nullable Range ports(String word, String text) {
            Range ports = range(text, "invalid " + word + " range " + text);
            if (ports != null && (ports.last() > 65_535 || ports.first() > ports.last())) {
                refuse("invalid " + word + " range " + text);
            }
            return ports;
        }

        private @Nullable Range range(String text, String complaint) {
            int dash = text.indexOf('-');
            Integer first = dash < 0 ? null : RouteNames.unsigned(text.substring(0, dash));
            Integer last = dash < 0 ? null : RouteNames.unsigned(text.substring(dash + 1));
            if (first == null || last == null) {
                refuse(complaint);
                return null;
            }
            return new Range(first, last);
        }

        private int count(String what, String text) {
            return number(text, "Invalid rule " + what + " " + text + " specified");
        }
    }
}
