// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static io.tandem.config.keepalived.KeepalivedFile.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file as a whole: its language, what is refused, what is left out, and what contradicts itself. */
class KeepalivedConfTest {
    private final KeepalivedFile conf;

    KeepalivedConfTest(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
    }

    @Test
    void aKeywordOnTheLineOfItsBraceIsNotLost() {
        VirtualRouterConfig router = conf.load(MINIMAL + "authentication { auth_type PASS\n auth_pass secret }\n}")
                .get(0);

        assertThat(conf.problems().all()).isEmpty();
        assertThat(router.password()).isEqualTo("secret");
    }

    @Test
    void anUnknownKeywordIsNamedAndAnswered() {
        conf.load(MINIMAL + "prioritty 100\n}");

        assertThat(conf.problems().all()).hasSize(1);
        Problem problem = conf.problems().all().get(0);
        assertThat(conf.show(problem)).isEqualTo("(FILE: Line 5) Unknown keyword 'prioritty'");
        assertThat(problem.severity()).as("keepalived would run").isEqualTo(Severity.WARNING);
        assertThat(problem.remedy()).isEqualTo("did you mean 'priority'?");
    }

    @Test
    void aKeywordThatTandemLacksIsRefusedByName() {
        conf.load(MINIMAL + "accept\n track_bfd {\n b\n }\n}\n");

        assertThat(conf.texts())
                .containsExactly("(FILE: Line 7) 'track_bfd b' is not supported by this version of tandem");
        assertThat(conf.problems().hasAlerts()).isTrue();
        assertThat(conf.status()).as("keepalived minds nothing").isZero();
    }

    @Test
    void anInstanceWithoutAddressesIsRefusedAndOneThatHasSomeNeedNotSaySo() {
        conf.load(MINIMAL + "no_virtual_ipaddress\n}\n");
        assertThat(conf.texts())
                .containsExactly("(FILE: Line 5) 'no_virtual_ipaddress' has no effect in tandem: VI_1 has addresses");
        assertThat(conf.problems().hasAlerts()).isFalse();

        conf.load("vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n no_virtual_ipaddress\n}\n");
        assertThat(conf.texts())
                .containsExactly("(FILE: Line 4) 'no_virtual_ipaddress' is not supported by this version of tandem");
        assertThat(conf.conf().refused()).isTrue();
    }

    @Test
    void aKeywordWithoutEffectIsNamed() {
        conf.load(MINIMAL + "kernel_rx_buf_size 5\n}");

        assertThat(conf.texts().get(0)).startsWith("(FILE: Line 5) 'kernel_rx_buf_size' has no effect in tandem");
        assertThat(conf.problems().hasAlerts()).isFalse();
    }

    @Test
    void virtualServersGetOneNoticeEach() {
        conf.load(
                """
                virtual_server 10.0.0.1 80 {
                    delay_loop 3
                    real_server 10.0.0.2 80 {
                        weight 1
                    }
                }
                virtual_server fwmark 1 {
                }
                """);

        assertThat(conf.problems().all())
                .extracting(Problem::severity)
                .containsExactly(Severity.NOTICE, Severity.NOTICE);
        assertThat(conf.status()).isZero();
    }

    @Test
    void aMissingParameterIsFatal() {
        conf.load(MINIMAL + "priority\n}");

        assertThat(conf.texts())
                .containsExactly("(FILE: Line 5) *** Configuration line starting `priority` is missing a parameter"
                        + " after keyword `priority` at word position 2");
        assertThat(conf.status()).isEqualTo(2);
    }

    @Test
    void aMissingBraceIsAnAlert() {
        conf.load("vrrp_instance A {\n interface eth0\n virtual_router_id 5\n");

        assertThat(conf.texts()).contains("There are 1 missing '}'s or extra '{'s");
        assertThat(conf.problems().hasAlerts()).isTrue();
    }

    @Test
    void duplicateNamesAndVridsAreAlerts() {
        conf.load(MINIMAL + "}\n" + MINIMAL + "}\n" + MINIMAL.replace("VI_1", "VI_2") + "}\n");

        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 6) vrrp instance VI_1 already defined",
                        "VI_1 and VI_2 both use VRID 51 with IPv4 on interface eth0");
        assertThat(conf.problems().hasAlerts()).isTrue();
    }

    @Test
    void aVridMayRepeatInTheOtherFamilyAndOnOtherInterfaces() {
        conf.load(MINIMAL + "}\n" + MINIMAL.replace("VI_1", "VI_2").replace("10.0.0.5", "fe80::5") + "}\n"
                + MINIMAL.replace("VI_1", "VI_3").replace("eth0", "eth1") + "}\n");

        assertThat(conf.problems().all()).isEmpty();
    }

    @Test
    void anAddressOnNoNetworkOfItsInterfaceIsHintedAt() {
        KeepalivedHost.Network network = new KeepalivedHost.Network(ip("10.1.0.1"), 24);
        KeepalivedHost host =
                new KeepalivedHost(Map.of(), "host", name -> true, name -> List.of(network), Set.of(), Set.of());

        conf.load(MINIMAL + "virtual_ipaddress {\n 10.1.0.9\n }\n}", host);

        assertThat(conf.texts())
                .containsExactly("(FILE: Line 1) (VI_1) 10.0.0.5 is on none of the networks of eth0: only routers that"
                        + " have a route to it will find it");
        assertThat(conf.problems().all().get(0).severity()).isEqualTo(Severity.NOTICE);
        assertThat(conf.status()).isZero();
    }

    @Test
    void anInterfaceThatIsNotThereIsAskedForUnlessInterfacesAreDynamic() {
        KeepalivedHost host = new KeepalivedHost(
                Map.of(), "host", name -> !name.startsWith("no"), name -> List.of(), Set.of(), Set.of());
        String text = MINIMAL.replace("eth0", "no0") + "track_interface { no1 }\n}";

        assertThat(conf.load(text, host)).as("it may appear").hasSize(1);
        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 2) WARNING - interface no0 for vrrp_instance VI_1 doesn't exist",
                        "(FILE: Line 5) (VI_1) tracked interface no1 doesn't exist",
                        "Non-existent interface specified in configuration");
        assertThat(conf.status()).isEqualTo(5);

        conf.load("global_defs { dynamic_interfaces }\n" + text, host);
        assertThat(conf.problems().all()).isEmpty();
    }
}
