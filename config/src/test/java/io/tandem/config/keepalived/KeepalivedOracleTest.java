// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.config.text.Problems;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same files given to {@code keepalived -t}: its messages and its status are ours. */
class KeepalivedOracleTest {
    private static final String HEAD = "vrrp_instance A {\n interface IF\n virtual_router_id 51\n";
    private static final String ADDRESS = " virtual_ipaddress {\n 10.99.77.5\n }\n";

    private static final List<String> FILES = List.of(
            HEAD + ADDRESS + "}\n",
            "",
            "global_defs {\n router_id x\n}\n" + HEAD + " state MASTER\n priority 150\n" + ADDRESS + "}\n",
            HEAD + ADDRESS + " authentication {\n auth_type PASS\n auth_pass abcdefghij\n }\n}\n",
            HEAD + ADDRESS + " authentication {\n auth_type FOO\n auth_pass x\n }\n}\n",
            HEAD + ADDRESS + " authentication {\n auth_type PASS\n }\n}\n",
            HEAD + ADDRESS + " version 3\n authentication {\n auth_type PASS\n auth_pass x\n }\n}\n",
            HEAD + ADDRESS + " prioritty 5\n}\n",
            HEAD + ADDRESS + " priority\n}\n",
            HEAD + ADDRESS + " priority 256\n}\n",
            HEAD + ADDRESS + " priority x\n}\n",
            HEAD + ADDRESS + " state FOO\n}\n",
            HEAD + ADDRESS + " advert_int 0.001\n}\n",
            HEAD + ADDRESS + " advert_int 1.4\n}\n",
            HEAD + ADDRESS + " version 3\n advert_int 41\n}\n",
            HEAD + ADDRESS + " version 4\n}\n",
            HEAD + ADDRESS + " preempt_delay 2000\n}\n",
            HEAD + ADDRESS + " priority 255\n nopreempt\n}\n",
            HEAD + ADDRESS + " down_timer_adverts 0\n}\n",
            HEAD + ADDRESS + " nopreempt extra words\n}\n",
            HEAD + " virtual_ipaddress {\n 10.0.0.300\n 10.0.0.1/33\n 10.0.0.2\n }\n}\n",
            HEAD + " virtual_ipaddress {\n 10.0.0.2\n fd00::1\n }\n}\n",
            HEAD + ADDRESS + " track_script {\n none\n }\n}\n",
            "vrrp_script s {\n}\n" + HEAD + ADDRESS + "}\n",
            "vrrp_script s {\n script /bin/true\n user root\n}\n" + HEAD + ADDRESS + " track_script {\n s\n }\n}\n",
            "vrrp_instance A {\n interface IF\n" + ADDRESS + "}\n",
            "vrrp_instance A {\n interface lo\n virtual_router_id 3\n" + ADDRESS + "}\n",
            HEAD + ADDRESS + "}\n" + HEAD.replace(" A ", " B ") + ADDRESS + "}\n",
            HEAD + ADDRESS + "}\n" + HEAD.replace("51", "52") + ADDRESS + "}\n",
            HEAD + ADDRESS + " unicast_peer {\n 10.0.0.300\n }\n}\n",
            HEAD + ADDRESS + " unicast_src_ip 10.0.0.4\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16\n blackhole 10.5.0.0/16\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 via 10.0.0.9 dev IF foo 1\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 via 10.0.0.x dev IF\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/33 via 10.0.0.9 dev IF\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 via fe80::1 dev IF\n via 10.0.0.9 dev IF\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 dev IF table none\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 dev IF scope none\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 dev IF protocol none\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 dev IF metric x\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 dev IF mtu\n }\n}\n",
            HEAD + ADDRESS + " virtual_routes {\n 10.4.0.0/16 dev IF metric 3 tos 4 mtu 1400 no_track\n }\n}\n",
            "track_file f {\n weight 255\n file /run/x\n}\n" + HEAD + ADDRESS + "}\n",
            "track_file f {\n weight 2\n}\n" + HEAD + ADDRESS + "}\n",
            HEAD + ADDRESS + " track_file {\n none\n }\n}\n",
            HEAD + ADDRESS + " vrf red\n}\n",
            HEAD + ADDRESS + " unicast_ttl 300\n unicast_peer {\n 10.99.77.2\n }\n}\n",
            HEAD + ADDRESS + " unicast_ttl x\n unicast_peer {\n 10.99.77.2\n }\n}\n",
            HEAD + ADDRESS + " unicast_ttl 7\n}\n",
            HEAD + ADDRESS + " mcast_src_ip 10.77.0.300\n}\n",
            HEAD + ADDRESS + " mcast_src_ip 10.77.0.9\n track_src_ip\n dont_track_primary extra\n}\n",
            HEAD + ADDRESS + " unicast_fault_no_peer\n check_unicast_src\n}\n",
            HEAD + ADDRESS + " higher_prio_send_advert maybe\n}\n",
            HEAD + ADDRESS + " higher_prio_send_advert\n strict_mode\n accept\n}\n",
            HEAD + ADDRESS + " strict_mode\n version 3\n accept\n}\n",
            HEAD + ADDRESS + " no_accept\n accept\n priority 255\n}\n",
            HEAD + ADDRESS
                    + " strict_mode\n unicast_peer {\n 10.77.0.2\n }\n preempt_delay 5\n use_vmac\n vmac_xmit_base\n}\n",
            "interface_up_down_delays {\n IF 10\n}\n" + HEAD + ADDRESS + "}\n",
            "interface_up_down_delays {\n IF 0.5 300\n IF\n IF -1\n IF x\n}\n" + HEAD + ADDRESS + "}\n",
            "net_namespace\n" + HEAD + ADDRESS + "}\n",
            "global_defs {\n net_namespace nn\n}\n" + HEAD + ADDRESS + "}\n",
            "net_namespace n1\nnet_namespace n2\n" + HEAD + ADDRESS + "}\n",
            "include nowhere.conf\n",
            "$P=7\n" + HEAD + ADDRESS + " priority $P\n}\n");

