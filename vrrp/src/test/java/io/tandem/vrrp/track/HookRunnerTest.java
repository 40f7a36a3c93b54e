// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tandem.config.model.OperatingConfig.Hook;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HookRunnerTest {
    private static final String USER = System.getProperty("user.name");

    private final RecordedLog log = new RecordedLog();
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    @TempDir
    Path directory;

    @Test
    void aCommandGetsTheFactsAndItsSuccessIsRemembered() throws Exception {
        Path out = directory.resolve("out");
        try (HookRunner runner = runner(command("echo $TANDEM_ROUTER > " + out, 0))) {
            runner.run("VI_1", Map.of("TANDEM_ROUTER", "VI_1"), () -> true);

            assertThat(ended.get(30, TimeUnit.SECONDS)).isEmpty();
            assertThat(Files.readString(out)).isEqualTo("VI_1\n");
            assertThat(runner.lastResult()).startsWith("of=VI_1 result=ok attempts=1 after-ms=");
        }
    }

    @Test
    void aFailureIsTriedAgainAsOftenAsAllowedAndThenSaid() throws Exception {
        Path out = directory.resolve("out");
        try (HookRunner runner = runner(command("echo x >> " + out + "; exit 7", 2))) {
            runner.run("VI_1", Map.of(), () -> true);

            assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("status-7");
            assertThat(Files.readString(out)).isEqualTo("x\nx\nx\n");
            assertThat(runner.lastResult()).contains("result=failed attempts=3", "cause=status-7");
        }
    }

    @Test
    void aCommandThatHangsIsEndedWithItsChildren() throws Exception {
        Hook hanging =
                new Hook(List.of("/bin/sh", "-c", "sleep 60 & wait"), null, List.of(), Duration.ofMillis(300), 0, USER);
        try (HookRunner runner = runner(hanging)) {
            runner.run("VI_1", Map.of(), () -> true);

            assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("timeout");
        }
    }

    @Test
    void anAddressThatHasMovedOnNeedsNoCallAnyMore() throws Exception {
        Path out = directory.resolve("out");
        AtomicInteger asked = new AtomicInteger();
        try (HookRunner runner = runner(command("echo x >> " + out + "; exit 1", 50))) {
            runner.run("VI_1", Map.of(), () -> asked.incrementAndGet() < 3);

            Soon.until("given up", () -> runner.lastResult().endsWith("not-needed-any-more"));
            assertThat(Files.readString(out)).isEqualTo("x\nx\n");
        }
    }

    @Test
    void aCallIsTriedAgainUntilItIsAnsweredWellAndItsSecretIsNotLogged() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        List<String> seen = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/move", exchange -> {
            seen.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(calls.incrementAndGet() == 1 ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/move?token=hush");
        Hook hook = new Hook(List.of(), url, List.of("Authorization: Bearer hush"), Duration.ofSeconds(5), 3, null);
        try (HookRunner runner = runner(hook)) {
            runner.run("VI_1", Map.of("TANDEM_ROUTER", "VI_1"), () -> true);

            assertThat(ended.get(30, TimeUnit.SECONDS)).isEmpty();
            assertThat(seen).hasSize(2).last().isEqualTo("POST Bearer hush {\"TANDEM_ROUTER\":\"VI_1\"}");
            assertThat(log.lines.toString()).contains("cause=http-503").doesNotContain("hush");
            assertThat(hook.toString()).doesNotContain("hush");
        } finally {
            server.stop(0);
        }
    }

    private static Hook command(String script, int retries) {
        return new Hook(List.of("/bin/sh", "-c", script), null, List.of(), Duration.ofSeconds(10), retries, USER);
    }

    private HookRunner runner(Hook hook) {
        return new HookRunner(
                "on-active", hook, log, (subject, failure) -> ended.complete(failure == null ? "" : failure));
    }
}
