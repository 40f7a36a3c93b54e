// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static io.tandem.config.keepalived.KeepalivedFile.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualRouterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
            "~SEQ(",
            "scope",
            "label",
            "advert_int",
            "0.5",
            "notify"
        };
        for (long seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(80); i > 0; i--) {
                text.append(words[random.nextInt(words.length)]).append(random.nextInt(3) == 0 ? "\n" : " ");
            }
            try {
                conf.load(text.toString());
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ":\n" + text, e);
            }
        }
    }
}
