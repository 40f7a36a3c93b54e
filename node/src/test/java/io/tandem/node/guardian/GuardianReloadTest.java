// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Program;
import io.tandem.vrrp.netlink.NetNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a running guardian makes of files that have changed: all of it, or nothing, and never without a word. */
@Timeout(240)
class GuardianReloadTest {
    private static final int SIGHUP = 1;
    private static final String INSTANCE = "vrrp_instance K {\n interface eth0\n virtual_router_id 61\n version 3\n"
            + " advert_int 0.1\n priority 120\n virtual_ipaddress {\n 10.99.0.61\n }\n";
    private static final String GOOD = INSTANCE + "}\n";

    @TempDir
    Path directory;

    private GuardianPair pair;
    private GuardianHost a;

    @BeforeEach
    void hosts() throws IOException {
        Program.assumeRoot();
        pair = new GuardianPair(directory);
        a = pair.a();
    }

    @AfterEach
    void close() throws IOException {
        if (pair != null) {
            pair.close();
        }
    }

    @Test
    void aBadKeepalivedConfChangesNothingAndAGoodOneAfterItCounts() throws IOException {
        Path file = a.directory().resolve("keepalived.conf");
        Files.writeString(file, GOOD);
        Files.writeString(a.directory().resolve("tandem.conf"), "proxy.files = [ \"haproxy.cfg\" ]\n");
        a.start("-W", "-f", file.toString());
        pair.until("active", () -> stateOfK().contains("state=ACTIVE"));
        String history = a.ask("vrrp history K");

        int failures = 0;
        for (Map.Entry<String, String> bad : badFiles().entrySet()) {
            if (bad.getKey().isEmpty()) {
                Files.delete(file);
            } else {
                Files.writeString(file, bad.getValue(), StandardCharsets.ISO_8859_1);
            }
            long sent = sent();
            GuardianHost.signal(a.process().pid(), SIGHUP);
            long failed = ++failures;
            pair.until("refused: " + bad.getKey(), () -> a.number("\"failed_reloads\":(\\d+)") == failed);
            pair.until("it advertises: " + bad.getKey(), () -> sent() > sent + 3);
            assertThat(stateOfK()).as(bad.getKey()).contains("state=ACTIVE", "priority=120", "10.99.0.61");
        }
        assertThat(a.ask("vrrp history K")).as("no transition").isEqualTo(history);
        assertThat(a.log())
                .contains("keepalived.conf: Line 1")
                .contains("'auth_type AH' is not supported")
                .contains("no virtual router is left in the files");

        Path badProxy = Files.createFile(a.directory().resolve("bad"));
        Files.writeString(file, GOOD.replace("priority 120", "priority 130"));
        assertThat(a.ask("reload")).startsWith("failed\n").contains("unknown keyword 'foo'");
        assertThat(stateOfK()).as("the proxy's part is bad").contains("priority=120");
        Files.delete(badProxy);
        assertThat(a.ask("reload")).isEqualTo("reloaded\n");
        pair.until("taken", () -> stateOfK().contains("priority=130"));
        assertThat(a.ask("vrrp history K")).as("still none").isEqualTo(history);
    }

    /** By what is wrong; nothing for no file at all. */
    private static Map<String, String> badFiles() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("a brace is missing", INSTANCE);
        files.put("a parameter is missing", INSTANCE + "priority\n}\n");
        files.put("twice the same VRID", GOOD + GOOD.replace(" K ", " L "));
        files.put("no address", GOOD.replace("10.99.0.61", ""));
        files.put("what is not to be had", INSTANCE + "authentication {\n auth_type AH\n auth_pass x\n}\n}\n");
        files.put("empty", "");
        files.put("cut off", GOOD.substring(0, 30));
        files.put("no text", "\u0000\u0001\u00ff\u00fe".repeat(500));
        files.put("", "");
        return files;
    }

    @Test
    void witnessHooksAndProxyHealthComeAndGoWithAReloadAndTheClusterSaysThatItWaits() throws IOException {
        Path hooked = a.directory().resolve("hooked");
        a.start("-W");
        pair.until("active", () -> a.isActive());
        Files.createFile(a.directory().resolve("ill"));

        a.configure(
                """
                vrrp.on-active { command = [ /bin/sh, "-c", "echo $TANDEM_ROUTER $TANDEM_REASON >> %s" ] }
                vrrp.on-alarm { command = [ /bin/true ] }
                vrrp.witness { address = 10.99.0.11, interval = 100ms }
                vrrp.proxy-health { backends = [ web ], weight = 30 }
                cluster.liveness-port = 7999
                """
                        .formatted(hooked));
        assertThat(a.ask("reload")).isEqualTo("reloaded\n");

        pair.until("the hook ran for who is active already", () -> text(hooked).equals("VI_1 reload\n"));
        pair.until("the backend counts", () -> a.ask("vrrp status VI_1").contains(" priority=70 "));
        String json = a.json();
        assertThat(json).contains("\"on-active\":", "\"on-alarm\":", "10.99.0.11 is=reachable");
        assertThat(a.log()).contains("standin watch [web]").contains("change with the next start of the guardian");

        assertThat(a.ask("reload")).isEqualTo("reloaded\n");
        assertThat(text(hooked)).as("the same hook has run for it").isEqualTo("VI_1 reload\n");

        a.configure("");
        assertThat(a.ask("reload")).isEqualTo("reloaded\n");
        pair.until("nothing of it counts", () -> a.ask("vrrp status VI_1").contains(" priority=100 "));
        assertThat(a.json()).doesNotContain("\"on-active\":", "10.99.0.11 is=");
        assertThat(a.log()).contains("standin watch []");
        assertThat(a.isActive()).isTrue();
    }

    @Test
    void theWholeNodeMovesIntoTheNamespaceThatIsNamed() throws IOException {
        GuardianHost b = pair.b();
        String name = "tnd-moved-" + ProcessHandle.current().pid();
        b.namespace().pin(name);
        try {
            a.configure("vrrp.net-namespace = " + name);
            a.start("-W");
            pair.until("active there", () -> a.isActive() && b.holds());
            assertThat(a.holds()).isFalse();
            assertThat(b.processes()).contains(a.process().pid(), a.proxyPid());

            assertThat(a.ask("reload")).isEqualTo("reloaded\n");
            a.configure("");
            assertThat(a.ask("reload")).isEqualTo("reloaded\n");
            assertThat(a.log()).contains("net_namespace: a running guardian stays in the network namespace");
            assertThat(b.holds()).isTrue();
        } finally {
            NetNamespace.unpin(name);
        }
    }

    @Test
    void aNamespaceThatIsNotThereIsNamed() throws Exception {
        a.configure("vrrp.net-namespace = tnd-nowhere");
        a.start("-W");
        assertThat(a.process().waitFor()).isEqualTo(1);
        assertThat(a.log()).contains("there is no such network namespace (ip netns add tnd-nowhere)");
    }

    private String stateOfK() {
        return a.ask("vrrp status K");
    }

    private long sent() {
        return a.number("\"adverts_sent\":(\\d+)");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
