// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.text.Problems;
import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Privileges;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** keepalived.data and keepalived.stats beside those of a real keepalived: no line that it has not, none with another value. */
@Timeout(120)
class DumpKeysTest {
    private static final int SIGUSR1 = 10;
    private static final int SIGUSR2 = 12;
    private static final Pattern LINE = Pattern.compile("( {1,3})([A-Z][^=:]*?) ?(?:[=:] ?(.*))?");

    /** Where it stands; and a default of the script's timeout, which keepalived writes as 0. */
    private static final List<String> NOT_COMPARED = List.of(
            "State",
            "Wantstate",
            "Last transition",
            "Effective priority",
            "Timeout",
            "VRRP Sync Group",
            "Command",
            "Generic state transition script",
            "Master state transition script");

    private static final String FILE =
            """
            global_defs {
                router_id R
                enable_script_security
                script_user root
            }
            vrrp_script s {
                script /usr/bin/true
                interval 2
                weight -5
                rise 2
                fall 3
            }
            vrrp_sync_group G {
                group {
                    A
                    B
                }
            }
            vrrp_instance A {
                interface eth0
                virtual_router_id 51
                priority 150
                advert_int 2
                nopreempt
                garp_lower_prio_delay 3
                garp_lower_prio_repeat 2
                virtual_ipaddress {
                    10.199.1.50/24
                }
                virtual_ipaddress_excluded {
                    10.199.1.51/24
                }
                notify_master /usr/bin/true
                notify /usr/bin/true
            }
            vrrp_instance B {
                interface eth1
                virtual_router_id 52
                version 3
                advert_int 0.25
                preempt_delay 7
                no_accept
                dont_track_primary
                higher_prio_send_advert
                unicast_ttl 9
                unicast_src_ip 10.199.2.1
                unicast_peer {
                    10.199.2.2 min_ttl 5
                    10.199.2.3
                }
                virtual_ipaddress {
                    10.199.2.50/24
                }
            }
            vrrp_instance C {
                interface eth2
                virtual_router_id 53
                state BACKUP
                track_script {
                    s
                }
                authentication {
                    auth_type PASS
                    auth_pass secret
                }
                virtual_ipaddress {
                    10.199.3.50
                }
            }
            """;

    @TempDir
    Path directory;

    @Test
    void everyLineIsOneOfKeepalivedsAndSaysTheSame() throws Exception {
        Privileges.needRoot();
        boolean ready = Files.isExecutable(RunningKeepalived.PROGRAM);
        assertThat(ready || !"true".equals(System.getenv("CI")))
                .as("keepalived is installed")
                .isTrue();
        Assumptions.assumeTrue(ready);
        Path file = Files.writeString(directory.resolve("keepalived.conf"), FILE);
        try (NetNamespace namespace = RunningKeepalived.namespace(RunningKeepalived.INTERFACES)) {
            Map<String, String> theirs =
                    RunningKeepalived.dumps(directory, file, namespace, Map.of(SIGUSR1, "data", SIGUSR2, "stats"));
            KeepalivedConf conf = KeepalivedCorpusTest.load(file, namespace, new Problems());
            Snapshot snapshot = KeepalivedCorpusTest.snapshot(conf);

            assertThat(differences(lines(DataDump.of(snapshot)), lines(String.valueOf(theirs.get("data")))))
                    .isEmpty();
            assertThat(shape(StatsDump.of(snapshot))).isEqualTo(shape(String.valueOf(theirs.get("stats"))));
        }
    }

    private static List<String> differences(Map<String, String> ours, Map<String, String> theirs) {
        List<String> differences = new ArrayList<>();
        assertThat(ours).as("lines").hasSizeGreaterThan(80);
        ours.forEach((key, value) -> {
            String other = theirs.get(key);
            boolean compared = NOT_COMPARED.stream().noneMatch(each -> key.endsWith("/" + each));
            if (other == null || (compared && !other.equals(value))) {
                differences.add(key + ": " + value + ", keepalived " + other);
            }
        });
        return differences;
    }

    /** By section, block and key. */
    private static Map<String, String> lines(String dump) {
        Map<String, String> lines = new LinkedHashMap<>();
        String section = "";
        String block = "";
        for (String line : dump.split("\n", -1)) {
            Matcher matcher = LINE.matcher(line);
            if (line.startsWith("------")) {
                section = line;
                block = "";
            } else if (matcher.matches()) {
                String value = matcher.group(3) == null ? "" : matcher.group(3).strip();
                if (matcher.group(1).length() == 1) {
                    block = matcher.group(2) + " " + value.split(",", 2)[0];
                }
                lines.put(section + "/" + block + "/" + matcher.group(2), value);
            }
        }
        return lines;
    }

    /** All but the numbers, which are of the moment. */
    private static String shape(String stats) {
        return stats.replaceAll("\\d+", "N").strip();
    }
}
