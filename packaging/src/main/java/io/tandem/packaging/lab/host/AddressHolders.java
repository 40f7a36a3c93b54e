// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.host;

import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Netlink;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Asks the kernel of each host whether it has the floating address. Not thread-safe. */
public final class AddressHolders implements AutoCloseable {
    private final List<Host> hosts;
    private final InetAddress address;
    private final List<Netlink> sockets = new ArrayList<>();

    public AddressHolders(List<Host> hosts, InetAddress address) throws IOException {
        this.hosts = List.copyOf(hosts);
        this.address = address;
        for (Host host : hosts) {
            sockets.add(host.network().netlink());
        }
    }

    /** The hosts that have it now. */
    public List<Host> now() throws IOException {
        List<Host> holders = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            if (has(sockets.get(i))) {
                holders.add(hosts.get(i));
            }
        }
        return holders;
    }

    /** The same with one bit for each host, in the order given. */
    public long bitsNow() throws IOException {
        long bits = 0;
        for (int i = 0; i < sockets.size(); i++) {
            bits |= has(sockets.get(i)) ? 1L << i : 0;
        }
        return bits;
    }

    private boolean has(Netlink netlink) throws IOException {
        for (AddressEntry entry : netlink.addresses().list()) {
            if (entry.address().equals(address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        sockets.forEach(Netlink::close);
    }
}
