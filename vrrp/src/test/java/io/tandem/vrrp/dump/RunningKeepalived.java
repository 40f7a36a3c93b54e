// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Netlink;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A real keepalived that is started with a file, in a /tmp of its own, and asked for its dumps. */
final class RunningKeepalived {
    static final Path PROGRAM = Path.of("/usr/sbin/keepalived");
    static final List<String> INTERFACES = List.of("eth0", "eth1", "eth2", "eth3", "eth0.1", "bond0");
    private static final int JSON = 36;

    private RunningKeepalived() {}

    /** A namespace with these interfaces up. */
    static NetNamespace namespace(List<String> interfaces) throws IOException {
        NetNamespace namespace = NetNamespace.create("tnd-corpus");
        try (Netlink netlink = namespace.netlink()) {
            netlink.links().up("lo");
            int number = 0;
            for (String name : interfaces) {
                number++;
                netlink.links().addVeth(name, "p" + number, null);
                netlink.links().up("p" + number);
                netlink.links().up(name);
                netlink.addresses().add(InetAddress.getByName("10.199." + number + ".1"), 24, name);
            }
        }
        return namespace;
    }

    /** Its JSON; empty where it refuses to run. */
    static String json(Path directory, Path file, NetNamespace namespace) throws Exception {
        return dumps(directory, file, namespace, Map.of(JSON, "json")).getOrDefault("json", "");
    }

    /**
     * Its dumps.
     *
     * @param asked the endings of the files' names by the signals that have them written
     * @return the texts by these endings; none where it refuses to run
     */
    static Map<String, String> dumps(Path directory, Path file, NetNamespace namespace, Map<Integer, String> asked)
            throws Exception {
        Path own = Files.createTempDirectory(directory, "run");
        Files.copy(file, own.resolve("keepalived.conf"));
        Path log = own.resolve("log");
        Process process = new ProcessBuilder(
                        "nsenter",
                        "--net=" + namespace.path(),
                        "unshare",
                        "-m",
                        "sh",
                        "-c",
                        "mount --bind " + own + " /tmp && exec " + PROGRAM
                                + " -n -P -l -D -f /tmp/keepalived.conf -p /tmp/p -r /tmp/r")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await(
                    "it starts",
                    () -> text(log).contains("Startup complete") || text(log).contains("permanent error CONFIG"),
                    process,
                    log);
            Map<String, String> texts = new HashMap<>();
            if (text(log).contains("permanent error CONFIG")) {
                return texts;
            }
            for (Map.Entry<Integer, String> each : asked.entrySet()) {
                new ProcessBuilder("kill", "-" + each.getKey(), Long.toString(process.pid()))
                        .start()
                        .waitFor();
                Path dump = own.resolve("keepalived." + each.getValue());
                await("it writes", () -> isWhole(text(dump), each.getValue()), process, log);
                texts.put(each.getValue(), text(dump));
            }
            return texts;
        } finally {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static boolean isWhole(String text, String ending) {
        return switch (ending) {
            case "json" -> text.endsWith("]");
            case "data" ->
                text.contains("------< Interfaces >------") && text.contains("Reset promote_secondaries counter");
            default -> text.matches("(?s).*Priority Zero:\\s+Received: \\d+\\s+Sent: \\d+");
        };
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static void await(String what, BooleanSupplier condition, Process process, Path log) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(process.isAlive() || condition.getAsBoolean())
                    .as(what + ": " + text(log))
                    .isTrue();
            assertThat(System.nanoTime() - end).as(what + ": " + text(log)).isNegative();
            LockSupport.parkNanos(20_000_000L);
        }
    }
}
