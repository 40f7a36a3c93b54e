// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.peers.table.Column;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.StickTable;
import io.tandem.peers.table.TableDefinition;
import io.tandem.peers.table.Tables;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes in virtual time over a network that loses, repeats, reorders between senders and splits. */
class SessionSimulationTest {
    private static final TableDefinition TABLE = TableDefinition.of(
            "t",
            KeyType.INTEGER,
            4,
            10_000,
            3_600_000,
            Column.of(DataType.GPC0),
            Column.rate(DataType.HTTP_REQ_RATE, 1_000_000),
            Column.of(DataType.CONN_CUR),
            Column.of(DataType.SERVER_ID),
            Column.of(DataType.SERVER_KEY));
    private static final int KEYS = 200;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
    void totalsAreExactOnEveryNodeWhateverTheNetworkDoes(long seed) {
        World world = new World(seed, 3);
        world.lossPercent = 10;
        world.duplicatePercent = 10;
        long[] hits = new long[KEYS];
        for (int step = 0; step < 3_000; step++) {
            Node node = world.nodes.get(world.random.nextInt(3));
            int key = (int) (KEYS * Math.pow(world.random.nextDouble(), 3));
            node.hit(key, world.nowMs);
            hits[key]++;
            if (step == 800) {
                world.split(List.of(0), List.of(1, 2));
            }
            if (step == 1_600) {
                world.heal(List.of(0, 1, 2));
            }
            if (step == 2_200) {
                world.restart(step % 2);
            }
            world.tick();
        }
        world.settle();

        for (Node node : world.nodes) {
            assertThat(node.session.inSync()).as("seed %d, in sync", seed).isTrue();
            for (int key = 0; key < KEYS; key++) {
                if (hits[key] > 0) {
                    assertThat(node.value(key, DataType.GPC0, world.nowMs))
                            .as("seed %d, %s, key %d", seed, node.name, key)
                            .isEqualTo(hits[key]);
                    assertThat(node.value(key, DataType.HTTP_REQ_RATE, world.nowMs))
                            .as("seed %d, %s, rate of key %d", seed, node.name, key)
                            .isEqualTo(hits[key]);
                }
            }
        }
        assertThat(world.nodes.get(0).session.stats().gaps.sum())
                .as("losses were noticed")
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bothNodesRestartOneAfterTheOtherAndNothingIsForgotten(long seed) {
        World world = new World(seed, 2);
        for (int i = 0; i < 500; i++) {
            world.nodes.get(i % 2).hit(i % 10, world.nowMs);
            world.tick();
        }
        for (int round = 0; round < 3; round++) {
            world.restart(0);
            world.settle();
            world.restart(1);
            world.settle();
            world.nodes.get(0).hit(0, world.nowMs);
        }
        world.settle();

        for (Node node : world.nodes) {
            assertThat(node.value(0, DataType.GPC0, world.nowMs)).isEqualTo(53);
            assertThat(node.value(9, DataType.GPC0, world.nowMs)).isEqualTo(50);
        }
    }

    @Test
    void registersGoToTheLatestWriterAndTextsTravel() {
        World world = new World(7, 3);
        world.nodes.get(0).setServer(1, 10, "web1", world.nowMs);
        world.nowMs++;
        world.nodes.get(1).setServer(1, 20, "web2", world.nowMs);
        world.settle();

        for (Node node : world.nodes) {
            assertThat(node.value(1, DataType.SERVER_ID, world.nowMs)).isEqualTo(20);
            int entry = node.entry(1, world.nowMs);
            assertThat(node.table.serverKey(entry, world.nowMs)).isEqualTo("web2");
            node.table.release(entry);
        }
    }

    @Test
    void aGaugeCountsOnlyTheNodesThatLive() {
        World world = new World(7, 3);
        for (Node node : world.nodes) {
            node.add(5, DataType.CONN_CUR, 4, world.nowMs);
        }
        world.settle();
        assertThat(world.nodes.get(0).value(5, DataType.CONN_CUR, world.nowMs)).isEqualTo(12);

        world.split(List.of(0, 1), List.of(2));
        world.settle();
        assertThat(world.nodes.get(0).value(5, DataType.CONN_CUR, world.nowMs)).isEqualTo(8);
        world.heal(List.of(0, 1, 2));
        world.settle();
        assertThat(world.nodes.get(0).value(5, DataType.CONN_CUR, world.nowMs)).isEqualTo(12);
        world.restart(2);
        world.settle();
        assertThat(world.nodes.get(0).value(5, DataType.CONN_CUR, world.nowMs)).isEqualTo(8);
    }

    @Test
    void setMakesTheClustersValueThatNumberAndCountingGoesOnFromThere() {
        World world = new World(9, 3);
        for (Node node : world.nodes) {
            node.add(1, DataType.GPC0, 100, world.nowMs);
            node.add(1, DataType.HTTP_REQ_RATE, 7, world.nowMs);
        }
        world.settle();
        Node first = world.nodes.get(0);
        int entry = first.entry(1, world.nowMs);
        first.table.set(entry, first.table.field(DataType.GPC0), 5, world.nowMs);
        first.table.release(entry);
        world.settle();
        world.nodes.get(1).add(1, DataType.GPC0, 1, world.nowMs);
        world.nodes.get(2).add(1, DataType.GPC0, 1, world.nowMs);
        world.settle();

        for (Node node : world.nodes) {
            assertThat(node.value(1, DataType.GPC0, world.nowMs)).isEqualTo(7);
            assertThat(node.value(1, DataType.HTTP_REQ_RATE, world.nowMs)).isEqualTo(21);
        }
    }

    @Test
    void clearedKeysAreGoneOnAllNodesAndStayGoneAfterAHeal() {
        World world = new World(11, 3);
        for (Node node : world.nodes) {
            node.hit(1, world.nowMs);
            node.hit(2, world.nowMs);
        }
        world.settle();
        world.split(List.of(0, 1), List.of(2));
        world.settle();
        Node first = world.nodes.get(0);
        assertThat(first.table.clear(first.entry(1, world.nowMs), world.nowMs)).isTrue();
        world.settle();
        world.heal(List.of(0, 1, 2));
        world.settle();
        for (Node node : world.nodes) {
            assertThat(node.entry(1, world.nowMs)).as(node.name).isEqualTo(StickTable.NONE);
            assertThat(node.value(2, DataType.GPC0, world.nowMs)).isEqualTo(3);
        }

        first.table.clearAll(world.nowMs);
        world.settle();
        world.nodes.get(2).hit(2, world.nowMs);
        world.settle();
        for (Node node : world.nodes) {
            assertThat(node.table.used()).isEqualTo(1);
            assertThat(node.value(2, DataType.GPC0, world.nowMs)).isEqualTo(1);
        }
    }

    @Test
    void aRefreshOnOneNodeProlongsTheKeyOnAll() {
        World world = new World(13, 2);
        world.nodes.get(0).hit(1, world.nowMs);
        world.settle();
        world.nowMs += 3_000_000;
        world.nodes.get(0).hit(1, world.nowMs);
        world.settle();
        world.nowMs += 3_000_000;
        assertThat(world.nodes.get(1).value(1, DataType.GPC0, world.nowMs)).isEqualTo(2);
    }

    @Test
    void smallStateIsSharedAndTheLatestWriteWins() {
        World world = new World(17, 3);
        world.nodes.get(0).session.state().put("server/b/s1", new byte[] {1}, world.nowMs);
        world.split(List.of(0, 1), List.of(2));
        world.settle();
        world.nowMs += 5;
        world.nodes.get(2).session.state().put("server/b/s1", new byte[] {2}, world.nowMs);
        world.nodes.get(1).session.state().put("gone", new byte[] {2}, world.nowMs);
        world.nodes.get(1).session.state().put("gone", null, world.nowMs);
        world.heal(List.of(0, 1, 2));
        world.settle();

        for (Node node : world.nodes) {
            assertThat(node.session.state().get("server/b/s1")).containsExactly(2);
            assertThat(node.session.state().get("gone")).isNull();
        }
    }

    @Test
    void definitionsThatDifferAreSaidAndTheCommonColumnsAreShared() {
        World world = new World(19, 2);
        Node other = world.nodes.get(1);
        StickTable more = other.tables.declare(TableDefinition.of(
                "u", KeyType.INTEGER, 4, 100, 0, Column.of(DataType.GPC0), Column.of(DataType.GPC1)));
        StickTable less = world.nodes
                .get(0)
                .tables
                .declare(TableDefinition.of("u", KeyType.INTEGER, 4, 100, 0, Column.of(DataType.GPC1)));
        StickTable theirs =
                other.tables.declare(TableDefinition.of("v", KeyType.STRING, 16, 100, 0, Column.of(DataType.GPC1)));
        StickTable otherKeys = world.nodes
                .get(0)
                .tables
                .declare(TableDefinition.of("v", KeyType.STRING, 32, 100, 0, Column.of(DataType.GPC1)));
        world.settle();
        byte[] key = {0, 0, 0, 1};
        int entry = more.findOrCreate(key, 0, 4, world.nowMs);
        more.add(entry, more.field(DataType.GPC0), 3, world.nowMs);
        more.add(entry, more.field(DataType.GPC1), 4, world.nowMs);
        theirs.findOrCreate(key, 0, 4, world.nowMs);
        world.settle();

        int here = less.find(key, 0, 4, world.nowMs);
        assertThat(less.value(here, less.field(DataType.GPC1), world.nowMs)).isEqualTo(4);
        assertThat(otherKeys.used()).isZero();
        Session<Integer> session = world.nodes.get(0).session;
        assertThat(session.mismatches())
                .containsExactly(
                        "table u of node1 stores other data: only what both store is shared",
                        "table v of node1 differs in key type, key length or rate period: not learned");
        assertThat(session.stats().failures(DecodeFailure.DEFINITION_MISMATCH)).isPositive();
        assertThat(session.takeEvents()).hasSize(2);
        assertThat(session.takeEvents()).isEmpty();
    }

    @Test
    void aHotKeyCostsOneEntryForEachBatch() {
        World world = new World(23, 2);
        world.settle();
        long before = world.nodes.get(0).session.stats().entriesSent.sum();
        for (int i = 0; i < 10_000; i++) {
            world.nodes.get(0).hit(1, world.nowMs);
        }
        world.settle();
        assertThat(world.nodes.get(0).session.stats().entriesSent.sum()).isEqualTo(before + 1);
        assertThat(world.nodes.get(1).value(1, DataType.GPC0, world.nowMs)).isEqualTo(10_000);
    }

    /** One node: its tables and its session. */
    private static final class Node {
        final String name;
        final int address;
        final Tables tables;
        final StickTable table;
        final Session<Integer> session;

        Node(String name, long incarnation, int address) {
            this.name = name;
            this.address = address;
            tables = new Tables(incarnation, 1_000_000_000_000L);
            table = tables.declare(TABLE);
            session = new Session<>(tables, new Identity(name, incarnation));
            tables.replicateTo(() -> {});
        }

        void hit(int key, long nowMs) {
            add(key, DataType.GPC0, 1, nowMs);
            add(key, DataType.HTTP_REQ_RATE, 1, nowMs);
        }

        void add(int key, DataType type, long n, long nowMs) {
            int entry = table.findOrCreate(bytes(key), 0, 4, nowMs);
            table.add(entry, table.field(type), n, nowMs);
            table.release(entry);
        }

        void setServer(int key, int id, String text, long nowMs) {
            int entry = table.findOrCreate(bytes(key), 0, 4, nowMs);
            table.set(entry, table.field(DataType.SERVER_ID), id, nowMs);
            table.setServerKey(entry, text, nowMs);
            table.release(entry);
        }

        int entry(int key, long nowMs) {
            return table.find(bytes(key), 0, 4, nowMs);
        }

        long value(int key, DataType type, long nowMs) {
            int entry = entry(key, nowMs);
            assertThat(entry).as("%s has key %d", name, key).isNotEqualTo(StickTable.NONE);
            long value = table.value(entry, table.field(type), nowMs);
            table.release(entry);
            return value;
        }

        private static byte[] bytes(int key) {
            return ByteBuffer.allocate(4).putInt(key).array();
        }
    }

    /** The network and the clock. Messages between two addresses keep their order, as JGroups keeps it. */
    private static final class World {
        final Random random;
        final List<Node> nodes = new ArrayList<>();
        int nextAddress = 100;
        long nowMs = 1_000_000;
        long incarnations = 1;
        int lossPercent;
        int duplicatePercent;
        List<List<Integer>> groups;

        @SuppressWarnings("ArrayRecordComponent") // never compared
        private record Packet(int from, int to, byte[] bytes) {}

        /** By sender and receiver, unicast and multicast apart: only within these is there an order. */
        private final Map<String, ArrayDeque<Packet>> links = new TreeMap<>();

        World(long seed, int size) {
            random = new Random(seed);
            List<Integer> all = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                nodes.add(new Node("node" + i, incarnations++, nextAddress++));
                all.add(i);
            }
            groups = List.of(all);
            views();
        }

        /** Who hears whom from now on; what is under way is lost. */
        void split(List<Integer> part, List<Integer> otherPart) {
            groups = List.of(part, otherPart);
            links.clear();
            views();
        }

        void heal(List<Integer> all) {
            groups = List.of(all);
            links.clear();
            views();
        }

        void restart(int index) {
            // What was drained is delivered, what was not yet is lost: settle first so that totals can be compared.
            settle();
            nodes.set(index, new Node("node" + index, incarnations++, nextAddress++));
            links.clear();
            views();
        }

        private void views() {
            for (List<Integer> group : groups) {
                for (int index : group) {
                    List<Integer> others = group.stream()
                            .filter(other -> other != index)
                            .map(other -> nodes.get(other).address)
                            .toList();
                    nodes.get(index).session.onView(others, nowMs);
                }
            }
        }

        void tick() {
            nowMs++;
            int sender = random.nextInt(nodes.size());
            send(sender);
            deliver(random.nextInt(4));
        }

        private void send(int sender) {
            nodes.get(sender).session.step(nowMs, (to, bytes, length) -> {
                byte[] copy = Arrays.copyOf(bytes, length);
                for (int other : groupOf(sender)) {
                    int address = nodes.get(other).address;
                    if (other != sender && (to == null || to == address)) {
                        post(new Packet(nodes.get(sender).address, address, copy), to == null);
                    }
                }
            });
        }

        private void post(Packet packet, boolean multicast) {
            ArrayDeque<Packet> link = links.computeIfAbsent(
                    packet.from() + ">" + packet.to() + (multicast ? "m" : "u"), key -> new ArrayDeque<>());
            if (random.nextInt(100) >= lossPercent) {
                link.add(packet);
                if (random.nextInt(100) < duplicatePercent) {
                    link.add(packet);
                }
            }
        }

        private boolean deliver(int count) {
            for (int i = 0; i < count; i++) {
                List<ArrayDeque<Packet>> waiting =
                        links.values().stream().filter(link -> !link.isEmpty()).toList();
                if (waiting.isEmpty()) {
                    return false;
                }
                Packet packet = waiting.get(random.nextInt(waiting.size())).remove();
                for (int index = 0; index < nodes.size(); index++) {
                    if (nodes.get(index).address == packet.to()) {
                        DecodeFailure failure = nodes.get(index)
                                .session
                                .onMessage(packet.from(), packet.bytes(), 0, packet.bytes().length, nowMs);
                        assertThat(failure).isNull();
                    }
                }
            }
            return true;
        }

        /** Lets all be delivered; the network loses nothing any more but what it lost is still missing. */
        void settle() {
            int loss = lossPercent;
            lossPercent = 0;
            for (int round = 0; round < 60; round++) {
                nowMs += 500;
                for (int i = 0; i < nodes.size(); i++) {
                    send(i);
                }
                while (deliver(1)) {}
            }
            lossPercent = loss;
        }

        private List<Integer> groupOf(int index) {
            return groups.stream()
                    .filter(group -> group.contains(index))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
