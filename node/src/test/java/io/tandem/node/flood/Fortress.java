// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Children;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The program as a process of its own, and what can be seen of it from outside. With {@code -Dtandem.flood.program=FILE} another
 * program is seen instead, such as the installed haproxy.
 */
final class Fortress implements AutoCloseable {
    private static final String OTHER = System.getProperty("tandem.flood.program", "");

    /** In short runs: leaks are looked for, which is a quarter of what a flood costs. */
    private static final List<String> CHEAP = List.of(
            "-XX:TieredStopAtLevel=1",
            "-Xmx96m",
            "-XX:MaxDirectMemorySize=192m",
            "-Dio.netty.leakDetection.level=simple",
            "-Dio.netty.leakDetection.samplingInterval=4");

    /** Where latencies are measured: as the launcher has it. */
    private static final List<String> AS_LAUNCHED = List.of(
            "-Xms256m",
            "-Xmx256m",
            "-Xmn8m",
            "-XX:SurvivorRatio=3",
            "-XX:+UseTransparentHugePages",
            "-XX:-UsePerfData",
            "-XX:MaxDirectMemorySize=256m",
            "-Dio.netty.leakDetection.level=disabled");

    private static final int MOST_ERRORS = 100_000;

    private final Process process;
    private final Path errors;
    final int http = Ports.reserved();
    final int https = Ports.reserved();
    final int h2 = Ports.reserved();

    /**
     * Starts it and waits until it listens.
     *
     * @param text the configuration; {@code @HTTP@}, {@code @HTTPS@} and {@code @H2@} stand for its ports, {@code @CRT@} for a file
     * @param descriptors how many it may have; 0 for as many as we
     */
    Fortress(Path directory, String text, int descriptors) throws IOException, InterruptedException {
        errors = directory.resolve("errors");
        String certificate = Pems.write(directory, "cert.pem", "ec.crt", "ec.key");
        Path file = Files.writeString(
                directory.resolve("flood.cfg"),
                text.replace("@HTTPS@", String.valueOf(https))
                        .replace("@HTTP@", String.valueOf(http))
                        .replace("@H2@", String.valueOf(h2))
                        .replace("@CRT@", certificate));
        String limit = descriptors > 0 ? String.valueOf(descriptors) : "$(ulimit -n)";
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"));
        command.addAll(Cores.ofProgram());
        if (OTHER.isEmpty()) {
            command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC"));
            command.addAll(Flood.SECONDS < Flood.MEASURED_SECONDS ? CHEAP : AS_LAUNCHED);
            command.addAll(
                    Stream.of(System.getProperty("tandem.flood.options", "").split(" ", -1))
                            .filter(option -> !option.isEmpty())
                            .toList());
            command.addAll(List.of("-cp", descriptors > 0 ? jars(directory) : System.getProperty("java.class.path")));
            command.add("io.tandem.node.cli.Main");
        } else {
            command.add(OTHER);
        }
        command.addAll(List.of("-db", "-f", file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile());
        builder.environment().put("MALLOC_MMAP_THRESHOLD_", "32000");
        builder.environment().put("MALLOC_TRIM_THRESHOLD_", "131072");
        process = Children.with(builder.start());
        try {
            awaitPort(http);
            awaitPort(https);
            awaitPort(h2);
        } catch (IOException | InterruptedException failure) {
            close();
            throw failure;
        }
    }

    /** The class path in jars, as the package has it: a jar stays open, a class of a directory needs a descriptor to be loaded. */
    private static String jars(Path directory) throws IOException {
        List<String> places = new ArrayList<>();
        for (String place : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(place);
            places.add(Files.isDirectory(path) ? jar(path, directory).toString() : place);
        }
        return String.join(File.pathSeparator, places);
    }

    private static Path jar(Path classes, Path directory) throws IOException {
        Path jar = directory.resolve(classes.toString().replace('/', '_') + ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    private void awaitPort(int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() - deadline < 0 && process.isAlive()) {
            try (Socket probe = new Socket("127.0.0.1", port)) {
                if (probe.isConnected()) {
                    return;
                }
            } catch (IOException notYet) {
                process.waitFor(50, TimeUnit.MILLISECONDS);
            }
        }
        throw new IOException("it does not serve: " + errors());
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote to its standard error, the beginning of it. */
    String errors() throws IOException {
        try (InputStream in = Files.newInputStream(errors)) {
            return new String(in.readNBytes(MOST_ERRORS), StandardCharsets.ISO_8859_1);
        }
    }

    /** Resident memory, MiB. */
    int memoryMb() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Integer.parseInt(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        return 0;
    }

    /** Open descriptors. */
    int descriptors() {
        String[] names = new File("/proc/" + process.pid() + "/fd").list();
        return names == null ? 0 : names.length;
    }

    /** Waits until no more than {@code most} descriptors are open. */
    void awaitDescriptors(int most) throws Exception {
        Await.until("no more than " + most + " open descriptors", () -> descriptors() <= most);
    }

    /** Processor time its event loops have used, hundredths of a second. */
    long ticksOfLoops() throws IOException {
        return ticks("(loop-");
    }

    /** Processor time of the threads whose names begin so, behind a bracket; hundredths of a second. */
    long ticks(String name) throws IOException {
        long ticks = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                String stat = stat(thread);
                if (stat.contains(name) || (!stat.isEmpty() && !OTHER.isEmpty())) {
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                }
            }
        }
        return ticks;
    }

    private static String stat(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("stat"));
        } catch (NoSuchFileException ended) {
            return "";
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }
}
