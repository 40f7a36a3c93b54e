// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static io.tandem.config.keepalived.KeepalivedFile.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Definitions, conditions and includes of {@code keepalived.conf}, and texts that are none. */
class KeepalivedTextTest {
    private final KeepalivedFile conf;

    KeepalivedTextTest(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
    }

    @Test
    void definitionsAreReplacedWhereUsed() {
        VirtualRouterConfig router = conf.load(
                        """
                        $IF=eth7
                        $BASE=10.2.${SUB}
                        $SUB=3
                        $BODY= \\
                          virtual_router_id 9 \\
                          priority 77   # the best \\
                        vrrp_instance "A B" {
                          interface ${IF}
                          $BODY
                          virtual_ipaddress { ${BASE}.4/24 }
                          authentication { auth_type PASS
                            auth_pass ${_ENV SECRET}${_HASH}$x
                          }
                        }
                        """
                                .replace("   # the best \\", ""),
                        Map.of("SECRET", "abc"),
                        "")
                .get(0);

        assertThat(conf.problems().all()).isEmpty();
        assertThat(router.name()).isEqualTo("A B");
        assertThat(router.interfaceName()).isEqualTo("eth7");
        assertThat(router.vrid()).isEqualTo(9);
        assertThat(router.priority()).isEqualTo(77);
        assertThat(router.addresses().get(0).address()).isEqualTo(ip("10.2.3.4"));
        assertThat(router.password()).as("what is not defined stays").isEqualTo("abc#$x");
    }

    @Test
    void aDefinitionThatRefersToItselfEnds() {
        conf.load("$A=x${A}\n${A}\n");
        assertThat(conf.status()).isEqualTo(2);

        conf.load("$B= \\\n a \\\n ${B} \\\n\n${B}\n");
        assertThat(conf.status()).isEqualTo(2);
    }

    @Test
    void conditionalLinesCountForTheirId() {
        String text = MINIMAL + "@lb1 priority 11\n@lb2 priority 12\n@^lb1 preempt_delay 3\n}";

        assertThat(conf.load(text, Map.of(), "lb1").get(0).priority()).isEqualTo(11);
        VirtualRouterConfig other = conf.load(text, Map.of(), "lb2").get(0);
        assertThat(other.priority()).isEqualTo(12);
        assertThat(other.preemptDelay()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void includesAreReadInPlaceAndMissingOnesNamed() throws IOException {
        Path directory = conf.directory();
        Files.createDirectories(directory.resolve("d"));
        Files.writeString(
                directory.resolve("d/b.conf"), MINIMAL.replace("VI_1", "B").replace("51", "52") + "}\n");
        Files.writeString(directory.resolve("d/a.conf"), MINIMAL.replace("VI_1", "A") + "}\n");

        assertThat(conf.load("include d/*.conf\ninclude nowhere.conf\n"))
                .extracting(VirtualRouterConfig::name)
                .containsExactly("A", "B");
        assertThat(conf.texts()).containsExactly("(FILE: Line 2) Config files missing 'nowhere.conf'.");
        assertThat(conf.status()).isZero();
    }

    @Test
    void includesThatMustSucceedGiveKeepalivedsStatus() throws IOException {
        Path directory = conf.directory();
        Files.createDirectories(directory.resolve("d"));
        Files.writeString(directory.resolve("d/x.conf"), MINIMAL + "}\n");
        Map<String, Integer> statuses = Map.ofEntries(
                Map.entry("include /nosuch", 0),
                Map.entry("includer /nosuch", 0),
                Map.entry("includem /nosuch", 6),
                Map.entry("includew /nosuch", 6),
                Map.entry("includew /nosuch/*", 6),
                Map.entry("includeb /nosuch", 0),
                Map.entry("includeb /nosuch/{a,b}", 6),
                Map.entry("includem /nosuch/{a,b}", 0),
                Map.entry("includea /nosuch/{a,b}", 6),
                Map.entry("includea d/{x,x}.conf", 5),
                Map.entry("global_defs {\n include_check\n}\ninclude /nosuch", 6),
                Map.entry(
                        "global_defs {\n include_check match\n}\nglobal_defs {\n include_check -match\n}\n"
                                + "include /nosuch",
                        0));
        statuses.forEach((text, status) -> {
            conf.load(text + "\n");
            assertThat(conf.status()).as(text + conf.texts()).isEqualTo(status);
        });
    }

    @Test
    void aSequenceIsALineForEachNumber() {
        String text = "$VI= \\\n vrrp_instance V${A}x${B} { \\\n interface eth${A} \\\n virtual_router_id ${B} \\\n"
                + " virtual_ipaddress { \\\n 10.0.${A}.${B} \\\n } \\\n }\n"
                + "~SEQ(A, 0, 1) ~SEQ(B, 5, -2, 3) $VI\n";

        assertThat(conf.load(text))
                .extracting(VirtualRouterConfig::name)
                .containsExactly("V0x5", "V0x3", "V1x5", "V1x3");
        assertThat(conf.problems().all()).isEmpty();
    }

    @Test
    void aListIsALineForEachOfItsValues() {
        List<VirtualRouterConfig> routers = conf.load(MINIMAL + "virtual_ipaddress {\n"
                + "~LST({A, B}, {1, 2}, {3, 4}) ~SEQx(C, 9, 10) fd00::${A}:${B}:${C}\n ~SEQ(D, 2) 10.9.0.${D}\n}\n}");

        assertThat(routers.get(0).addresses())
                .extracting(VirtualAddress::address)
                .containsExactly(ip("10.0.0.5"), ip("10.9.0.1"), ip("10.9.0.2"));
        assertThat(conf.texts())
                .extracting(each -> each.replaceFirst(".*instance ", ""))
                .containsExactly(
                        "[fd00::1:2:9] - ignoring",
                        "[fd00::1:2:a] - ignoring",
                        "[fd00::3:4:9] - ignoring",
                        "[fd00::3:4:a] - ignoring");
    }

    @Test
    void aSequenceThatIsNoneIsNamedAndOneThatNeverEndsIsRefused() {
        conf.load("~SEQ(X) foo\n~LST(X) foo\n~SEQ foo\n~SEQ(A, 1, 999999999) foo\n");
        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 1) Invalid ~SEQ specification '~SEQ(X) foo'",
                        "(FILE: Line 2) Invalid ~LST specification '~LST(X) foo'",
                        "(FILE: Line 3) Invalid ~SEQ specification '~SEQ foo'",
                        "(FILE: Line 4) Invalid ~SEQ specification '~SEQ(A, 1, 999999999) foo'");

        conf.load("~SEQ(A, 1, 60000) ~SEQ(B, 1, 60000) ~SEQ(C, 1, 60000) foo\n");
        assertThat(conf.status()).isEqualTo(2);
    }

