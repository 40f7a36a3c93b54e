// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.ClusterConfig;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Netlink;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A bridge with hosts, each a network namespace with eth0 at 10.99.0.N/24. */
final class TestLan implements AutoCloseable {
    private final NetNamespace bridge;
    private final Netlink bridgeNetlink;
    private final Map<String, Host> hosts = new LinkedHashMap<>();

    /** One host. */
    record Host(String name, NetNamespace namespace, Netlink netlink) {
        boolean holds(InetAddress address) {
            try {
                return netlink.addresses().list().stream()
                        .anyMatch(entry -> entry.address().equals(address));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        AddressEntry entry(InetAddress address) throws IOException {
            return netlink.addresses().list().stream()
                    .filter(entry -> entry.address().equals(address))
                    .findFirst()
                    .orElseThrow();
        }
    }

    TestLan() throws IOException {
        bridge = NetNamespace.create("tnd-vs-bridge");
        bridgeNetlink = bridge.netlink();
        bridgeNetlink.links().addBridge("br0");
        bridgeNetlink.links().up("br0");
    }

    Host add(String name, int number) throws IOException {
        NetNamespace namespace = NetNamespace.create("tnd-vs-" + name);
        Host host = new Host(name, namespace, namespace.netlink());
        hosts.put(name, host);
        host.netlink().links().up("lo");
        plugIn(host, number);
        return host;
    }

    /** Gives the host an eth0 on the bridge. */
    void plugIn(Host host, int number) throws IOException {
        bridgeNetlink.links().addVeth(host.name(), "eth0", host.namespace());
        bridgeNetlink.links().setMaster(host.name(), "br0");
        bridgeNetlink.links().up(host.name());
        host.netlink().addresses().add(address("10.99.0." + number), 24, "eth0");
        host.netlink().links().up("eth0");
    }

    /** A second network for a host: eth1 at 10.98.0.N/24, on a switch of its own. */
    void addSecond(String name, int number) throws IOException {
        if (bridgeNetlink.links().find("br1").isEmpty()) {
            bridgeNetlink.links().addBridge("br1");
            bridgeNetlink.links().up("br1");
        }
        Host host = Objects.requireNonNull(hosts.get(name), name);
        bridgeNetlink.links().addVeth(name + "2", "eth1", host.namespace());
        bridgeNetlink.links().setMaster(name + "2", "br1");
        bridgeNetlink.links().up(name + "2");
        host.netlink().addresses().add(address("10.98.0." + number), 24, "eth1");
        host.netlink().links().up("eth1");
    }

    /** Takes the carrier of the host's port away. */
    void cut(String name) throws IOException {
        bridgeNetlink.links().down(name);
    }

    /** Gives it back. */
    void restore(String name) throws IOException {
        bridgeNetlink.links().up(name);
    }

    /** Pulls the host's port out of the bridge: a partition with the carrier up. */
    void unplug(String name) throws IOException {
        bridgeNetlink.links().clearMaster(name);
    }

    void plug(String name) throws IOException {
        bridgeNetlink.links().setMaster(name, "br0");
    }

    /** The hosts behind whose ports the bridge has learnt a MAC. */
    List<String> forwardingPorts(String mac) {
        List<String> ports = new ArrayList<>();
        for (String line : Neighborhood.run(new Host("bridge", bridge, bridgeNetlink), "bridge", "fdb", "show")) {
            String[] words = line.split(" ", -1);
            if (words.length > 2 && words[0].equals(mac) && !line.contains("permanent")) {
                ports.add(words[2]);
            }
        }
        return ports;
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    @Override
    public void close() {
        for (Host host : hosts.values()) {
            host.netlink().close();
            host.namespace().close();
        }
        bridgeNetlink.close();
        bridge.close();
    }

    /** Two nodes, seen from one of them. */
    static ClusterConfig cluster(String self) {
        return new ClusterConfig(
                "test",
                self,
                List.of(
                        new ClusterConfig.Member("a", address("10.99.0.11")),
                        new ClusterConfig.Member("b", address("10.99.0.12"))),
                Path.of("unused"),
                7800,
                7801);
    }
}