    @Test
    void keepalivedSaysTheSame(@TempDir Path directory) throws Exception {
        compare(FILES, directory);
    }

    /** @param files with IF for the name of an interface */
    static void compare(List<String> files, Path directory) throws Exception {
        String interfaceName = anInterface();
        boolean ready = Files.isExecutable(Path.of("/usr/sbin/keepalived")) && !interfaceName.isEmpty();
        assertThat(ready || !"true".equals(System.getenv("CI")))
                .as("keepalived and an interface")
                .isTrue();
        assumeTrue(ready);
        Path file = directory.resolve("k.conf");
        for (String text : files) {
            Files.writeString(file, text.replace("IF", interfaceName));
            Path said = directory.resolve("said");
            Process keepalived = new ProcessBuilder("/usr/sbin/keepalived", "-t", "-f", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            assertThat(keepalived.waitFor(20, TimeUnit.SECONDS)).isTrue();

            Problems problems = new Problems();
            KeepalivedConf conf = KeepalivedConf.load(file, Map.of("PATH", "/usr/bin:/bin"), "host", problems);

            assertThat(conf.checkStatus()).as(text + said(said)).isEqualTo(keepalived.exitValue());
            List<String> ours =
                    problems.all().stream().map(problem -> bare(problem.text())).toList();
            for (String line : said(said)) {
                assertThat(ours).as("%s%s", text, said(said)).contains(bare(line));
            }
        }
    }

    /** keepalived gives a line to fewer messages than we do. */
    private static String bare(String message) {
        return message.replaceFirst("^\\([^)]*Line \\d+\\) ", "");
    }

    private static List<String> said(Path output) throws IOException {
        return Files.readAllLines(output).stream()
                .filter(line -> !line.isBlank())
                .distinct()
                .toList();
    }

    static String anInterface() throws IOException {
        return NetworkInterface.networkInterfaces()
                .filter(each -> {
                    try {
                        return !each.isLoopback() && each.isUp();
                    } catch (IOException e) {
                        return false;
                    }
                })
                .map(NetworkInterface::getName)
                // Those of a running lab may vanish; eth0 and its like stay.
                .min(Comparator.comparing((String name) -> !name.startsWith("e"))
                        .thenComparing(name -> name))
                .orElse("");
    }
}
