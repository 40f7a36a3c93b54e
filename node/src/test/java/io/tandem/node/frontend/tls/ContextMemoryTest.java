// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import io.tandem.node.tls.EngineContext;
import io.tandem.node.tls.EngineGap;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts of the TLS engine go with what they were made for, and never while a client may still need them. */
class ContextMemoryTest {
    @TempDir
    Path directory;

    private final AtomicInteger handshakes = new AtomicInteger();
    private int port;
    private String file = "";
    private String text = "";

    @BeforeEach
    void write() throws Exception {
        port = Ports.reserved();
        file = Pems.write(directory, "ec.pem", "ec.crt", "ec.key");
        String other = Pems.write(directory, "ec-a.pem", "ec-a.crt", "ec-a.key");
        text = "defaults\n    mode http\n    timeout client 20s\n    timeout connect 5s\n    timeout server 5s\n"
                + "frontend f\n    bind 127.0.0.1:" + port + " ssl crt " + file + " crt " + other
                + "\n    default_backend b\n"
                + "backend b\n    http-request return status 200 if TRUE\n    server s 127.0.0.1:1 ssl verify none\n";
    }

    @Test
    void reloadsKeepNoContexts() throws Exception {
        try (TestProxy proxy = TestProxy.start(text, 1)) {
            for (int i = 0; i < 12; i++) {
                proxy.reload(text);
            }

            awaitAtMost(4, "ServerContext"); // two now, and two of the configuration before
            awaitAtMost(2, "ClientContext");
        }
    }

