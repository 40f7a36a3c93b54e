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

/**
 * Reads {@code static_ipaddress}, {@code static_routes} and {@code static_rules}: lines as those that move, with {@code
 * track_group GROUP}. Tandem puts back what somebody takes away, so that no instance has to step back for it.
 */
final class StaticReader {
    private static final String TRACK_GROUP = "track_group";

    private final AddressReader addressReader;
    private final RouteReader routeReader;
    private final RuleReader ruleReader;
    private final List<VirtualAddress> addresses = new ArrayList<>();
    private final List<VirtualRoute> routes = new ArrayList<>();
    private final List<VirtualRule> rules = new ArrayList<>();

    StaticReader(AddressReader addressReader, RouteReader routeReader, RuleReader ruleReader) {
        this.addressReader = addressReader;
        this.routeReader = routeReader;
        this.ruleReader = ruleReader;
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
            if (route != null) {
                routes.add(route);
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

    private static Statement withoutGroup(Statement line) {
        List<Word> words = new ArrayList<>(line.words());
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i).text().equals(TRACK_GROUP)) {
                words.remove(i);
                if (i < words.size()) {
                    words.remove(i);
                }
                break;
            }
        }
        return new Statement(words, line.block());
    }
}
