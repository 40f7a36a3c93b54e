// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.ClusterConfig;
import io.tandem.peers.table.Column;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.StickTable;
import io.tandem.peers.table.TableDefinition;
import io.tandem.peers.table.Tables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A node of a cluster on 127.0.0.x, in this process or as a process of its own. */
final class TestNode implements AutoCloseable {
    static final TableDefinition TABLE = TableDefinition.of(
            "t",
            KeyType.INTEGER,
            4,
            2_000_000,
            3_600_000,
            Column.of(DataType.GPC0),
            Column.rate(DataType.HTTP_REQ_RATE, 600_000));

    final Tables tables = new Tables(7, System.currentTimeMillis() - nowMs());
    final StickTable table;
    final Replication replication;

    TestNode(ClusterConfig config) throws IOException {
        this(config, TABLE);
    }

    TestNode(ClusterConfig config, TableDefinition definition) throws IOException {
        table = tables.declare(definition);
        replication = Replication.start(config, tables, TestNode::nowMs);
    }

    static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    /** Nodes a, b, … on addresses of which both ports are free. */
    static List<ClusterConfig> cluster(Path directory, int size) throws IOException {
        Path secret = directory.resolve("secret");
        writeSecret(secret, "0123456789abcdef0123456789abcdef");
        int port = freePort(size);
        List<ClusterConfig.Member> members = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            members.add(new ClusterConfig.Member("node" + (char) ('a' + i), address(i)));
        }
        List<ClusterConfig> configs = new ArrayList<>();
        for (ClusterConfig.Member member : members) {
            configs.add(new ClusterConfig("test" + port, member.name(), members, secret, port, port + 1));
        }
        return configs;
    }

    static void writeSecret(Path file, String secret) throws IOException {
        Files.writeString(file, secret + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static InetAddress address(int index) throws IOException {
        return InetAddress.getByName("127.77.0." + (index + 1));
    }

    private static int freePort(int size) throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port;
            try (ServerSocket any = new ServerSocket(0)) {
                port = any.getLocalPort();
            }
            if (port < 60_000 && isFree(port, size) && isFree(port + 100, size)) {
                return port;
            }
        }
        throw new IOException("no two free ports 100 apart");
    }

    private static boolean isFree(int port, int size) {
        for (int i = 0; i < size; i++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(address(i), port));
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    static void await(String what, long seconds, BooleanSupplier condition) {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting until " + what).isLessThan(deadline);
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    void awaitView(int size) {
        await(size + " members", 20, () -> replication.status().viewSize() == size && replication.inSync());
    }

    void hit(int key) {
        int entry = table.findOrCreate(bytes(key), 0, 4, nowMs());
        table.add(entry, table.field(DataType.GPC0), 1, nowMs());
        if (table.field(DataType.HTTP_REQ_RATE) != StickTable.NOT_STORED) {
            table.add(entry, table.field(DataType.HTTP_REQ_RATE), 1, nowMs());
        }
        table.release(entry);
    }

    long gpc0(int key) {
        return value(key, DataType.GPC0);
    }

    /** −1 for an unknown key. */
    long value(int key, DataType type) {
        int entry = table.find(bytes(key), 0, 4, nowMs());
        if (entry == StickTable.NONE) {
            return -1;
        }
        long value = table.value(entry, table.field(type), nowMs());
        table.release(entry);
        return value;
    }

    private static byte[] bytes(int key) {
        return ByteBuffer.allocate(4).putInt(key).array();
    }

    @Override
    public void close() {
        replication.close();
    }
}
