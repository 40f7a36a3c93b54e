// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.node.boot.StartedProxy.signal;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configurations of tens of thousands of servers, and a process whose heap of 64 MB does not hold them. */
class LargeConfigurationTest {
    private final StartedProxy proxy;

    LargeConfigurationTest(@TempDir Path directory) throws IOException {
        proxy = new StartedProxy(directory);
    }

    @AfterEach
    void end() throws Exception {
        proxy.close();
    }

    @Test
    void aReloadThatIsPlainlyTooLargeIsRefusedBeforeItIsRead() throws Exception {
        isRefused(100_000, "no memory for a configuration of 7 MB beside the running one of 1 MB: the heap of ");
    }

    @Test
    void aReloadThatRunsOutOfMemoryIsRefusedAndTheProcessServesOn() throws Exception {
        isRefused(35_000, "no memory for the configuration: the heap of ");
    }

    private void isRefused(int servers, String complaint) throws Exception {
        Process process = proxy.serving();
        String small = Files.readString(proxy.file());
        Files.writeString(proxy.file(), small + backends(servers));

        signal("USR2", process.pid());
        Await.until("it is refused", () -> !process.isAlive() || proxy.errors().contains("keeps serving"));

        assertThat(proxy.errors()).contains(complaint).contains("Set TANDEM_HEAP to more, and restart.");
        assertThat(proxy.answer()).contains(" 403 ");

        Files.writeString(
                proxy.file(), small.replace("http-request deny", "http-request redirect location /elsewhere"));
        signal("USR2", process.pid());
        Await.until("what fits is loaded", () -> proxy.answer().contains(" 302 "));
    }

    @Test
    void aStartWithoutEnoughMemorySaysWhatToDo() throws Exception {
        Files.writeString(proxy.file(), Files.readString(proxy.file()) + backends(100_000));

        Process process = proxy.start("-db", "-f", proxy.file().toString());

        assertThat(proxy.end(process)).isEqualTo(1);
        assertThat(proxy.errors()).contains("no memory for a configuration of 7 MB: the heap of ");
    }

    private static String backends(int servers) {
        return IntStream.range(0, servers)
                .mapToObj(i -> (i % 100 == 0 ? "backend large" + i + "\n" : "") + "    server s" + i
                        + " 127.0.0.1:8080 weight 10 maxconn 100 cookie c" + i + "\n")
                .collect(Collectors.joining());
    }
}
