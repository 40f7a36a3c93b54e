// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Children;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A proxy on the way between clients and servers that know nothing of it: {@code bind … transparent} takes connections to the
 * servers' own addresses, {@code option transparent} carries them there, {@code usesrc} shows the servers the clients'
 * addresses. In three network namespaces, with the installed haproxy in ours' place.
 */
@Timeout(120)
class TransparentDifferentialTest {
    private static final String CONFIGURATION =
            """
            defaults
                mode MODE
                timeout connect 3s
                timeout client 3s
                timeout server 3s
            frontend fe
                bind 0.0.0.0:8080 transparent
                bind [::]:8080 v6only transparent
                default_backend be
            backend be
                option transparent
                SOURCE
            """;
    private static final int PATIENCE_S = 20;

    private final String prefix = "tnd-serv-" + ProcessHandle.current().pid();
    private final List<Process> started = new ArrayList<>();

    @TempDir
    Path directory;

    private String client() {
        return prefix + "c";
    }

    private String proxy() {
        return prefix + "p";
    }

    private String server() {
        return prefix + "s";
    }

    @BeforeEach
    void makeTheNetwork() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Program.assumeRoot();
        for (String name : List.of(client(), proxy(), server())) {
            ip("netns add " + name);
            ip("-n " + name + " link set lo up");
        }
        link(client(), "1");
        link(server(), "2");
        ip("-n " + client() + " route add default via 10.99.1.1");
        ip("-n " + client() + " -6 route add default via fd99:1::1");
        ip("-n " + server() + " route add default via 10.99.2.1");
        ip("-n " + server() + " -6 route add default via fd99:2::1");
        for (String family : List.of("-4", "-6")) {
            // what comes from either side is taken in, whosever address it is for; what the proxy sends is routed
            for (String side : List.of("1", "2")) {
                ip("-n " + proxy() + " " + family + " rule add iif p" + side + " lookup 100");
            }
            ip("-n " + proxy() + " " + family + " route add local default dev lo table 100");
        }
        serve();
    }

    /** A pair of interfaces: x there, p1 or p2 in the proxy's namespace. */
    private void link(String namespace, String side) throws Exception {
        ip("-n " + proxy() + " link add p" + side + " type veth peer name x netns " + namespace);
        ip("-n " + proxy() + " addr add 10.99." + side + ".1/24 dev p" + side);
        ip("-n " + proxy() + " -6 addr add fd99:" + side + "::1/64 dev p" + side + " nodad");
        ip("-n " + proxy() + " link set p" + side + " up");
        ip("-n " + namespace + " addr add 10.99." + side + ".2/24 dev x");
        ip("-n " + namespace + " -6 addr add fd99:" + side + "::2/64 dev x nodad");
        ip("-n " + namespace + " link set x up");
    }

    private void serve() throws Exception {
        Path script = directory.resolve("answer.sh");
        Files.writeString(
                script,
                "read -r l\nprintf 'HTTP/1.0 200 OK\\r\\n\\r\\n%s saw %s' \"$SOCAT_SOCKADDR\" \"$SOCAT_PEERADDR\"\n");
        for (String family : List.of("TCP4-LISTEN", "TCP6-LISTEN")) {
            start(in(
                    server(),
                    "socat",
                    family
                            + ":8080,ipv6-v6only,fork,reuseaddr"
                                    .replace(family.equals("TCP4-LISTEN") ? ",ipv6-v6only" : "nothing", ""),
                    "EXEC:/bin/sh " + script));
        }
    }

    @AfterEach
    void takeItDown() throws Exception {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            Children.end(process);
        }
        for (String name : List.of(client(), proxy(), server())) {
            Program.of("ip", "netns", "del", name).run();
        }
    }

    private static void ip(String words) throws Exception {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(words.split(" ")));
        Program.of(command).succeed();
    }

    private static List<String> in(String namespace, String... words) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.addAll(List.of(words));
        return command;
    }

    private Process start(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said-" + started.size()).toFile())
                .start();
        started.add(process);
        return Children.with(process);
    }

    private Process proxy(boolean oracle, String mode, String source) throws Exception {
        Path file = directory.resolve("proxy.cfg");
        Files.writeString(file, CONFIGURATION.replace("MODE", mode).replace("SOURCE", source));
        if (oracle) {
            return start(in(proxy(), "haproxy", "-db", "-q", "-f", file.toString()));
        }
        return start(in(
                proxy(),
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tandem.node.cli.Main",
                "-db",
                "-q",
                "-f",
                file.toString()));
    }

    /** What the client at {@code address} is answered; empty where it gets no answer. */
    private String ask(String address) throws Exception {
        Process process = new ProcessBuilder(in(
                        client(), "socat", "-t", "0.1", "-T", "3", "-", "TCP:" + address + ":8080,connect-timeout=2"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        process.destroyForcibly().waitFor();
        return answer;
    }

    private String played(boolean oracle, String mode, String source) throws Exception {
        Process proxy = proxy(oracle, mode, source);
        try {
            StringBuilder seen = new StringBuilder();
            for (String address : List.of("10.99.2.2", "[fd99:2::2]")) {
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
                String answer = ask(address);
                while (answer.isEmpty() && proxy.isAlive() && System.nanoTime() - deadline < 0) {
                    LockSupport.parkNanos(50_000_000);
                    answer = ask(address);
                }
                seen.append(address)
                        .append(": ")
                        .append(answer.replaceAll("(?s).*\r\n\r\n", ""))
                        .append('\n');
            }
            return seen.toString();
        } finally {
            proxy.descendants().forEach(ProcessHandle::destroyForcibly);
            proxy.destroyForcibly().waitFor();
        }
    }

    @Test
    void connectionsGoToWhereTheClientWantedToGo() throws Exception {
        for (String mode : List.of("http", "tcp")) {
            String ours = played(false, mode, "");
            assertThat(ours).contains("10.99.2.2 saw 10.99.2.1").isEqualTo(played(true, mode, ""));
        }
    }

    @Test
    void withUsesrcTheServerSeesTheClientItself() throws Exception {
        String source = "source 0.0.0.0 usesrc clientip";
        String ours = played(false, "http", source);
        assertThat(ours).contains("10.99.2.2 saw 10.99.1.2").isEqualTo(played(true, "http", source));
    }
}
