// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.host;

import io.tandem.packaging.lab.Resources;
import io.tandem.packaging.lab.Topology;
import io.tandem.packaging.lab.Topology.Place;
import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Netlink;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One host of the lab: network, mount, process and host-name namespaces, held by a shell that is its pid 1.
 *
 * <p>When that shell ends, the kernel ends every program of the host and takes its interfaces and mounts away. The
 * shell ends with the lab's own process, whichever way that ends ({@code unshare --kill-child}, and the lab's pid
 * namespace above it).
 */
public final class Host implements AutoCloseable {
    private static final String SCRIPT = "host.sh";

    private final Place place;
    private final Process holder;
    private final long pid;
    private final NetNamespace network;
    private final Path logs;

    private Host(Place place, Process holder, long pid, NetNamespace network, Path logs) {
        this.place = place;
        this.holder = holder;
        this.pid = pid;
        this.network = network;
        this.logs = logs;
    }

    /**
     * Makes the namespaces and waits until they are usable; there are no links yet besides the loopback.
     *
     * @param directory the lab's; gets {@code hosts/NAME} and {@code logs/NAME}
     */
    public static Host start(Place place, Path directory) throws IOException {
        Path stage = Files.createDirectories(directory.resolve("hosts").resolve(place.name()));
        Path logs = Files.createDirectories(directory.resolve("logs").resolve(place.name()));
        Process holder = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "--mount",
                        "--pid",
                        "--uts",
                        "--ipc",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        "sh",
                        script(directory).toString(),
                        place.name(),
                        stage.toString(),
                        logs.toString())
                .redirectErrorStream(true)
                .start();
        try {
            awaitReady(place, holder);
            long pid = holder.toHandle()
                    .children()
                    .findFirst()
                    .orElseThrow(() -> new IOException("host " + place.name() + ": its first process is gone"))
                    .pid();
            Files.writeString(directory.resolve("hosts").resolve(place.name() + ".pid"), String.valueOf(pid));
            return new Host(place, holder, pid, NetNamespace.ofProcess(pid), logs);
        } catch (IOException e) {
            holder.destroyForcibly();
            throw e;
        }
    }

    private static Path script(Path directory) throws IOException {
        Path script = directory.resolve(SCRIPT);
        if (!Files.exists(script)) {
            Files.writeString(script, Resources.text(SCRIPT));
        }
        return script;
    }

    private static void awaitReady(Place place, Process holder) throws IOException {
        // Not closed: the shell keeps the other end, and must not be told that nobody reads.
        BufferedReader output = holder.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        String line = output.readLine();
        while (line != null && !line.equals("ready")) {
            said.append(line).append(' ');
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("host " + place.name() + ": namespaces refused: " + said);
        }
    }

    public Place place() {
        return place;
    }

    public String name() {
        return place.name();
    }

    /** Its pid 1, as this process sees it. */
    public long pid() {
        return pid;
    }

    public NetNamespace network() {
        return network;
    }

    /** Where its /var/log is on this machine. */
    public Path logs() {
        return logs;
    }

    /** One of its files, by a path that works from here. */
    public Path file(String absolutePath) {
        return Path.of("/proc/" + pid + "/root" + absolutePath);
    }

    /** Creates or replaces one of its files. */
    public void write(String absolutePath, String content) throws IOException {
        Path file = file(absolutePath);
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        // Replaced, not overwritten: in an ordinary user's namespace the machine's own file is somebody else's.
        Files.deleteIfExists(file);
        Files.writeString(file, content);
    }

    /** Brings up the loopback and the interface that was put there, with the host's address. */
    public void configure(String interfaceName) throws IOException {
        try (Netlink netlink = network.netlink()) {
            netlink.links().up("lo");
            netlink.addresses().add(place.address(), Topology.PREFIX_LENGTH, interfaceName);
            netlink.links().up(interfaceName);
        }
    }

    /** Makes an address outside the lab's network reachable: it is on the link. */
    public void addRoute(InetAddress address, String interfaceName) throws IOException {
        try (Netlink netlink = network.netlink()) {
            netlink.routes().add(address, address.getAddress().length * 8, null, interfaceName);
        }
    }

    /** A command to be run in the host. */
    public ProcessBuilder inside(List<String> command) {
        List<String> words = new ArrayList<>(
                List.of("nsenter", "-t", String.valueOf(pid), "-n", "-m", "-p", "-u", "-i", "-w", "--"));
        words.addAll(command);
        return new ProcessBuilder(words);
    }

    /** Starts a program in the host; its output is appended to that file of /var/log. */
    public Process start(List<String> command, String logName) throws IOException {
        return inside(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(logs.resolve(logName).toFile()))
                .start();
    }

    /** The host's programs, its pid 1 left out. */
    public List<RunningProgram> programs() throws IOException {
        return RunningProgram.inNamespaceOf(pid);
    }

    @Override
    public void close() {
        network.close();
        holder.destroyForcibly();
    }
}
