// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The lab's hosts and addresses: one network of 256 addresses.
 *
 * @param machine the address of the machine's own end of the network
 * @param floating the address that moves between the nodes
 * @param interfaceName the only interface of each host
 * @param nodes the load balancers, lb1 first
 * @param servers the web servers, web1 first
 */
public record Topology(
        InetAddress machine,
        InetAddress floating,
        String interfaceName,
        List<Place> nodes,
        List<Place> servers,
        Place client) {
    /** The only interface of a host, unless a keepalived.conf names another. */
    public static final String INTERFACE = "eth0";

    public static final int PREFIX_LENGTH = 24;

    /**
     * Networks that are nobody's: RFC 5737's for documentation, RFC 2544's for benchmarks, and a private one. The first
     * that the machine does not use is taken.
     */
    static final List<String> NETWORKS = List.of("198.51.100", "203.0.113", "192.0.2", "198.18.77", "10.213.77");

    private static final int SERVER_COUNT = 3;
    private static final int MACHINE = 1;
    private static final int FLOATING = 10;
    private static final int FIRST_NODE = 11;
    private static final int FIRST_SERVER = 101;
    private static final int CLIENT = 200;

    public Topology {
        nodes = List.copyOf(nodes);
        servers = List.copyOf(servers);
    }

    /** A host's name and address. */
    public record Place(String name, InetAddress address) {
        /** The address in text. */
        public String ip() {
            return address.getHostAddress();
        }
    }

    /** @param network the first three numbers, such as {@code 198.51.100} */
    public static Topology of(int nodes, String network) {
        return new Topology(
                address(network, MACHINE),
                address(network, FLOATING),
                INTERFACE,
                places(network, "lb", FIRST_NODE, nodes),
                places(network, "web", FIRST_SERVER, SERVER_COUNT),
                new Place("client", address(network, CLIENT)));
    }

    /** The same hosts with another floating address, which may lie outside the network, and interface. */
    Topology with(InetAddress otherFloating, String otherInterface) {
        return new Topology(machine, otherFloating, otherInterface, nodes, servers, client);
    }

    /** Whether the address is in the lab's network. */
    boolean contains(InetAddress address) {
        byte[] other = address.getAddress();
        return other.length == 4 && Arrays.equals(other, 0, 3, machine.getAddress(), 0, 3);
    }

    /** Every host: client, load balancers, servers. */
    public List<Place> all() {
        List<Place> all = new ArrayList<>();
        all.add(client);
        all.addAll(nodes);
        all.addAll(servers);
        return all;
    }

    /** The floating address in text. */
    public String floatingIp() {
        return floating.getHostAddress();
    }

    private static List<Place> places(String network, String prefix, int first, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Place(prefix + (i + 1), address(network, first + i)))
                .toList();
    }

    private static InetAddress address(String network, int last) {
        try {
            return InetAddress.getByName(network + "." + last);
        } catch (UnknownHostException notANetwork) {
            throw new IllegalArgumentException(network, notANetwork);
        }
    }
}
