// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.util.List;
import java.util.stream.Stream;

/**
 * Addresses, routes and rules that stand as long as the guardian runs, whoever is Active ({@code static_ipaddress}, {@code
 * static_routes}, {@code static_rules}).
 *
 * @param addresses each with the name of its interface
 */
public record StaticNetwork(List<VirtualAddress> addresses, List<VirtualRoute> routes, List<VirtualRule> rules) {
    public static final StaticNetwork NONE = new StaticNetwork(List.of(), List.of(), List.of());

    /** Both together. */
    public StaticNetwork and(StaticNetwork other) {
        return new StaticNetwork(
                join(addresses, other.addresses), join(routes, other.routes), join(rules, other.rules));
    }

    private static <T> List<T> join(List<T> one, List<T> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    public StaticNetwork {
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        rules = List.copyOf(rules);
    }
}
