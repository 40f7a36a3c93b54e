// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.Intervals;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A form of VRRP that keepalived speaks too, and how either is configured for it. */
enum InteropKind {
    V2_PASS(2, 1000, "10.99.0.50/32"),
    V3(3, 100, "10.99.0.50/32"),
    V3_IPV6(3, 100, "fe80::50/64 fd99::50/64"),
    UNICAST(3, 100, "10.99.0.50/32"),
    VMAC(3, 100, "10.99.0.50/32");

    private static final Announce OTHER_ANNOUNCE = new Announce(5, Duration.ofSeconds(4), Duration.ZERO, 1);

    private final int version;
    private final int intervalMs;
    private final String addresses;

    InteropKind(int version, int intervalMs, String addresses) {
        this.version = version;
        this.intervalMs = intervalMs;
        this.addresses = addresses;
    }

    Duration interval() {
        return Duration.ofMillis(intervalMs);
    }

    /** The last of them. */
    InetAddress address() {
        List<VirtualAddress> virtual = virtual();
        return virtual.get(virtual.size() - 1).address();
    }

    /** Three intervals and the skew. */
    Duration down(int priority) {
        return Duration.ofNanos(Intervals.downNs(version, priority, intervalMs * 1_000_000L, 3));
    }

    Duration skew(int priority) {
        return Duration.ofNanos(Intervals.skewNs(version, priority, intervalMs * 1_000_000L));
    }

    private List<VirtualAddress> virtual() {
        return Stream.of(addresses.split(" ", -1)).map(InteropKind::of).toList();
    }

    private static VirtualAddress of(String text) {
        String[] parts = text.split("/", 2);
        return new VirtualAddress(TestLan.address(parts[0]), Integer.parseInt(parts[1]), null, null, 0);
    }

    /** @param changed whether something that moves nobody is as after a reload */
    VirtualRouterConfig tandem(int priority, String self, String peer, boolean changed) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .family(this == V3_IPV6 ? AddressFamily.INET6 : AddressFamily.INET)
                .version(version)
                .priority(priority)
                .advertInterval(interval())
                .password(this == V2_PASS ? "kaTest12" : null)
                .addresses(virtual())
                .unicastSource(this == UNICAST ? TestLan.address(self) : null)
                .unicastPeers(this == UNICAST ? List.of(TestLan.address(peer)) : List.of())
                .ownInterface(this == VMAC ? OwnInterface.VMAC : null)
                .announce(changed ? OTHER_ANNOUNCE : Announce.DEFAULT)
                .build();
    }

    /** @param tracked a file whose number is added to the priority */
    String keepalived(int priority, String self, String peer, Path tracked, boolean changed) {
        String special =
                switch (this) {
                    case V2_PASS -> "authentication {\n auth_type PASS\n auth_pass kaTest12\n}";
                    case UNICAST -> "unicast_src_ip " + self + "\nunicast_peer {\n " + peer + "\n}";
                    case VMAC -> "use_vmac";
                    case V3, V3_IPV6 -> "";
                };
        return """
                global_defs {
                    vrrp_version %d
                    script_user root
                }
                track_file change {
                    file %s
                    weight 1
                }
                vrrp_instance VI_1 {
                    state BACKUP
                    interface eth0
                    virtual_router_id 51
                    priority %d
                    advert_int %s
                    garp_master_delay %d
                    track_file {
                        change
                    }
                    %s
                    virtual_ipaddress {
                        %s
                    }
                }
                """
                .formatted(
                        version,
                        tracked,
                        priority,
                        intervalMs / 1000.0,
                        changed ? 4 : 5,
                        special,
                        addresses.replace(' ', '\n'));
    }
}
