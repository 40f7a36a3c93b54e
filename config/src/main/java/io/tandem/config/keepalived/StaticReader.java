// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRule;
import io.tandem.config.text.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code static_ipaddress}, {@code static_routes} and {@code static_rules}: lines as those that move, with {@code
 * track_group GROUP}. Tandem puts back what somebody takes away, so that no instance has to step back for it.
 */
final class StaticReader {
    private static final String TRACK_GROUP = "track_group";

    private final Findings findings;
    private final AddressReader addressReader;
    private final RouteReader routeReader;
    private final RuleReader ruleReader;
    private final Set<String> trackGroups;
    private final List<VirtualAddress> addresses = new ArrayList<>();
    private final List<VirtualRoute> routes = new ArrayList<>();
    private final List<VirtualRule> rules = new ArrayList<>();

    /** @param trackGroups the names of those that have been read already */
    StaticReader(Findings findings, AddressReader addressReader, RuleReader ruleReader, Set<String> trackGroups) {
        this.findings = findings;
        this.addressReader = addressReader;
        this.routeReader = new RouteReader(findings);
        this.ruleReader = ruleReader;
        this.trackGroups = trackGroups;
    }

    void readAddresses(Statement block) {
        for (Statement line : block.body()) {
            VirtualAddress address = addressReader.read(withoutGroup(line));
            if (address != null) {
                addresses.add(address);
            }
        }
    }

    void readRoutes(Statement block) {
        for (Statement line : block.body()) {
            VirtualRoute route = routeReader.read(withoutGroup(line));
            if (route == null) {
                continue;
            }
            routes.add(route);
            if (line.texts().contains(TRACK_GROUP)
                    && route.hops().stream().allMatch(hop -> hop.interfaceName() == null)) {
                findings.error(line.origin(), "Static route cannot have track group if no oif specified");
            }
        }
    }

    void readRules(Statement block) {
        for (Statement line : block.body()) {
            VirtualRule rule = ruleReader.read(withoutGroup(line));
            if (rule != null) {
                rules.add(rule);
            }
        }
    }

    /** @param defaultInterface where addresses without {@code dev} go */
    StaticNetwork finish(String defaultInterface) {
        List<VirtualAddress> placed = addresses.stream()
                .map(address -> address.interfaceName() != null
                        ? address
                        : new VirtualAddress(
                                address.address(),
                                address.prefixLength(),
                                defaultInterface,
                                address.label(),
                                address.scope(),
                                address.options()))
                .toList();
        return new StaticNetwork(placed, routes, rules);
    }

    private Statement withoutGroup(Statement line) {
        List<Word> words = new ArrayList<>(line.words());
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i).text().equals(TRACK_GROUP)) {
                words.remove(i);
                if (i == words.size()) {
                    findings.error(line.origin(), "No " + TRACK_GROUP + " parameter specified for " + line.keyword());
                } else if (!trackGroups.contains(words.remove(i).text())) {
                    findings.error(line.origin(), TRACK_GROUP + " " + line.parameter(i + 1) + " not found");
                }
                break;
            }
        }
        return new Statement(words, line.block());
    }
}
