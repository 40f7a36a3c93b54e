// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.config.hocon.TandemConf;
import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.NodeConfig;
import io.tandem.config.text.Problems;
import io.tandem.packaging.lab.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TandemTest {
    @Test
    void theConfigurationOfANodeIsWhatTandemReads(@TempDir Path directory) throws Exception {
        Path secret = Files.writeString(directory.resolve("cluster.secret"), "0123456789abcdef0123456789abcdef\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Tandem lb2 = new Tandem(
                new NodeFiles("", "", Map.of("503.http", "x"), false), Topology.of(3, "203.0.113"), "lb2", null, false);
        Path file = Files.writeString(
                directory.resolve("tandem.conf"),
                lb2.tandemConf().replace("/etc/tandem/cluster.secret", secret.toString()));

        Problems problems = new Problems();
        NodeConfig read = TandemConf.load(file, Map.of(), "elsewhere", problems);

        assertThat(problems.all()).isEmpty();
        ClusterConfig cluster =
                Objects.requireNonNull(Objects.requireNonNull(read).cluster());
        assertThat(cluster.self()).isEqualTo("lb2");
        assertThat(cluster.members()).hasSize(3);
        assertThat(read.routers()).singleElement().satisfies(router -> {
            assertThat(router.interfaceName()).isEqualTo("eth0");
            assertThat(router.preempt()).isFalse();
            assertThat(router.addresses()).singleElement().satisfies(address -> assertThat(address.address())
                    .hasToString("/203.0.113.10"));
        });
    }

    @Test
    void aNodeIsSettledWhenItsProxyIsReadyAndItsLinksAreUp() throws Exception {
        String json =
                "{\"role\":\"BACKUP\",\"proxy\":{\"state\":\"%s\",\"warm\":true},\"links\":[{\"state\":\"up\"},{\"state\":\"%s\"}],"
                        + "\"operating\":{\"hold\":\"\"}}";
        assertThat(Tandem.isSettled(json.formatted("ready", "up"))).isTrue();
        String cold = json.formatted("ready", "up").replace("true", "false");
        assertThat(Tandem.isSettled(cold)).isFalse();
        assertThat(Tandem.isSettled(cold.replace("BACKUP", "ACTIVE"))).isTrue();
        assertThat(Tandem.isSettled(json.formatted("starting", "up"))).isFalse();
        assertThat(Tandem.isSettled(json.formatted("ready", "connecting"))).isFalse();
        assertThatThrownBy(() -> Tandem.isSettled("{}")).isInstanceOf(IOException.class);
    }
}
