// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.ClusterConfig;
import io.tandem.node.cli.Console;
import io.tandem.node.frontend.tls.SharedTickets;
import io.tandem.node.frontend.tls.TicketKeys;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import io.tandem.node.tls.EngineGap;
import io.tandem.peers.cluster.Replication;
import io.tandem.peers.table.Tables;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes on loopback, their replication real; the client is {@code openssl s_client}. */
class TicketExchangeTest {
    @TempDir
    Path directory;

    private List<ClusterConfig> configs = List.of();

    @BeforeEach
    void cluster() throws IOException {
        Path secret = directory.resolve("secret");
        Files.writeString(secret, "0123456789abcdef0123456789abcdef\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        List<ClusterConfig.Member> members = List.of(
                new ClusterConfig.Member("a", InetAddress.getByName("127.78.0.1")),
                new ClusterConfig.Member("b", InetAddress.getByName("127.78.0.2")));
        int port = freePort(members);
        configs = members.stream()
                .map(member -> new ClusterConfig("tickets" + port, member.name(), members, secret, port, port + 1))
                .toList();
    }

    private static int freePort(List<ClusterConfig.Member> members) throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port;
            try (ServerSocket any = new ServerSocket(0)) {
                port = any.getLocalPort();
            }
            if (port < 60_000 && isFree(members, port) && isFree(members, port + 100)) {
                return port;
            }
        }
        throw new IOException("no two free ports 100 apart");
    }

    private static boolean isFree(List<ClusterConfig.Member> members, int port) {
        for (ClusterConfig.Member member : members) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(member.address(), port));
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }

    private static TestProxy proxy(Path certificate, int port) {
        return TestProxy.start(
                "defaults\n    mode http\n    timeout client 5s\n    timeout connect 5s\n    timeout server 5s\n"
                        + "frontend f\n    bind 127.0.0.1:" + port + " ssl crt " + certificate
                        + "\n    http-request return status 200\n",
                1);
    }

    /** What {@code openssl s_client} says of a connection that asks for one answer. */
    private String ask(int port, String version, String session) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port, version, "-ign_eof"));
        command.addAll(List.of(session, directory.resolve("session").toString()));
        return Program.of(command)
                .reading("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .run()
                .output();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSessionBegunAtOneNodeIsResumedAtTheOther(String version) throws Exception {
        EngineGap.SHARED_TICKETS.endsTheTest();
        Path certificate = directory.resolve("a.pem");
        Files.writeString(certificate, Pems.read("rsa.crt") + Pems.read("rsa.key"));
        int atFirst = Ports.reserved();
        int atSecond = Ports.reserved();
        try (TestProxy first = proxy(certificate, atFirst);
                TestProxy second = proxy(certificate, atSecond);
                Cluster a = new Cluster(first.node(), quiet());
                Cluster b = new Cluster(second.node(), quiet())) {
            ask(atFirst, version, "-sess_out");
            assertThat(ask(atSecond, version, "-sess_in")).contains("New, TLSv1.");
            a.join(configs.get(0));
            b.join(configs.get(1));
            Await.until(
                    "the nodes share keys",
                    () -> same(first.node().ticketKeys(), second.node().ticketKeys()));
            ask(atFirst, version, "-sess_out");
            assertThat(ask(atSecond, version, "-sess_in")).contains("Reused, TLSv1.");
        }
    }

    private static boolean same(TicketKeys one, TicketKeys other) {
        return Arrays.equals(one.sealing().name(), other.sealing().name());
    }

    private static Console quiet() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Console(nowhere, nowhere, "tandem");
    }

    @Test
    void oneNodeRotatesTheKeysOfAllAndTheNextKeyIsKnownBefore() throws Exception {
        AtomicLong wallMs = new AtomicLong(1_000_000);
        TicketKeys ofA = new TicketKeys();
        TicketKeys ofB = new TicketKeys();
        try (Replication a = Replication.start(configs.get(0), new Tables(1, 0), NodeRuntime::monotonicMs);
                Replication b = Replication.start(configs.get(1), new Tables(2, 0), NodeRuntime::monotonicMs);
                TicketExchange atA =
                        new TicketExchange(a.state(), ofA, a::inSync, 0, wallMs::get, NodeRuntime::monotonicMs);
                TicketExchange atB =
                        new TicketExchange(b.state(), ofB, b::inSync, 1, wallMs::get, NodeRuntime::monotonicMs)) {
            Await.until(
                    "both see each other",
                    () -> a.inSync() && b.inSync() && a.status().viewSize() == 2);
            atA.step();
            TicketKeys.Key first = ofA.sealing();
            Await.until("the other hears of them", () -> b.state().get("tls/ticket-keys") != null);
            atB.step();
            assertThat(ofB.sealing().name()).isEqualTo(first.name());
            byte[] next = Objects.requireNonNull(SharedTickets.decode(
                            Objects.requireNonNull(b.state().get("tls/ticket-keys"))))
                    .keys()
                    .get(1)
                    .name();
            wallMs.addAndGet(TimeUnit.HOURS.toMillis(12) + 1);
            atB.step();
            assertThat(ofB.sealing().name())
                    .as("it is not the second node's turn")
                    .isEqualTo(first.name());
            atA.step();
            assertThat(ofA.sealing().name()).isEqualTo(next);
            Await.until("the other follows", () -> {
                atB.step();
                return same(ofA, ofB);
            });
        }
    }

    @Test
    void whatIsNotKeysIsPassedOver() {
        SharedTickets keys = SharedTickets.first(TicketKeys.random(new SecureRandom()), new SecureRandom(), 7);
        byte[] good = keys.encode();
        assertThat(SharedTickets.decode(good)).isNotNull().satisfies(read -> assertThat(read.encode())
                .isEqualTo(good));
        Random random = new Random(4);
        for (int length = 0; length < good.length + 2; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            if (length != good.length) {
                assertThat(SharedTickets.decode(bytes)).isNull();
            }
        }
        good[0] = 2;
        assertThat(SharedTickets.decode(good)).isNull();
        assertThat(keys.toString()).isEqualTo("SharedTickets made at 7");
    }
}
