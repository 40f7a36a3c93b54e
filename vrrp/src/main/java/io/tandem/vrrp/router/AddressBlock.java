// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.netlink.PacketBlock;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is not received although this host has its address: packets to the addresses of routers that do not accept them.
 * Costs nothing where there is none. Owned by the reactor's thread.
 */
final class AddressBlock implements AutoCloseable {
    /** What faults routers whose packets cannot be dropped. */
    private static final String FAULT = "packet-filter";

    private List<InetAddress> blocked = List.of();
    private @Nullable PacketBlock block;
    private boolean refused;

    /** Blocks the addresses of these routers and no others. */
    void use(List<VirtualRouterConfig> configs, EventLog log) {
        List<InetAddress> wanted = configs.stream()
                .filter(VirtualRouterConfig::dropsPackets)
                .flatMap(config -> Stream.concat(config.addresses().stream(), config.excludedAddresses().stream()))
                .map(VirtualAddress::address)
                .distinct()
                .toList();
        if (wanted.equals(blocked)) {
            refused = false; // of what was asked for in between nothing has come to be
            return;
        }
        try {
            PacketBlock opened = block;
            if (opened == null) {
                opened = PacketBlock.open();
                block = opened;
            }
            opened.replace(wanted);
            blocked = wanted;
            refused = false;
        } catch (NetlinkException e) {
            refused = true;
            log.warning("vrrp no-accept: " + e.getMessage() + "; routers that must not accept packets stay in fault");
        }
    }

    /** Faults a router that would receive what it must not, and clears that. */
    void guard(VirtualRouter router, long nowNs) {
        boolean stays = refused && router.config().dropsPackets();
        if (stays || router.isStarted()) {
            router.deliver(stays ? new Event.Fault(FAULT, false) : new Event.Cleared(FAULT), nowNs);
        }
    }

    @Override
    public void close() {
        if (block != null) {
            block.close();
            block = null;
        }
    }
}