    @Test
    void aCertificateThatIsReplacedGivesItsContextBackAtOnce() throws Exception {
        needsNativeContexts();
        try (TestProxy proxy = TestProxy.start(text, 1)) {
            Set<SslContext> all = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int i = 0; i < 50; i++) {
                all.addAll(contexts(proxy));
                replace(proxy, i % 2 == 0 ? "ec-a" : "ec");
            }

            assertThat(all).hasSizeGreaterThanOrEqualTo(50);
            assertThat(all).filteredOn(ContextMemoryTest::isAlive).isSubsetOf(contexts(proxy));
            assertThat(contexts(proxy)).hasSize(2).allMatch(ContextMemoryTest::isAlive);
        }
    }

    @Test
    void aContextStaysForAsLongAsAConnectionNeedsIt() throws Exception {
        needsNativeContexts();
        try (TestProxy proxy = TestProxy.start(text, 1)) {
            List<SslContext> before = contexts(proxy);
            try (KeptClient kept = new KeptClient(port)) {
                assertThat(kept.request()).startsWith("HTTP/1.1 200");
                replace(proxy, "ec-a");

                assertThat(before.stream().filter(ContextMemoryTest::isAlive)).hasSize(2);
                assertThat(kept.request()).startsWith("HTTP/1.1 200");
            }
            Await.until(
                    "contexts are given back",
                    () -> before.stream().filter(ContextMemoryTest::isAlive).count() == 1);
        }
    }

    @Test
    void aConfigurationThatWasReplacedGivesItsContextsBackWithItsLastConnection() throws Exception {
        needsNativeContexts();
        try (TestProxy proxy = TestProxy.start(text, 2)) {
            List<SslContext> before = contexts(proxy);
            try (Socket silent = new Socket("127.0.0.1", port)) {
                Await.until("a session", () -> proxy.openSessions("f") == 1);
                proxy.reload(text);

                try (KeptClient late = new KeptClient(silent)) {
                    assertThat(late.request())
                            .as("accepted before, says hello after")
                            .startsWith("HTTP/1.1 200");
                    assertThat(before).allMatch(ContextMemoryTest::isAlive);
                }
            }
            Await.until("contexts are given back", () -> before.stream().noneMatch(ContextMemoryTest::isAlive));
            assertThat(contexts(proxy)).hasSize(2).allMatch(ContextMemoryTest::isAlive);
        }
    }

    @Test
    void aConfigurationWithoutConnectionsGivesItsContextsBackWhenItIsReplaced() throws Exception {
        try (TestProxy proxy = TestProxy.start(text, 2)) {
            List<SslContext> before = contexts(proxy);
            proxy.reload(text);
            Await.until("contexts are given back", () -> before.stream().noneMatch(ContextMemoryTest::isAlive));
        }
    }

    @Test
    void aChangeThatIsRefusedChangesNothing() throws Exception {
        needsNativeContexts();
        Path list = Files.writeString(directory.resolve("all.list"), file + "\n");
        try (TestProxy proxy = TestProxy.start(text.replace("ssl crt " + file, "ssl crt-list " + list), 1)) {
            List<SslContext> before = contexts(proxy);

            String answer = run(
                    TlsFeature.commands(proxy.node()),
                    "add ssl crt-list",
                    List.of(list.toString()),
                    directory.resolve("ec-a.pem") + " [ciphersuites TLS_NOTHING] a.test\n");

            assertThat(answer).contains("unable to set TLS 1.3 cipher suites to 'TLS_NOTHING'");
            assertThat(contexts(proxy)).isEqualTo(before).allMatch(ContextMemoryTest::isAlive);
        }
    }

    /** As issue 4 has it: certificates are exchanged under handshakes and requests, and nobody notices. */
    @Test
    void fiftyReplacementsUnderLoadFailNobody() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(4);
        AtomicBoolean over = new AtomicBoolean();
        try (TestProxy proxy = TestProxy.start(text, 2)) {
            List<Future<Integer>> counts = new ArrayList<>();
            counts.add(clients.submit(() -> connectUntil(over)));
            counts.add(clients.submit(() -> connectUntil(over)));
            counts.add(clients.submit(() -> requestUntil(over)));
            counts.add(clients.submit(() -> requestUntil(over)));
            for (int i = 0; i < 50; i++) {
                int before = handshakes.get();
                replace(proxy, i % 2 == 0 ? "ec-a" : "ec");
                Await.until("a handshake", () -> handshakes.get() > before); // so that some meet each certificate
            }
            replace(proxy, "ec-a");
            over.set(true);

            for (Future<Integer> count : counts) {
                assertThat(count.get(20, TimeUnit.SECONDS)).isPositive();
            }
            try (KeptClient last = new KeptClient(port)) {
                assertThat(last.certificate()).isEqualTo(certificate("ec-a.crt"));
            }
        } finally {
            over.set(true);
            clients.shutdownNow();
        }
    }

    @Test
    void clientsThatConnectWhileReloadsFollowEachOtherAreAllServed() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(2);
        AtomicBoolean over = new AtomicBoolean();
        try (TestProxy proxy = TestProxy.start(text, 2);
                Socket silent = new Socket("127.0.0.1", port)) {
            Future<Integer> one = clients.submit(() -> connectUntil(over));
            Future<Integer> other = clients.submit(() -> connectUntil(over));
            for (int i = 0; i < 12; i++) {
                proxy.reload(text);
                System.gc();
            }
            over.set(true);

            assertThat(one.get(20, TimeUnit.SECONDS)).isPositive();
            assertThat(other.get(20, TimeUnit.SECONDS)).isPositive();
            try (KeptClient late = new KeptClient(silent)) {
                assertThat(late.request())
                        .as("accepted long ago, says hello now")
                        .startsWith("HTTP/1.1 200");
            }
        } finally {
            over.set(true);
            clients.shutdownNow();
        }
    }

    private int connectUntil(AtomicBoolean over) throws Exception {
        int served = 0;
        do {
            try (KeptClient client = new KeptClient(port)) {
                assertThat(client.request()).startsWith("HTTP/1.1 200");
                served++;
                handshakes.incrementAndGet();
            }
        } while (!over.get());
        return served;
    }

    private int requestUntil(AtomicBoolean over) throws Exception {
        int served = 0;
        try (KeptClient client = new KeptClient(port)) {
            do {
                assertThat(client.request()).startsWith("HTTP/1.1 200");
                served++;
            } while (!over.get());
        }
        return served;
    }

    private static X509Certificate certificate(String name) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Pems.read(name).getBytes(StandardCharsets.US_ASCII)));
    }

    /** The contexts that listeners serve with now. */
    private static List<SslContext> contexts(TestProxy proxy) {
        CertificateStore store = CertificateCommands.store(proxy.node());
        synchronized (store) {
            return store.binds().stream()
                    .flatMap(bind -> bind.contexts().stream())
                    .map(EngineContext::context)
                    .toList();
        }
    }

    /** Those of the JDK's engine are on the heap, and nobody gives them back. */
    private static void needsNativeContexts() {
        EngineGap.COST.endsTheTest();
    }

    private static boolean isAlive(SslContext context) {
        return ReferenceCountUtil.refCnt(context) > 0;
    }

    /** {@code set ssl cert} and {@code commit ssl cert}. */
    private void replace(TestProxy proxy, String kind) {
        List<Command> commands = TlsFeature.commands(proxy.node());
        run(commands, "set ssl cert", List.of(file), Pems.read(kind + ".crt") + Pems.read(kind + ".key"));
        assertThat(run(commands, "commit ssl cert", List.of(file), "")).endsWith("Success!\n");
    }

    private static String run(List<Command> commands, String name, List<String> words, String payload) {
        StringBuilder answer = new StringBuilder();
        commands.stream()
                .filter(command -> command.name().equals(name))
                .findFirst()
                .orElseThrow()
                .action()
                .run(new Command.Arguments(words, payload), answer);
        return answer.toString();
    }

    /** Waits until no more contexts of that kind can be reached: each look at the heap collects it first. */
    private static void awaitAtMost(int most, String kind) throws Exception {
        long deadline = System.nanoTime() + 10_000_000_000L;
        int now = count(kind);
        while (now > most && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
            now = count(kind);
        }
        assertThat(now).as(kind).isLessThanOrEqualTo(most);
    }

    private static int count(String kind) throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return histogram
                .lines()
                .map(line -> line.trim().split(" +"))
                .filter(words ->
                        words.length > 3 && words[3].equals("io.netty.handler.ssl.ReferenceCountedOpenSsl" + kind))
                .mapToInt(words -> Integer.parseInt(words[1]))
                .sum();
    }
}
