// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.host;

import io.tandem.packaging.lab.Topology;
import io.tandem.vrrp.netlink.Netlink;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lab's switch: a bridge in the lab's own network namespace, one port for each host. */
public final class Lan implements AutoCloseable {
    /** The machine's end of the cable to the lab, and the lab's end of it. */
    public static final String MACHINE_PORT = "tandem-lab";

    public static final String UPLINK = "uplink";
    private static final String BRIDGE = "switch";

    private final Netlink netlink;

    private Lan(Netlink netlink) {
        this.netlink = netlink;
    }

    /** Creates the bridge in the namespace of the calling thread. */
    public static Lan create() throws IOException {
        Lan lan = new Lan(Netlink.open());
        lan.netlink.links().up("lo");
        lan.netlink.links().addBridge(BRIDGE);
        lan.netlink.links().up(BRIDGE);
        letFramesPass();
        return lan;
    }

    /**
     * A switch has no packet filter: where the machine's kernel has one for bridges (br_netfilter), every frame would pay for it,
     * on the time of the process that sends it.
     */
    private static void letFramesPass() {
        for (String protocol : new String[] {"iptables", "ip6tables", "arptables"}) {
            try {
                Files.writeString(Path.of("/proc/sys/net/bridge/bridge-nf-call-" + protocol), "0");
            } catch (IOException e) {
                // There is no such filter, or it is not this namespace's: as before.
            }
        }
    }

    /** Plugs a host in and gives it its address. */
    public void connect(Host host, String interfaceName) throws IOException {
        String port = host.name();
        netlink.links().addVeth(port, interfaceName, host.network());
        netlink.links().setMaster(port, BRIDGE);
        netlink.links().up(port);
        host.configure(interfaceName);
    }

    /** Plugs the machine's cable in, which the supervisor has laid. */
    public void connectUplink() throws IOException {
        netlink.links().setMaster(UPLINK, BRIDGE);
        netlink.links().up(UPLINK);
    }

    /** Gives the switch itself the machine's address, for a relay where there is no cable to the machine. */
    public void standInForMachine(InetAddress machine) throws IOException {
        netlink.addresses().add(machine, Topology.PREFIX_LENGTH, BRIDGE);
    }

    /** Makes an address outside the lab's network reachable from the switch itself. */
    public void addRoute(InetAddress address) throws IOException {
        netlink.routes().add(address, address.getAddress().length * 8, null, BRIDGE);
    }

    /** Pulls the host's cable: its interface stays up but loses the carrier. */
    public void unplug(Host host) throws IOException {
        netlink.links().down(host.name());
    }

    /** Takes the host's port out of the switch: its carrier stays up, and nobody hears it. */
    public void isolate(Host host) throws IOException {
        netlink.links().clearMaster(host.name());
    }

    public void rejoin(Host host) throws IOException {
        netlink.links().setMaster(host.name(), BRIDGE);
    }

    public void plug(Host host) throws IOException {
        netlink.links().up(host.name());
    }

    @Override
    public void close() {
        netlink.close();
    }
}
