// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.CannedServer;
import io.tandem.packaging.bench.load.Generator;
import io.tandem.packaging.bench.load.HolderMain;
import io.tandem.packaging.bench.load.Measured;
import io.tandem.packaging.bench.load.Plan;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@link HoldCase} inside its namespace: {@code HoldInside COUNT PEM DIRECTORY}. For each proxy: starts as many processes as the
 * limit of descriptors makes necessary (one where it allows), opens the connections, each makes a request and stays, and
 * says what they cost in the processes and in the kernel.
 */
public final class HoldInside {
    /** Descriptors a process needs besides its connections; for each of them both proxies reserve one to a server. */
    private static final int SPARE = 500;

    /** A namespace has no network card to take an identity from. */
    static final String MACHINE_ID = "-Dio.netty.machineId=00:00:00:00:00:00:00:01";

    private static final int MOST_PORTS = 60_000;
    private static final double TWO_MILLION = 2_000_000;
    private static final int PROXY_PORT = 443;

    private final int wanted;
    private final Path pem;
    private final Path directory;
    private final int serverPort;

    private HoldInside(int wanted, Path pem, Path directory, int serverPort) {
        this.wanted = wanted;
        this.pem = pem;
        this.directory = directory;
        this.serverPort = serverPort;
    }

    /** Memory of everything at one moment, bytes. */
    private record Memory(double processes, KernelObjects objects, double buffers) {}

    public static void main(String[] args) throws IOException, InterruptedException {
        try (CannedServer server = new CannedServer()) {
            HoldInside inside =
                    new HoldInside(Integer.parseInt(args[0]), Path.of(args[1]), Path.of(args[2]), server.port());
            StringBuilder table = new StringBuilder();
            for (String program : List.of("haproxy", "tandem")) {
                table.append(inside.hold(program));
            }
            say(
                    "%n| proxy | processes | TLS connections | process | kernel | together | a socket of the article's | two million |");
            say("|---|---|---|---|---|---|---|---|%n%s", table);
        }
        System.exit(0);
    }

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    private String hold(String program) throws IOException, InterruptedException {
        int perProcess = Math.min(wanted, (descriptors() - SPARE) / 2);
        int processes = (wanted + perProcess - 1) / perProcess;
        perProcess = (wanted + processes - 1) / processes;
        say(
                "  %s: %d processes of %d connections (%d descriptors each)",
                program, processes, perProcess, descriptors());
        List<Process> proxies = new ArrayList<>();
        List<Process> holders = new ArrayList<>();
        try {
            for (int i = 0; i < processes; i++) {
                proxies.add(start(program, i, perProcess));
            }
            for (int i = 0; i < processes; i++) {
                await(proxies.get(i), address(i), program, i);
            }
            for (int i = 0; i < processes; i++) {
                int failed = ready(holder(address(i), 1, i, holders)); // classes are loaded before anything is measured
                if (failed > 0) {
                    throw new IOException(program + " does not answer: " + said(program, i));
                }
            }
            stop(holders);
            Thread.sleep(2000);
            Memory before = memory(proxies);
            int failed = 0;
            for (int i = 0; i < processes; i++) {
                long startNs = System.nanoTime();
                failed += ready(holder(address(i), perProcess, i, holders));
                say(
                        "    process %d full after %.0f s, %d failed so far",
                        i, (System.nanoTime() - startNs) / 1e9, failed);
            }
            Thread.sleep(2500);
            int standing = 0;
            for (Process holder : holders) {
                holder.getOutputStream().write('\n');
                holder.getOutputStream().flush();
                standing += number(reader(holder).readLine());
            }
            Memory after = memory(proxies);
            say("    with all of them standing: %s", served(address(0)));
            return row(program, processes, standing, holders, before, after);
        } finally {
            stop(holders);
            stop(proxies);
        }
    }

    private static String row(
            String program, int processes, int standing, List<Process> holders, Memory before, Memory after) {
        // Both ends of a connection are sockets of this machine: half of what they have buffered is the proxy's.
        double kernel =
                after.objects().eachSince(before.objects()) + (after.buffers() - before.buffers()) / 2 / standing;
        double process = (after.processes() - before.processes()) / standing;
        double base = before.processes() / processes;
        return String.format(
                Locale.ROOT,
                "| %s | %d of %.0f MB | %d (%d clients) | %.0f B | %.0f B | %.1f KB | %s | %.1f GB |%n",
                program,
                processes,
                base / 1e6,
                standing,
                holders.size(),
                process,
                kernel,
                (process + kernel) / 1024,
                (process + kernel) / 1024 <= 20 ? "≤ 20 KB: met" : "> 20 KB: missed",
                (TWO_MILLION * (process + kernel) + base) / (1L << 30));
    }

