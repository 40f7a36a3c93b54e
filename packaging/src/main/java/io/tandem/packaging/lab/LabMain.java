// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code tandem lab}: reads the command line and does what it says. */
public final class LabMain {
    private static final int USAGE_STATUS = 2;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private LabMain() {}

    public static void main(String[] args) throws InterruptedException {
        List<String> words = List.of(args);
        int status;
        try {
            status = run(LabArguments.parse(words), words);
        } catch (UsageException e) {
            System.err.println("tandem lab: " + e.getMessage());
            status = USAGE_STATUS;
        } catch (IOException e) {
            System.err.println("tandem lab: " + e.getMessage());
            status = 1;
        }
        System.exit(status);
    }

    private static int run(LabCommand command, List<String> words) throws IOException, InterruptedException {
        long uid = ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        LabDirectory directory = LabDirectory.ofUser(System.getenv(), uid);
        if (command instanceof LabCommand.Up up) {
            return up(up.options(), directory, uid, words);
        }
        if (command instanceof LabCommand.Drill drill) {
            Requirements.check(drill.options(), uid);
            directory.removeDrillLeftovers();
            prepareStartUp(drill.options());
            LabDirectory own = directory.ofDrill(ProcessHandle.current().pid());
            return new Supervisor(own, uid, Topology.NETWORKS.get(0), words).run(false);
        }
        if (command instanceof LabCommand.Exec exec) {
            return exec(exec, runningOrThrow(directory));
        }
        if (command instanceof LabCommand.Status) {
            runningOrThrow(directory);
            return status(directory);
        }
        if (command instanceof LabCommand.Stop) {
            return stop(directory);
        }
        System.out.print(LabArguments.USAGE);
        return 0;
    }

    private static int up(LabOptions options, LabDirectory directory, long uid, List<String> words)
            throws IOException, InterruptedException {
        if (directory.running().isPresent()) {
            throw new IOException("a lab runs already; tandem lab stop ends it");
        }
        Requirements.check(options, uid);
        if (directory.removeLeftovers()) {
            System.out.println("removed what an earlier lab had left");
        }
        prepareStartUp(options);
        String network = MachineNetworks.free();
        System.out.printf("tandem lab: %d nodes, 3 web servers, network %s.0/24%n", options.nodes(), network);
        return new Supervisor(directory, uid, network, words).run(true);
    }

    private static void prepareStartUp(LabOptions options) throws IOException, InterruptedException {
        if (options.engine() == Engine.TANDEM && StartUpArchive.isWanted()) {
            System.out.println("writing the start-up archive, once");
            StartUpArchive.write();
        }
    }

    /** In the lab's namespaces first, where the host's process id means something, then in the host's. */
    private static int exec(LabCommand.Exec exec, Map<String, String> running)
            throws IOException, InterruptedException {
        String lab = String.valueOf(LabDirectory.pidOf(running.getOrDefault("lab", "")));
        Path directory = LabDirectory.ofUser(System.getenv(), uidOfSelf()).path();
        Path pidFile = directory.resolve("hosts").resolve(exec.host() + ".pid");
        if (!Files.exists(pidFile)) {
            throw new IOException(exec.host() + ": no such host; tandem lab status lists them");
        }
        List<String> command = new ArrayList<>(List.of("nsenter", "-t", lab));
        if (Boolean.parseBoolean(running.get("user-namespace"))) {
            command.addAll(List.of("-U", "--preserve-credentials"));
        }
        command.addAll(List.of("-n", "-m", "-p", "--"));
        command.addAll(List.of("nsenter", "-t", Files.readString(pidFile).strip()));
        command.addAll(List.of("-n", "-m", "-p", "-u", "-i", "-w", "--"));
        command.addAll(exec.command());
        ProcessBuilder inside = new ProcessBuilder(command).inheritIO();
        // The launcher's own settings are not the command's.
        inside.environment().keySet().removeAll(Set.of("CLASSPATH", "_JAVA_SR_SIGNUM", "TANDEM_LAUNCHER"));
        return inside.start().waitFor();
    }

    private static int status(LabDirectory directory) throws IOException {
        Path socket = directory.path().resolve(RunningLab.STATUS_SOCKET);
        if (!Files.exists(socket)) {
            System.out.println("the lab is still starting");
            return 0;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer chunk = ByteBuffer.allocate(4096);
            while (channel.read(chunk) >= 0) {
                answer.write(chunk.array(), 0, chunk.position());
                chunk.clear();
            }
            System.out.print(answer.toString(StandardCharsets.UTF_8));
        }
        return 0;
    }

    private static int stop(LabDirectory directory) throws IOException {
        Map<String, String> running = runningOrThrow(directory);
        String supervisor = running.getOrDefault("supervisor", "");
        ProcessHandle.of(LabDirectory.pidOf(supervisor)).ifPresent(ProcessHandle::destroy);
        Await.until("the lab to end", STOP_LIMIT, () -> !LabDirectory.isAlive(supervisor));
        System.out.println("the lab has ended");
        return 0;
    }

    private static Map<String, String> runningOrThrow(LabDirectory directory) throws IOException {
        return directory.running().orElseThrow(() -> new IOException("no lab is running; tandem lab starts one"));
    }

    private static long uidOfSelf() throws IOException {
        return ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    }
}
