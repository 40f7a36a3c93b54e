// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What the lab must know of a keepalived.conf that it is given: the addresses to expect, and on which interface. */
final class GivenRouters {
    private static final String FIRST_NODE = "lb1";

    private final List<VirtualRouterConfig> routers;

    private GivenRouters(List<VirtualRouterConfig> routers) {
        this.routers = List.copyOf(routers);
    }

    static GivenRouters read(Path file) throws IOException {
        Problems problems = new Problems();
        // Lines of the form @lb2 are for the others, which have the same addresses.
        List<VirtualRouterConfig> routers =
                KeepalivedConf.load(file, System.getenv(), FIRST_NODE, problems).routers();
        if (problems.hasAlerts()) {
            throw new IOException(problems.all().stream().map(Problem::text).collect(Collectors.joining("\n")));
        }
        if (routers.isEmpty() || routers.get(0).addresses().isEmpty()) {
            throw new IOException(file + ": no vrrp_instance with an address: there is nothing to float");
        }
        List<String> interfaces = routers.stream()
                .map(VirtualRouterConfig::interfaceName)
                .distinct()
                .toList();
        if (interfaces.size() > 1) {
            throw new IOException(
                    file + ": a host of the lab has one interface, the file needs " + String.join(" and ", interfaces));
        }
        return new GivenRouters(routers);
    }

    /** That network, with the first router's first address as the floating one, on the interface of the file. */
    Topology apply(Topology topology) {
        return topology.with(
                routers.get(0).addresses().get(0).address(), routers.get(0).interfaceName());
    }

    /** All virtual addresses, for routes to those outside the lab's network. */
    List<InetAddress> addresses() {
        return routers.stream()
                .flatMap(router -> java.util.stream.Stream.concat(
                        router.addresses().stream(), router.excludedAddresses().stream()))
                .map(VirtualAddress::address)
                .toList();
    }
}
