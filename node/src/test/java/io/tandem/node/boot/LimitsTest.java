// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.node.boot.StartedProxy.hasAnswer;
import static io.tandem.node.boot.StartedProxy.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Children;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits that are set on the admin socket of a running program. */
class LimitsTest {
    private final StartedProxy proxy;

    LimitsTest(@TempDir Path directory) throws IOException {
        proxy = new StartedProxy(directory);
    }

    @AfterEach
    void end() throws Exception {
        proxy.close();
    }

    @Test
    void limitsChangeOnTheAdminSocketAsWithHaproxy() throws Exception {
        InstalledHaproxy.assumeInstalled();
        proxy.configure("http-request deny");
        Files.writeString(
                proxy.file(), Files.readString(proxy.file()).replace("nbthread 1", "nbthread 1\n    maxconn 100"));
        List<String> commands = List.of(
                "set maxconn global",
                "set maxconn global x",
                "set maxconn global 5000",
                "set maxconn global 50",
                "set maxconn frontend",
                "set maxconn frontend nobody 3",
                "set maxconn frontend web",
                "set maxconn frontend web -1",
                "set maxconn frontend web 7x",
                "set rate-limit",
                "set rate-limit connections",
                "set rate-limit connections global",
                "set rate-limit connections global -1",
                "set rate-limit connections global 1000",
                "set rate-limit sessions global 2000",
                "set rate-limit ssl-sessions global 3000");
        Process haproxy = proxy.haproxy("-db", "-f", proxy.file().toString());
        Await.until("haproxy serves", () -> proxy.answer().contains(" 403 "));
        List<String> expected = proxy.ask(commands);
        String limits = limits();
        Children.end(haproxy);

        proxy.serving();

        assertThat(proxy.ask(commands)).isEqualTo(expected);
        assertThat(limits()).isEqualTo(limits).contains("Maxconn: 50\n", "SessRateLimit: 2000\n", "web 7\n");
    }

    @Test
    void aFrontendsLimitHoldsConnectionsBackUntilItIsRaised() throws Exception {
        proxy.serving();
        proxy.ask(List.of("set maxconn frontend web 1"));
        try (Socket only = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                Socket next = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            request(only);
            Await.until("the first is answered", () -> hasAnswer(only));
            request(next);
            assertThat(proxy.ask(List.of("show info")).get(0)).contains("CurrConns: 1\n");
            assertThat(hasAnswer(next)).isFalse();

            proxy.ask(List.of("set maxconn frontend web 5"));

            Await.until("the second is answered", () -> hasAnswer(next));
        }
    }

    private String limits() throws IOException {
        String info = proxy.ask(List.of("show info")).get(0);
        String stat = proxy.ask(List.of("show stat")).get(0);
        return info.lines()
                        .filter(line -> line.matches("(Maxconn|Hard_maxconn|(Conn|Sess|Ssl)RateLimit): .*"))
                        .collect(Collectors.joining("\n", "", "\n"))
                + stat.lines()
                        .filter(line -> line.startsWith("web,FRONTEND"))
                        .map(line -> "web " + line.split(",", -1)[6] + "\n")
                        .collect(Collectors.joining());
    }
}