    private static String address(int index) {
        return "127.0." + (20 + index) + ".1";
    }

    private Process start(String program, int index, int connections) throws IOException {
        Path file = directory.resolve("hold-" + program + index + ".cfg");
        boolean tandem = program.equals("tandem");
        Files.writeString(
                file,
                "global\n    nbthread 1\n    maxconn " + (connections + 100) + "\n    tune.ssl.cachesize 0\n"
                        + "    ssl-default-bind-options ssl-min-ver TLSv1.2\n"
                        + "defaults\n    mode http\n    timeout connect 10s\n    timeout client 2h\n    timeout server 2h\n"
                        + "    timeout http-keep-alive 2h\n    maxconn " + (connections + 100) + "\n"
                        + "frontend web\n    bind " + address(index) + ":" + PROXY_PORT + " ssl crt " + pem
                        + "\n    option forwardfor\n    http-request set-header X-Forwarded-Port %[dst_port]\n"
                        + "    default_backend app\nbackend app\n    http-reuse always\n    server s1 127.0.0.1:"
                        + serverPort + "\n");
        ProcessBuilder builder =
                new ProcessBuilder(tandem ? Contender.launcher() : "haproxy", "-db", "-f", file.toString());
        // Some 6 KB of heap a connection, and what is there without any.
        builder.environment().put("TANDEM_HEAP", (256 + connections / 128) + "m");
        return builder.redirectErrorStream(true)
                .redirectOutput(
                        directory.resolve("hold-" + program + index + ".out").toFile())
                .start();
    }

    private String said(String program, int index) throws IOException {
        return Files.readString(directory.resolve("hold-" + program + index + ".out"));
    }

    private void await(Process proxy, String address, String program, int index)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (System.nanoTime() - deadline < 0) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, PROXY_PORT), 1000);
                return;
            } catch (IOException notYet) {
                if (!proxy.isAlive()) {
                    throw new IOException(program + " ended: " + said(program, index), notYet);
                }
                Thread.sleep(50);
            }
        }
        throw new IOException("the proxy of " + address + " does not listen");
    }

    private static Process holder(String address, int count, int index, List<Process> holders) throws IOException {
        StringBuilder sources = new StringBuilder();
        for (int i = 0; i <= count / MOST_PORTS; i++) {
            sources.append(i == 0 ? "" : ",")
                    .append("127.1.")
                    .append(index)
                    .append('.')
                    .append(i + 1);
        }
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-Xmx" + (64 + count / 128) + "m",
                        "-Dio.netty.jfr.enabled=false",
                        MACHINE_ID,
                        "-cp",
                        System.getProperty("java.class.path"),
                        HolderMain.class.getName(),
                        address,
                        Integer.toString(PROXY_PORT),
                        Integer.toString(count),
                        sources.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        holders.add(process);
        return process;
    }

    private static BufferedReader reader(Process process) {
        return process.inputReader(StandardCharsets.US_ASCII);
    }

    private static int ready(Process holder) throws IOException {
        return number(reader(holder).readLine());
    }

    private static int number(@org.jspecify.annotations.Nullable String line) throws IOException {
        if (line == null) {
            throw new IOException("a client process ended");
        }
        return Integer.parseInt(line.substring(line.indexOf(' ') + 1));
    }

    private static String served(String address) throws IOException, InterruptedException {
        try (Generator generator = new Generator()) {
            Measured measured = generator.run(Plan.handshakes(PROXY_PORT, true, 4, Duration.ofSeconds(2))
                    .to(new InetSocketAddress(address, PROXY_PORT)));
            return String.format(
                    Locale.ROOT,
                    "%.0f new connections a second, %d failed, p99 %.1f ms",
                    measured.perSecond(),
                    measured.failed() + measured.refused(),
                    measured.latencies().micros(0.99) / 1000);
        }
    }

    private static Memory memory(List<Process> proxies) throws IOException {
        double resident = 0;
        for (Process proxy : proxies) {
            resident += Cpu.shareOf(proxy.pid()); // so that pages of programs and archives count once
        }
        return new Memory(resident, KernelObjects.now(), 4096.0 * socketPages());
    }

    private static long socketPages() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/net/sockstat"))) {
            if (line.startsWith("TCP:")) {
                return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        throw new IOException("no TCP in /proc/net/sockstat");
    }

    private static int descriptors() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                String hard = line.split(" +", -1)[4];
                return hard.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(hard);
            }
        }
        throw new IOException("no limit of open files");
    }

    private static void stop(List<Process> processes) throws InterruptedException {
        processes.forEach(Process::destroy);
        for (Process process : processes) {
            if (!process.waitFor(5, java.util.concurrent.TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        processes.clear();
    }
}
