// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import static io.tandem.peers.cluster.TestNode.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.ClusterConfig;
import io.tandem.peers.table.Column;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.TableDefinition;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationTest {
    private final Path directory;

    ReplicationTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void twoActiveNodesShowExactTotals() throws Exception {
        List<ClusterConfig> configs = TestNode.cluster(directory, 2);
        try (TestNode a = new TestNode(configs.get(0));
                TestNode b = new TestNode(configs.get(1))) {
            a.awaitView(2);
            b.awaitView(2);
            Thread other = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    b.hit(i % 7);
                }
            });
            other.start();
            for (int i = 0; i < 20_000; i++) {
                a.hit(i % 7);
            }
            other.join();

            for (TestNode node : List.of(a, b)) {
                for (int key = 0; key < 7; key++) {
                    int wanted = key;
                    long hits = 2L * (20_000 / 7 + (key < 20_000 % 7 ? 1 : 0));
                    await("key " + key + " has " + hits, 5, () -> node.gpc0(wanted) == hits);
                    assertThat(node.value(key, DataType.HTTP_REQ_RATE)).isEqualTo(hits);
                }
            }
            assertThat(a.replication.showPeers())
                    .contains("members: 2/2, in sync: yes")
                    .contains("id=nodeb(remote,active)");
            a.replication.state().put("server/app/s1", "drain".getBytes(UTF_8), TestNode.nowMs());
            await("the state arrives", 5, () -> b.replication.state().get("server/app/s1") != null);
        }
    }

    @Test
    void afterASplitBothSidesShowTheSumOfWhatEachCounted() throws Exception {
        List<ClusterConfig> configs = TestNode.cluster(directory, 2);
        try (TestNode a = new TestNode(configs.get(0));
                TestNode b = new TestNode(configs.get(1))) {
            a.awaitView(2);
            b.awaitView(2);
            a.replication.cut(true);
            b.replication.cut(true);
            for (int i = 0; i < 300; i++) {
                a.hit(1);
            }
            await("a is alone", 10, () -> a.replication.status().viewSize() == 1);
            await("b is alone", 10, () -> b.replication.status().viewSize() == 1);
            for (int i = 0; i < 500; i++) {
                b.hit(1);
            }
            assertThat(a.gpc0(1)).isEqualTo(300);
            assertThat(b.gpc0(1)).isEqualTo(500);

            a.replication.cut(false);
            b.replication.cut(false);
            a.awaitView(2);
            b.awaitView(2);
            await("the sum at a", 5, () -> a.gpc0(1) == 800);
            await("the sum at b", 5, () -> b.gpc0(1) == 800);
        }
    }

    @Test
    void replicationSurvivesBothNodesRestartingOneAfterTheOther() throws Exception {
        List<ClusterConfig> configs = TestNode.cluster(directory, 2);
        TestNode a = new TestNode(configs.get(0));
        TestNode b = new TestNode(configs.get(1));
        try {
            a.awaitView(2);
            b.awaitView(2);
            for (int i = 0; i < 100_000; i++) {
                a.hit(i);
            }
            b.hit(1);
            TestNode teacher = b;
            await("b has all", 20, () -> teacher.table.used() == 100_000);

            a.close();
            b.hit(1);
            a = new TestNode(configs.get(0));
            a.awaitView(2);
            assertThat(a.table.used()).isEqualTo(100_000);
            assertThat(a.gpc0(1)).isEqualTo(3);
            a.hit(1);
            b.close();
            b = new TestNode(configs.get(1));
            b.awaitView(2);
            a.hit(1);
            TestNode last = b;
            await("five hits", 5, () -> last.gpc0(1) == 5);
            assertThat(b.table.used()).isEqualTo(100_000);
        } finally {
            a.close();
            b.close();
        }
    }

    @Test
    void aKilledNodeLeavesTheViewWithinTwoSecondsAndItsCountsStay() throws Exception {
        List<ClusterConfig> configs = TestNode.cluster(directory, 2);
        try (TestNode a = new TestNode(configs.get(0))) {
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            NodeMain.class.getName(),
                            directory.toString(),
                            Integer.toString(configs.get(0).replicationPort()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = new BufferedReader(new InputStreamReader(other.getInputStream(), UTF_8))) {
                assertThat(said.readLine()).isEqualTo("hit");
                await("its hits are here", 10, () -> a.gpc0(42) == 1_000);
                assertThat(a.replication.status().viewSize()).isEqualTo(2);

                long killedAt = System.nanoTime();
                other.destroyForcibly();
                await("it is gone", 10, () -> a.replication.status().viewSize() == 1);
                assertThat((System.nanoTime() - killedAt) / 1_000_000).isLessThan(2_500);
                assertThat(a.gpc0(42)).isEqualTo(1_000);
            } finally {
                other.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void aNodeWithAnotherSecretNeverJoinsAndIsLoggedOnce() throws Exception {
        List<ClusterConfig> configs = TestNode.cluster(directory, 2);
        ClusterConfig b = configs.get(1);
        Path wrong = directory.resolve("wrong");
        TestNode.writeSecret(wrong, "another secret of the right length");
        ClusterConfig stranger =
                new ClusterConfig(b.name(), b.self(), b.members(), wrong, b.replicationPort(), b.livenessPort());
        List<String> logged = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public synchronized void publish(LogRecord entry) {
                if (entry.getMessage().contains("peers refused")
                        && entry.getMessage().contains("from=nodeb")) {
                    logged.add(entry.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(Replication.class.getName());
        logger.addHandler(handler);
        try (TestNode node = new TestNode(configs.get(0))) {
            node.awaitView(1);
            try (TestNode other = new TestNode(stranger)) {
                await(
                        "its messages were refused",
                        10,
                        () -> node.replication.status().sealFailures() > 3);
                other.hit(1);
                await("it is alone", 20, () -> other.replication.status().viewSize() == 1);
                assertThat(node.replication.status().viewSize()).isEqualTo(1);
                assertThat(node.gpc0(1)).isEqualTo(-1);
                assertThat(logged).hasSize(1);
                assertThat(node.replication.showPeers()).doesNotContain("seal=0 ");
            }
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void aTableDefinedDifferentlyIsNotLearnedAndSaid() throws Exception {
        List<ClusterConfig> configs = TestNode.cluster(directory, 2);
        TableDefinition otherPeriod = TableDefinition.of(
                "t",
                KeyType.INTEGER,
                4,
                1000,
                0,
                Column.of(DataType.GPC0),
                Column.rate(DataType.HTTP_REQ_RATE, 10_000));
        try (TestNode a = new TestNode(configs.get(0));
                TestNode b = new TestNode(configs.get(1), otherPeriod)) {
            a.awaitView(2);
            b.awaitView(2);
            b.hit(1);
            await("it is said", 10, () -> a.replication.showPeers().contains("mismatch: table t of nodeb differs"));
            await("it is counted", 10, () -> a.replication.showPeers().matches("(?s).*definition_mismatch=[1-9].*"));
            assertThat(a.gpc0(1)).isEqualTo(-1);
        }
    }
}
