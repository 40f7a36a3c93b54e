// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.packaging.lab.host.Lan;
import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Netlink;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What the user started: makes the lab's namespaces with the lab's own process in them, connects the machine, and removes
 * everything when it is told to end or the lab ends.
 *
 * <p>The lab's process is pid 1 of a pid namespace and ends with its standard input, which only this process holds: a
 * crash of either ends everything, and the kernel takes links, mounts and processes away. Only files can be left, and
 * the next start removes them.
 */
final class Supervisor {
    private static final long END_LIMIT_MS = 5_000;
    private static final Duration NAMESPACE_LIMIT = Duration.ofSeconds(10);
    private static final Duration CABLE_LIMIT = Duration.ofSeconds(2);

    private final LabDirectory directory;
    private final long uid;
    private final String network;
    private final List<String> words;
    private volatile boolean cableLaid; // written by run, read by the clean-up thread

    /**
     * @param network the lab's, as {@link Topology#of} takes it
     * @param words the words of the command line, which the lab's own process reads again
     */
    Supervisor(LabDirectory directory, long uid, String network, List<String> words) {
        this.directory = directory;
        this.uid = uid;
        this.network = network;
        this.words = List.copyOf(words);
    }

    /**
     * Runs a lab until it ends.
     *
     * @param reachable whether the machine's own programs should reach it
     * @return the exit status
     */
    int run(boolean reachable) throws IOException, InterruptedException {
        directory.create(uid);
        Process lab;
        try {
            ProcessBuilder builder = new ProcessBuilder(command());
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            lab = builder.redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            directory.remove();
            throw e;
        }
        Thread cleaner = new Thread(() -> end(lab), "lab clean-up");
        Runtime.getRuntime().addShutdownHook(cleaner);
        long inside = firstProcess(lab);
        record(inside);
        Uplink uplink = reachable ? connect(inside) : Uplink.NONE;
        OutputStream toLab = lab.getOutputStream();
        toLab.write((uplink.line() + "\n").getBytes(StandardCharsets.UTF_8));
        toLab.flush();
        return lab.waitFor();
    }

    /** Called once, when this process ends, for whatever reason it can know of. */
    private void end(Process lab) {
        try {
            lab.getOutputStream().close();
            if (!lab.waitFor(END_LIMIT_MS, TimeUnit.MILLISECONDS)) {
                lab.destroyForcibly().waitFor(END_LIMIT_MS, TimeUnit.MILLISECONDS);
            }
            directory.remove();
            if (cableLaid) {
                // The kernel would take it away with the lab's namespace, a moment later.
                try (Netlink netlink = Netlink.open()) {
                    netlink.links().delete(Lan.MACHINE_PORT);
                }
            }
        } catch (IOException e) {
            System.err.println("tandem lab: clean-up: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> command() {
        // A session of its own: Ctrl-C reaches this process only, which ends the rest in order.
        List<String> command = new ArrayList<>(List.of("setsid", "unshare"));
        if (uid != 0) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-Xms48m",
                "-Xmx256m",
                "-XX:-UsePerfData",
                "-Djava.net.preferIPv4Stack=true",
                "-Dio.netty.machineId=02:00:00:00:00:01",
                "-Dtandem.share=" + System.getProperty("tandem.share", "/usr/share/tandem")));
        command.addAll(List.of(LabInside.class.getName()));
        command.add(directory.path().toString());
        command.add(network);
        command.addAll(words);
        return command;
    }

    private static long firstProcess(Process unshare) throws IOException {
        Await.until("the lab's namespaces", NAMESPACE_LIMIT, () -> {
            if (!unshare.isAlive()) {
                throw new IOException("unshare ended with status " + unshare.exitValue());
            }
            return unshare.toHandle().children().findFirst().isPresent();
        });
        return unshare.toHandle()
                .children()
                .findFirst()
                .map(ProcessHandle::pid)
                .orElseThrow(() -> new IOException("the lab ended at once"));
    }

    private void record(long inside) throws IOException {
        Map<String, String> facts = new TreeMap<>();
        facts.put("supervisor", LabDirectory.identity(ProcessHandle.current().pid()));
        facts.put("lab", LabDirectory.identity(inside));
        facts.put("user-namespace", String.valueOf(uid != 0));
        directory.writeRunning(facts);
    }

    private Uplink connect(long inside) throws IOException {
        if (uid == 0) {
            return layCable(inside) ? Uplink.CABLE : Uplink.NONE;
        }
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < Uplink.CARRIED.size(); i++) {
            ports.add(Relay.listen(
                    Uplink.WANTED.get(i), RunningLab.relaySocket(directory.path(), Uplink.CARRIED.get(i))));
        }
        return new Uplink(Uplink.Kind.RELAY, ports);
    }

    /** False if another lab has it: it has one name. */
    private boolean layCable(long inside) throws IOException {
        try (Netlink netlink = Netlink.open();
                NetNamespace lab = NetNamespace.ofProcess(inside)) {
            try {
                // That of a lab which has just ended goes when the kernel has taken its namespace down.
                Await.until("the cable of an earlier lab to vanish", CABLE_LIMIT, () -> netlink.links()
                        .find(Lan.MACHINE_PORT)
                        .isEmpty());
            } catch (IOException inUse) {
                return false;
            }
            netlink.links().addVeth(Lan.MACHINE_PORT, Lan.UPLINK, lab);
            netlink.addresses()
                    .add(
                            Topology.of(LabOptions.MIN_NODES, network).machine(),
                            Topology.PREFIX_LENGTH,
                            Lan.MACHINE_PORT);
            netlink.links().up(Lan.MACHINE_PORT);
            cableLaid = true;
            return true;
        }
    }
}
