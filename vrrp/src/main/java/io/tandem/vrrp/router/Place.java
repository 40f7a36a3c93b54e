// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualAddress;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.AddressRequest;
import io.tandem.vrrp.packet.MacAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A virtual address and where it goes.
 *
 * @param onInterface what is put on its interface, or null where it is on the TUN device alone
 * @param onTun what is put on the TUN device, or null where there is none. With both, the local route of the first is taken
 *     away: the address then lives by the second's, and so no longer than this process
 * @param interfaceName where {@code ip address} shows it
 * @param announced where neighbours hear of it
 * @param network what its interface is to reach while the address is not on that, or null
 * @param hostsOwn priority 255, and the host has the address anyway: not ours to touch
 */
record Place(
        VirtualAddress address,
        @Nullable AddressRequest onInterface,
        @Nullable AddressRequest onTun,
        String interfaceName,
        Way announced,
        @Nullable Network network,
        boolean hostsOwn) {
    /**
     * An interface by which neighbours hear of addresses.
     *
     * @param mac the one they are told
     * @param ownInterface whether it is a macvlan or ipvlan of the router's own
     */
    record Way(String interfaceName, int index, MacAddress mac, boolean ownInterface) {}

    /** A network on an interface. */
    record Network(InetAddress address, int bits, int index) {}

    /** Whether neighbours are answered by this process, since the kernel answers for addresses of the asked interface alone. */
    boolean isAnsweredHere() {
        return onInterface == null && onTun != null && inet() instanceof Inet6Address;
    }

    InetAddress inet() {
        return address.address();
    }

    /** Whether the entry is this address as it was put on. */
    boolean made(AddressEntry entry) {
        return entry.address().equals(inet())
                && (isOn(onInterface, entry.interfaceIndex()) || isOn(onTun, entry.interfaceIndex()));
    }

    /** What of it is in none of the others. */
    Place without(List<Place> others) {
        Network left = others.stream().anyMatch(other -> Objects.equals(network, other.network())) ? null : network;
        return new Place(
                address, rest(onInterface, others), rest(onTun, others), interfaceName, announced, left, hostsOwn);
    }

    private static @Nullable AddressRequest rest(@Nullable AddressRequest request, List<Place> others) {
        return request == null
                        || others.stream()
                                .anyMatch(other -> request.isAlso(other.onInterface()) || request.isAlso(other.onTun()))
                ? null
                : request;
    }

    private static boolean isOn(@Nullable AddressRequest request, int index) {
        return request != null && request.interfaceIndex() == index;
    }
}
