// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.packaging.lab.host.AddressHolders;
import io.tandem.packaging.lab.host.Host;
import io.tandem.packaging.lab.host.Lan;
import io.tandem.packaging.lab.host.SystemLog;
import io.tandem.packaging.lab.node.Node;
import io.tandem.packaging.lab.node.Software;
import io.tandem.packaging.lab.web.AddressServers;
import io.tandem.packaging.lab.web.NginxServers;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A built lab: hosts on a switch, web servers, nodes. Lives in the lab's own process, inside its namespaces; what it
 * holds vanishes with that process.
 */
public final class Lab {
    private final Topology topology;
    private final Lan lan;
    private final SystemLog systemLog = new SystemLog();
    private final List<Host> hosts = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    private Lab(Topology topology, Lan lan) {
        this.topology = topology;
        this.lan = lan;
    }

    /** Makes the switch and the hosts, and plugs them in. */
    static Lab build(Topology topology, Path directory, Progress progress) throws IOException {
        Lab lab = new Lab(topology, progress.step("switch", Lan::create));
        for (Topology.Place place : topology.all()) {
            progress.step("host " + place.name() + " " + place.ip(), () -> {
                Host host = Host.start(place, directory);
                lab.lan.connect(host, topology.interfaceName());
                lab.systemLog.serve(host);
                return lab.hosts.add(host);
            });
        }
        return lab;
    }

    /** Makes the addresses that lie outside the lab's network reachable for the client and the switch. */
    void addRoutes(List<InetAddress> addresses) throws IOException {
        for (InetAddress address : addresses) {
            if (!topology.contains(address)) {
                client().addRoute(address, topology.interfaceName());
                lan.addRoute(address);
            }
        }
    }

    void startServers(Servers kind) throws IOException {
        List<Host> webHosts = topology.servers().stream()
                .map(place -> host(place.name()).orElseThrow())
                .toList();
        if (kind == Servers.NGINX) {
            NginxServers.start(webHosts);
        } else {
            AddressServers.start(webHosts);
        }
    }

    /** Installs the software on every load balancer; they are not started. */
    void installNodes(java.util.function.Function<Host, Software> software) throws IOException {
        for (Topology.Place place : topology.nodes()) {
            Host host = host(place.name()).orElseThrow();
            Node node = new Node(host, software.apply(host));
            node.install();
            nodes.add(node);
        }
    }

    public Topology topology() {
        return topology;
    }

    public Lan lan() {
        return lan;
    }

    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    public List<Host> hosts() {
        return List.copyOf(hosts);
    }

    public Host client() {
        return host(topology.client().name()).orElseThrow();
    }

    public Optional<Host> host(String name) {
        return hosts.stream().filter(host -> host.name().equals(name)).findFirst();
    }

    /** Who has that address, among the load balancers. */
    public AddressHolders holdersOf(InetAddress address) throws IOException {
        return new AddressHolders(nodes.stream().map(Node::host).toList(), address);
    }
}