    @Test
    void aRandomNumberIsTheSameAtTheNextReload() {
        String text = MINIMAL + "priority ${_RANDOM 10 200}\n}";

        int first = conf.load(text).get(0).priority();
        assertThat(first).isBetween(10, 200);
        assertThat(conf.load(text).get(0).priority()).isEqualTo(first);
    }

    @Test
    void aFileThatIncludesItselfEnds() {
        conf.load("include keepalived.conf\n");

        assertThat(conf.status()).isEqualTo(2);
    }

    @Test
    void anyTextIsReadToItsEnd() {
        String[] words = {
            "{",
            "}",
            "\n",
            " ",
            "\"",
            "'",
            "\\",
            "$A=",
            "${A}",
            "$A",
            "@",
            "@^x",
            "include",
            "!",
            "#",
            "vrrp_instance",
            "A",
            "virtual_router_id",
            "5",
            "-1",
            "virtual_ipaddress",
            "10.0.0.1/24",
            "dev",
            "authentication",
            "auth_pass",
            "vrrp_script",
            "script",
            "track_script",
            "weight",
            "unicast_peer",
            "global_defs",
            "vrrp_sync_group",
            "group",
            "priority",
            "99999999999999999999",
            "\u00e4",
            "~SEQ(A, 1, 3)",
            "~SEQx(",
            "~LST({A, B}, {1, 2}, {3, 4})",
            "~LST(",
            "includea",
            "include_check",
            "{a,b}*[",
            "${_RANDOM 1 9}",
            "vrrp_track_process",
            "process",
            "quorum",
            "track_process",
            "track_file",
            "file",
            "init_file",
            "track_interface",
            "smtp_alert",
            "notification_email",
            "smtp_server",
            "vrrp_notify_fifo",
            "interface_up_down_delays",
            "linkbeat_interfaces",
            "garp_group",
            "global_tracking",
            "notify_deleted",
            "notify_master",
            "state",
            "MASTER",
            "nopreempt",
            "vrrp_iptables",
            "umask",
            "\0",
            "virtual_routes",
            "via",
            "scope",
            "label",
            "advert_int",
            "0.5",
            "notify"
        };
        KeepalivedHost host = KeepalivedHost.anywhere(Map.of("PATH", "/bin"), "x");
        long endNs = System.nanoTime() + Long.getLong("tandem.fuzz.seconds", 0) * 1_000_000_000L;
        for (long seed = 0; seed < 3_000 || System.nanoTime() - endNs < 0; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(80); i > 0; i--) {
                text.append(words[random.nextInt(words.length)]).append(random.nextInt(3) == 0 ? "\n" : " ");
            }
            try {
                conf.load(text.toString(), host);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ":\n" + text, e);
            }
        }
    }
}
