// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.ClusterConfig.Member;
import io.tandem.config.model.NodeConfig;
import io.tandem.config.model.OperatingConfig;
import io.tandem.config.model.OperatingConfig.Hook;
import io.tandem.config.model.OperatingConfig.ProxyHealth;
import io.tandem.config.model.OperatingConfig.Witness;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What tandem.conf says of the guardian's own affairs: witness, hooks, health, several networks. */
class OperatingTest {
    @TempDir
    Path directory;

    @Test
    void witnessHooksAndHealthAreReadWithTheirDefaults() throws IOException {
        OperatingConfig read = Objects.requireNonNull(load(
                        """
                        vrrp {
                          witness { address = 10.0.0.254 }
                          on-active { url = "https://cloud.example/move", headers = [ "Authorization: Bearer x" ], retries = 5 }
                          on-alarm { command = [ "/usr/bin/page", "me" ], timeout = 2s, user = nobody }
                          proxy-health { backends = [ web, api ] }
                        }
                        """,
                        new Problems()))
                .operating();

        assertThat(read.witness())
                .isEqualTo(new Witness(InetAddress.getByName("10.0.0.254"), 0, Duration.ofMillis(500), 3));
        assertThat(read.onActive())
                .isEqualTo(new Hook(
                        List.of(),
                        URI.create("https://cloud.example/move"),
                        List.of("Authorization: Bearer x"),
                        Duration.ofSeconds(5),
                        5,
                        null));
        assertThat(read.onAlarm())
                .isEqualTo(
                        new Hook(List.of("/usr/bin/page", "me"), null, List.of(), Duration.ofSeconds(2), 3, "nobody"));
        assertThat(read.health()).isEqualTo(new ProxyHealth(List.of("web", "api"), 100));
        assertThat(String.valueOf(read.onActive())).isEqualTo("https://cloud.example");
    }

    @Test
    void membersMayHaveAnAddressOnEachOfSeveralNetworks() throws IOException {
        ClusterConfig cluster = Objects.requireNonNull(Objects.requireNonNull(
                        load(cluster("lb1 = [ 10.0.0.1, 10.1.0.1 ], lb2 = [ 10.0.0.2, 10.1.0.2 ]"), new Problems()))
                .cluster());

        assertThat(cluster.members())
                .containsExactly(
                        new Member("lb1", address("10.0.0.1"), List.of(address("10.1.0.1"))),
                        new Member("lb2", address("10.0.0.2"), List.of(address("10.1.0.2"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lb1 = [ 10.0.0.1, 10.1.0.1 ], lb2 = 10.0.0.2 | has 1 addresses, lb1 has 2",
                "lb1 = [ 10.0.0.1, 10.1.0.1 ], lb2 = [ 10.0.0.2, 10.1.0.1 ] | is an address that was given before",
                "lb1 = [ 10.0.0.1, 10.0.0.1 ], lb2 = [ 10.0.0.2, 10.1.0.1 ] | is an address that was given before",
                "lb1 = 10.0.0.x, lb2 = 10.0.0.2 | is not an IP address"
            })
    void networksThatDoNotMatchAreRefused(String members, String message) throws IOException {
        assertThat(mistakes(cluster(members))).anyMatch(text -> text.contains(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "witness { port = 80 } | has no \"address\"",
                "witness { address = 10.0.0.254, interval = 1ms } | is not between 50ms and 10s",
                "witness { address = 10.0.0.254, adress = 1 } | unknown key \"vrrp.witness.adress\"",
                "on-active { } | or \"url\" is needed",
                "on-active { command = [ move ] } | is no absolute path",
                "on-active { command = [ /x ], url = \"http://a/\" } | or \"url\" is needed",
                "on-alarm { url = \"ftp://a/\" } | is no http or https URL",
                "on-alarm { url = \"http://a/\", headers = [ \"a b\" ] } | is not \"name: value\"",
                "on-alarm { url = \"http://a/\", headers = [ \"Host: b\" ] } | \"Host\", which the call sets by itself",
                "proxy-health { weight = 10 } | has no \"backends\"",
                "proxy-health { backends = [ \"a b\" ] } | no name of a backend"
            })
    void aMistakeIsNamed(String text, String message) throws IOException {
        assertThat(mistakes("vrrp { " + text + " }\n")).anyMatch(said -> said.contains(message));
    }

    private String cluster(String members) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "0123456789abcdef");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        return "cluster { self = lb1, secret-file = secret, members { " + members + " } }\n";
    }

    private List<String> mistakes(String text) throws IOException {
        Problems problems = new Problems();
        load(text, problems);
        return problems.all().stream().map(Problem::text).toList();
    }

    private @Nullable NodeConfig load(String text, Problems problems) throws IOException {
        Path file = Files.writeString(directory.resolve("tandem.conf"), text);
        return TandemConf.load(file, Map.of(), "host", problems);
    }

    private static InetAddress address(String text) throws IOException {
        return InetAddress.getByName(text);
    }
}
