// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.node.testkit.Children;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Netlink;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A host: a network namespace on a bridge, in which a real guardian process with a {@link StandInProxy} is started. */
final class GuardianHost implements AutoCloseable {
    private static final long ANSWER_NS = 5_000_000_000L;

    static final InetAddress VIRTUAL = address("10.99.0.50");
    /** Of routers that {@link #SIX_TOO} is configured for. */
    static final InetAddress VIRTUAL_SIX = address("fd99::50");

    static final InetAddress VIRTUAL_LINK_LOCAL = address("fe80::50");
    /** Lines for {@link #configure}. */
    static final String SIX_TOO = "vrrp.routers.VI_1.excluded-addresses = [ \"fd99::50/64\", \"fe80::50/64\" ]";

    private static final String SECRET = "the secret of a test that nobody else can reach\n";

    private final String name;
    private final Path directory;
    private final NetNamespace namespace;
    private final Netlink netlink;
    private @Nullable Process process;

    GuardianHost(String name, int number, Path parent, Netlink bridge) throws IOException {
        this.name = name;
        this.directory = Files.createDirectory(parent.resolve(name));
        namespace = NetNamespace.create("tnd-vs-" + name);
        netlink = namespace.netlink();
        bridge.links().addVeth(name, "eth0", namespace);
        bridge.links().setMaster(name, "br0");
        bridge.links().up(name);
        netlink.links().up("lo");
        netlink.addresses().add(address("10.99.0." + number), 24, "eth0");
        netlink.links().up("eth0");
        configure("");
    }

    /** Writes its tandem.conf: the pair's virtual router, and these lines behind it. */
    void configure(String more) throws IOException {
        Path secret = directory.resolve("secret");
        Files.writeString(secret, SECRET);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                directory.resolve("tandem.conf"),
                """
                cluster { name = test, self = %s, secret-file = "%s", members { a = 10.99.0.11, b = 10.99.0.12 } }
                vrrp.routers.VI_1 {
                  interface = eth0, vrid = 51, version = 3, priority = 100, advert-interval = 500ms, preempt = false
                  addresses = [ "10.99.0.50/32" ]
                }
                %s
                """
                        .formatted(name, secret, more));
    }

    /** Starts the guardian; its messages go to {@link #log}. */
    void start(String... options) throws IOException {
        startAfter("true", options);
    }

    /** As {@link #start}, from a shell that runs {@code preparation} first. */
    void startAfter(String preparation, String... options) throws IOException {
        // A shell that began the tests in the background has them ignore SIGINT, nohup SIGHUP, and all that they start.
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal=INT,HUP", "bash", "-c", preparation + "; exec \"$@\"", "bash"));
        command.addAll(List.of("nsenter", "--net=" + namespace.path()));
        command.addAll(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx24m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xss256k",
                "-XX:-UsePerfData",
                "-Dtandem.run=" + directory.resolve("run"),
                "-Dtandem.worker.main=" + StandInProxy.class.getName(),
                "-cp",
                System.getProperty("java.class.path"),
                GuardianMain.class.getName(),
                "-f",
                directory.resolve("tandem.conf").toString(),
                "-p",
                directory.resolve("pid").toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()));
        builder.environment()
                .put(
                        "TANDEM_PROXY_OPTS",
                        "-Xmx48m -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError -Dstandin=" + directory);
        builder.environment().put("_JAVA_SR_SIGNUM", "40");
        builder.environment().put("NOTIFY_SOCKET", "@" + notifyName());
        process = Children.with(builder.start());
    }

    String notifyName() {
        return "tnd-vs-" + ProcessHandle.current().pid() + "-" + name;
    }

    Path directory() {
        return directory;
    }

    NetNamespace namespace() {
        return namespace;
    }

    /** nsenter becomes the guardian by exec: one pid. */
    Process process() {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return process;
    }

    String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            return "";
        }
    }

    boolean holds() {
        return virtual().contains(VIRTUAL);
    }

    /** The virtual addresses that it has. */
    Set<InetAddress> virtual() {
        try {
            Set<InetAddress> all = Set.of(VIRTUAL, VIRTUAL_SIX, VIRTUAL_LINK_LOCAL);
            return netlink.addresses().list().stream()
                    .map(AddressEntry::address)
                    .filter(all::contains)
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process that takes away what a dead guardian leaves; -1 while there is none. */
    long reaperPid() {
        for (long pid : processes()) {
            try {
                if (Files.readString(Path.of("/proc/" + pid + "/cmdline")).contains("tandem-reaper")) {
                    return pid;
                }
            } catch (IOException ended) {
                // not any more
            }
        }
        return -1;
    }

    /** The names of its interfaces. */
    List<String> links() throws IOException {
        return netlink.links().list().stream().map(Link::name).toList();
    }

    /** The processes in its namespace. */
    List<Long> processes() {
        List<Long> found = new ArrayList<>();
        try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
            Object here = Files.getAttribute(namespace.path(), "unix:ino");
            for (Path process : all) {
                try {
                    Path net = process.resolve("ns/net");
                    if (!Files.readSymbolicLink(net).equals(own) && here.equals(Files.getAttribute(net, "unix:ino"))) {
                        found.add(Long.valueOf(String.valueOf(process.getFileName())));
                    }
                } catch (IOException ended) {
                    // not any more
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** The guardian's JSON, or an empty text while nobody answers. */
    String json() {
        return ask("json");
    }

    String ask(String command) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve("run/guardian.sock")));
            channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.configureBlocking(false);
            StringBuilder text = new StringBuilder();
            ByteBuffer bytes = ByteBuffer.allocate(8192);
            long end = System.nanoTime() + ANSWER_NS;
            int count;
            while ((count = channel.read(bytes)) >= 0) {
                text.append(StandardCharsets.UTF_8.decode(bytes.flip()));
                bytes.clear();
                if (count == 0) {
                    if (System.nanoTime() - end >= 0) {
                        return ""; // asked again by whoever waits for a condition
                    }
                    LockSupport.parkNanos(1_000_000L);
                }
            }
            return text.toString();
        } catch (IOException e) {
            return "";
        }
    }

    boolean isActive() {
        return json().contains("\"state\":\"ACTIVE\"");
    }

    boolean isBackup() {
        return json().contains("\"state\":\"BACKUP\"");
    }

    boolean isLinked() {
        return json().contains("\"state\":\"up\"");
    }

    /** Its proxy's process; -1 while nobody says. */
    long proxyPid() {
        return number("\"proxy\":\\{\"pid\":(\\d+)");
    }

    long number(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(json());
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** Sends a signal to a process, and never to all: -1 is what an answer that did not come looks like. */
    static void signal(long pid, int signal) {
        if (pid <= 1) {
            throw new IllegalStateException("no process to send signal " + signal + " to: " + pid);
        }
        Libc.C.kill((int) pid, signal);
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (process != null) {
            long proxy = proxyPid();
            process.destroy();
            try {
                process.waitFor(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Children.end(process);
            if (proxy > 0) {
                ProcessHandle.of(proxy).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        netlink.close();
        namespace.close();
    }
}
