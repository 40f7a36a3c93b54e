// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules, interfaces of an instance's own, static addresses and the pace of announcements, beside {@code keepalived -t}. */
class KeepalivedNetworkOracleTest {
    private static final String HEAD = "vrrp_instance A {\n interface IF\n virtual_router_id 51\n";
    private static final String ADDRESS = " virtual_ipaddress {\n 10.99.77.5\n }\n";

    private static final List<String> RULES = List.of(
            "from 10.0.0.0/8 table 5",
            "to 10.0.0.0/8 table 5 no_track",
            "from 10.0.0.0/8 ip-proto udp table 5 preference 5",
            "from 10.0.0.0/8 ipproto udp sport 10-20 dport 7 table 5 preference 5",
            "from 10.0.0.0/8 ipproto udp sport 10-20 dport 7-9 table 5 preference 5",
            "from 10.0.0.0/8 tunnel-id 7 table 5 preference 5",
            "from 10.0.0.0/8 suppress_group 7 table 5 preference 5",
            "from 10.0.0.0/8 dsfield 7 table 5 order 5",
            "from 10.0.0.0/8 tos 300 table 5 order 5",
            "from 10.0.0.0/8 dev IF lookup 5 priority 5",
            "from 10.0.0.0/8 fwmark x lookup 5 priority 5",
            "from 10.0.0.0/8 fwmark 5/0xff lookup 5 priority 5",
            "from 10.0.0.0/8 lookup 5 type blackhole priority 5",
            "from 10.0.0.0/8 type blackhole priority 5",
            "from 10.0.0.0/8 goto 40 priority 50",
            "from 10.0.0.0/8 goto 60 priority 50",
            "from 10.0.0.0/8 priority 50",
            "priority 50 table 5",
            "from fd00::/8 to 10.0.0.0/8 table 5 priority 5",
            "from 10.0.0.300 table 5 priority 5",
            "from 10.0.0.0/33 table 5 priority 5",
            "from 10.0.0.0/8 table none priority 5",
            "from 10.0.0.0/8 table 5 priority x",
            "from 10.0.0.0/8 table 5 priority 5 uidrange 7",
            "from 10.0.0.0/8 table 5 priority 5 uidrange 7-9 protocol none",
            "from 10.0.0.0/8 table 5 priority 5 protocol 12",
            "from 10.0.0.0/8 table 5 priority 5 realms 3",
            "from 10.0.0.0/8 table 5 priority 5 realms x/7",
            "from 10.0.0.0/8 l3mdev priority 7",
            "from",
            "from 10.0.0.0/8 table",
            "to default table 5 priority 5");

    private static final List<String> INSTANCE = List.of(
            "use_vmac",
            "use_vmac toolongname12345678",
            "use_vmac a b c",
            "use_vmac 00:00:5e:00:01:33",
            "use_vmac va 02:00:00:00:01:33",
            "use_vmac\n unicast_peer {\n 10.9.9.9\n }",
            "vmac_xmit_base",
            "use_ipvlan foo 10.99.0.77 private",
            "garp_extra_if all 100",
            "garp_extra_if x",
            "garp_extra_if",
            "garp_extra_if 90000",
            "garp_master_repeat 0",
            "garp_lower_prio_delay x",
            "garp_lower_prio_repeat 300",
            "garp_lower_prio_repeat x",
            "garp_master_refresh -1",
            "promote_secondaries");

    private static final List<String> GLOBAL = List.of(
            "vrrp_garp_interval x",
            "vrrp_garp_interval 0.01",
            "vrrp_gna_interval 5000",
            "vrrp_min_garp",
            "vrrp_min_garp foo",
            "vrrp_garp_extra_if 90000",
            "vrrp_garp_extra_if all",
            "vrrp_garp_extra_if all 7",
            "vrrp_garp_lower_prio_delay -1",
            "vrrp_garp_lower_prio_repeat 0",
            "vrrp_garp_lower_prio_repeat x");

    private static final List<String> TOP = List.of(
            "garp_group {\n garp_interval x\n}",
            "garp_group {\n garp_interval 0.1\n interface IF\n}",
            "garp_group {\n interface IF\n}",
            "garp_group {\n garp_interval 0.1\n interface IF\n}\ngarp_group {\n garp_interval 0.2\n interface IF\n}",
            "static_ipaddress {\n 10.3.0.1/24 dev IF track_group G\n 10.3.0.300\n}",
            "static_ipaddress {\n 10.3.0.1/24 dev IF brd + label IF:x home -nodad no_track\n 10.3.0.2 track_group\n}",
            "track_group G {\n group {\n A\n }\n}\nstatic_routes {\n 10.44.0.0/16 via 10.0.0.1 track_group G\n}",
            "static_rules {\n from 10.0.0.0/8 table 5 track_group H priority 3\n}",
            "static_rules {\n from 10.0.0.0/8 table 5\n from fd00::/8 table 5\n}");

    @Test
    void keepalivedSaysTheSameOfRules(@TempDir Path directory) throws Exception {
        compare(RULES.stream().map(rule -> HEAD + ADDRESS + " virtual_rules {\n " + rule + "\n }\n}\n"), directory);
    }

    @Test
    void keepalivedSaysTheSameOfInstancesAndGlobals(@TempDir Path directory) throws Exception {
        compare(
                Stream.of(
                                INSTANCE.stream().map(line -> HEAD + ADDRESS + " " + line + "\n}\n"),
                                GLOBAL.stream()
                                        .map(line -> "global_defs {\n " + line + "\n}\n" + HEAD + ADDRESS + "}\n"),
                                TOP.stream().map(block -> block + "\n" + HEAD + ADDRESS + "}\n"))
                        .flatMap(files -> files),
                directory);
    }

    @Test
    void addressesBeyondOnePacketAreMovedAlongAsByKeepalived(@TempDir Path directory) throws Exception {
        compare(Stream.of(many(256, "10.99.%d.%d"), many(255, "10.99.%d.%d"), many(120, "fd99::%x:%x")), directory);
    }

    private static String many(int count, String format) {
        StringBuilder addresses = new StringBuilder(HEAD + " version 3\n virtual_ipaddress {\n");
        addresses.append(format.startsWith("fd") ? " fe80::99/64\n" : "");
        for (int i = 0; i < count; i++) {
            addresses.append(' ').append(format.formatted(i / 200, i % 200 + 1)).append('\n');
        }
        return addresses.append(" }\n}\n").toString();
    }

    private static void compare(Stream<String> files, Path directory) throws Exception {
        KeepalivedOracleTest.compare(files.toList(), directory);
    }
}
