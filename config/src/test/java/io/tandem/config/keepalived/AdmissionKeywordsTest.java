// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static io.tandem.config.keepalived.KeepalivedFile.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.AdvertHmac.AntiReplay;
import io.tandem.config.model.AdvertHmac.Mode;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code auth_hmac}, the hops of unicast peers, and the authentication that there is not. */
class AdmissionKeywordsTest {
    private static final String ASCII = "0123456789abcdef0123456789abcdef";

    private final KeepalivedFile conf;

    AdmissionKeywordsTest(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
    }

    @Test
    void keysComeAsTextDigitsAndFiles() throws IOException {
        Path file = Files.writeString(conf.directory().resolve("key"), "hex:" + "ab".repeat(64) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        AdvertHmac hmac = hmac(
                """
                auth_hmac {
                    key 1 %s
                    key 2 hex:%s
                    key 255 file:%s
                    active_key 2
                    anti_replay monotonic
                    time_window 300
                    mode receive-only
                }
                """
                        .formatted(ASCII, "00".repeat(32), file));

        assertThat(conf.problems().all()).isEmpty();
        assertThat(hmac)
                .isEqualTo(new AdvertHmac(
                        List.of(
                                new AdvertHmac.Key(1, ASCII),
                                new AdvertHmac.Key(2, "\0".repeat(32)),
                                new AdvertHmac.Key(255, "\u00ab".repeat(64))),
                        2,
                        AntiReplay.MONOTONIC,
                        Duration.ofMinutes(5),
                        Mode.RECEIVE_ONLY));
    }

    @Test
    void theFirstKeySignsByTimeAndEnforcesWhereNothingElseIsSaid() {
        AdvertHmac hmac = hmac("auth_hmac {\n key 7 " + ASCII + "\n}\n");

        assertThat(hmac.activeKey()).isEqualTo(7);
        assertThat(hmac.antiReplay()).isEqualTo(AntiReplay.TIME);
        assertThat(hmac.timeWindow()).isEqualTo(Duration.ofSeconds(5));
        assertThat(hmac.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(hmac("advert_int 4\n auth_hmac {\n key 7 " + ASCII + "\n}\n").timeWindow())
                .as("three intervals, at least five seconds")
                .isEqualTo(Duration.ofSeconds(12));
    }

    @Test
    void whatIsWrongIsRefusedByItsNameAndNoKeyIsEverQuoted() {
        assertThat(refusals("auth_hmac {\n}\n")).anyMatch(text -> text.endsWith("auth_hmac has no usable key"));
        assertThat(refusals("auth_hmac {\n key 1 tooshort\n}\n"))
                .anyMatch(text -> text.contains("key 1 has 8 bytes, not 32 to 64"));
        assertThat(refusals("auth_hmac {\n key 256 " + ASCII + "\n}\n"))
                .anyMatch(text -> text.contains("key 256 is no id from 1 to 255"))
                .noneMatch(text -> text.contains(ASCII));
        assertThat(refusals("auth_hmac {\n key 1 hex:12345\n}\n")).anyMatch(text -> text.contains("hexadecimal"));
        assertThat(refusals("auth_hmac {\n key 1 file:/nowhere\n}\n"))
                .anyMatch(text -> text.contains("/nowhere does not exist"));
        assertThat(refusals("auth_hmac {\n key 1 " + ASCII + "\n key 1 " + ASCII + "\n}\n"))
                .anyMatch(text -> text.contains("key 1 is there twice"))
                .noneMatch(text -> text.contains(ASCII));
        assertThat(refusals("auth_hmac {\n key 1 " + ASCII + "\n active_key 2\n}\n"))
                .anyMatch(text -> text.contains("no key 2"));
        assertThat(refusals("auth_hmac {\n key 1 " + ASCII + "\n mode off\n}\n"))
                .anyMatch(text -> text.contains("mode 'off' is not known"));
        assertThat(refusals("auth_hmac {\n key 1 " + ASCII + "\n time_window 301\n}\n"))
                .anyMatch(text -> text.contains("not used as it stands"));
        assertThat(refusals(
                        "authentication {\n auth_type PASS\n auth_pass a\n}\nauth_hmac {\n key 1 " + ASCII + "\n}\n"))
                .anyMatch(text -> text.contains("exclude each other"));
    }

    @Test
    void ahIsRefusedByItsName() {
        assertThat(refusals("authentication {\n auth_type AH\n auth_pass a\n}\n"))
                .anyMatch(text -> text.contains("'auth_type AH' is not supported"));
    }

    @Test
    void theHopsOfUnicastPeersAreReadWithKeepalivedsComplaints() {
        VirtualRouterConfig router = conf.load(
                        MINIMAL
                                + """
                         unicast_peer {
                          10.0.0.2 min_ttl 254 max_ttl 253
                          10.0.0.3 min_ttl 300
                          10.0.0.4 foo 3
                          10.0.0.6 min_ttl
                          10.0.0.7 max_ttl 64
                         }
                        }
                        """)
                .get(0);

        assertThat(router.admission().peerTtls())
                .containsExactly(new PeerTtl(ip("10.0.0.2"), 254, 253), new PeerTtl(ip("10.0.0.7"), 0, 64));
        assertThat(router.unicastPeers()).hasSize(5);
        assertThat(conf.status()).isEqualTo(5);
        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 6) (VI_1) min_ttl 254 > max_ttl 253 - all packets will be discarded",
                        "(FILE: Line 7) number '300' outside range [0, 255]",
                        "(FILE: Line 8) (VI_1) unknown unicast_peer option foo",
                        "(FILE: Line 9) (VI_1) min_ttl is missing a value");
    }

    private AdvertHmac hmac(String lines) {
        return Objects.requireNonNull(
                conf.load(MINIMAL + lines + "}\n").get(0).admission().hmac());
    }

    private List<String> refusals(String lines) {
        conf.load(MINIMAL + lines + "}\n");
        return conf.problems().all().stream()
                .filter(problem -> problem.severity() == Severity.ALERT)
                .map(Problem::text)
                .toList();
    }
}
