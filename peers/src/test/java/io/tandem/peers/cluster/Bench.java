// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import io.tandem.config.model.ClusterConfig;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.StickTable;
import io.tandem.peers.table.Tables;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Figures of tables and replication, both nodes in one process. Run with
 * {@code java -Xmx2g -cp … io.tandem.peers.cluster.Bench}; prints one line for each quantity.
 */
final class Bench {
    private static final int MILLION = 1_000_000;

    private Bench() {}

    public static void main(String[] args) throws Exception {
        memory();
        local();
        Path directory = Files.createTempDirectory("tandem-bench");
        List<ClusterConfig> configs = TestNode.cluster(directory, 2);
        TestNode a = new TestNode(configs.get(0));
        TestNode b = new TestNode(configs.get(1));
        a.awaitView(2);
        b.awaitView(2);
        latency(a, b, 2000, 1_000);
        latency(a, b, 2000, 1_000);
        latency(a, b, 500, 100);
        throughput(a, b, MILLION);
        throughput(a, b, MILLION);
        throughput(a, b, 1_000);
        b.close();
        join(a, configs.get(1));
        System.exit(0);
    }

    private static void memory() {
        long before = used();
        StickTable table = new Tables(1, 0).declare(TestNode.TABLE);
        for (int key = 0; key < MILLION; key++) {
            table.release(table.findOrCreate(bytes(key), 0, 4, 0));
        }
        System.out.printf(
                "memory per entry, gpc0 + one rate, own cell: %.0f B%n", (used() - before) / (double) MILLION);
        if (table.used() != MILLION) {
            throw new IllegalStateException("used " + table.used());
        }
    }

    private static void local() {
        StickTable table = new Tables(1, 0).declare(TestNode.TABLE);
        int gpc0 = table.field(DataType.GPC0);
        int rate = table.field(DataType.HTTP_REQ_RATE);
        byte[] key = new byte[4];
        Random random = new Random(1);
        for (int round = 0; round < 3; round++) {
            long start = threadCpu();
            for (int i = 0; i < 2 * MILLION; i++) {
                ByteBuffer.wrap(key).putInt(random.nextInt(MILLION));
                int entry = table.findOrCreate(key, 0, 4, 0);
                table.add(entry, gpc0, 1, 0);
                table.add(entry, rate, 1, 0);
                table.release(entry);
            }
            System.out.printf(
                    "track + 2 counts + release, 1 M random keys, round %d: %.0f ns of CPU%n",
                    round, (threadCpu() - start) / 2e6);
        }
    }

    private static void latency(TestNode a, TestNode b, int samples, int perSecond) {
        long[] us = new long[samples];
        long next = System.nanoTime();
        for (int i = 0; i < samples; i++) {
            int key = 5_000_000 + i % 500;
            long before = Math.max(0, b.gpc0(key));
            while (System.nanoTime() - next < 0) {
                Thread.onSpinWait();
            }
            long start = System.nanoTime();
            a.hit(key);
            while (b.gpc0(key) <= before) {
                Thread.onSpinWait();
            }
            us[i] = (System.nanoTime() - start) / 1000;
            next = System.nanoTime() + 1_000_000_000L / perSecond;
        }
        Arrays.sort(us);
        System.out.printf(
                "update to visible, %d/s: p50 %d us, p95 %d us, p99 %d us%n",
                perSecond, us[samples / 2], us[samples * 95 / 100], us[samples * 99 / 100]);
    }

    private static void throughput(TestNode a, TestNode b, int keys) {
        long bytes = a.replication.stats().bytesSent.sum();
        long entries = a.replication.stats().entriesSent.sum();
        long cpu = cpu();
        Random random = new Random(2);
        long before = b.table.used();
        long start = System.nanoTime();
        int updates = 3 * MILLION;
        long loopCpu = threadCpu();
        for (int i = 0; i < updates; i++) {
            a.hit(random.nextInt(keys));
        }
        double loop = (System.nanoTime() - start) / 1e9;
        double ownCpu = (threadCpu() - loopCpu) / 1e3 / updates;
        a.hit(0);
        long wanted = a.gpc0(0);
        TestNode.await(
                "b has caught up",
                60,
                () -> b.gpc0(0) == wanted && a.replication.status().lagMs() == 0);
        double all = (System.nanoTime() - start) / 1e9;
        entries = a.replication.stats().entriesSent.sum() - entries;
        bytes = a.replication.stats().bytesSent.sum() - bytes;
        System.out.printf(
                "%d updates on %d keys: %.2f M/s at the loop, %.2f M entries/s sent, %.1f B per entry, CPU per update: loop %.2f us, whole process (both nodes) %.2f us, %.0f %% conflated, new at b %d%n",
                updates,
                keys,
                updates / loop / 1e6,
                entries / all / 1e6,
                bytes / (double) entries,
                ownCpu,
                (cpu() - cpu) / 1e3 / updates,
                100 - 100.0 * entries / updates,
                b.table.used() - before);
    }

    private static void join(TestNode a, ClusterConfig config) throws Exception {
        for (int key = 0; key < MILLION; key++) {
            a.hit(key);
        }
        for (int round = 0; round < 3; round++) {
            long before = used();
            long start = System.nanoTime();
            TestNode b = new TestNode(config);
            TestNode.await("joined", 60, () -> b.replication.status().viewSize() == 2);
            long joined = System.nanoTime();
            b.awaitView(2);
            System.out.printf(
                    "join with %d entries: connected %d ms, in sync %d ms later, entries %d, memory per entry (their cells) %.0f B%n",
                    a.table.used(),
                    (joined - start) / MILLION,
                    (System.nanoTime() - joined) / MILLION,
                    b.table.used(),
                    (used() - before) / (double) b.table.used());
            b.close();
        }
    }

    private static long threadCpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static byte[] bytes(int key) {
        return ByteBuffer.allocate(4).putInt(key).array();
    }
}
