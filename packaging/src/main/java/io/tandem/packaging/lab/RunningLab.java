// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.packaging.lab.host.AddressHolders;
import io.tandem.packaging.lab.host.Host;
import io.tandem.packaging.lab.host.SystemLog;
import io.tandem.packaging.lab.node.Node;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The lab of {@code tandem lab}: built, described, and asked for its status until it is stopped. */
final class RunningLab {
    /** The unix sockets in the lab's directory: status, and the relayed ports. */
    static final String STATUS_SOCKET = "status.sock";

    private final Lab lab;
    private final Path directory;

    private RunningLab(Lab lab, Path directory) {
        this.lab = lab;
        this.directory = directory;
    }

    static Path relaySocket(Path directory, int port) {
        return directory.resolve("port-" + port + ".sock");
    }

    static RunningLab start(LabOptions options, Uplink uplink, String network, Path directory) throws IOException {
        Progress progress = new Progress(System.out);
        Topology topology = Topology.of(options.nodes(), network);
        Path keepalivedConf = options.keepalivedConf();
        List<InetAddress> addresses = List.of();
        if (keepalivedConf != null) {
            GivenRouters routers = GivenRouters.read(keepalivedConf);
            topology = routers.apply(topology);
            addresses = routers.addresses();
        }
        LabBuilder builder = new LabBuilder(options, directory, progress);
        Path given = options.haproxyCfg();
        String haproxyCfg = given == null ? Tutorial.haproxyCfg(topology) : Files.readString(given);
        Lab lab = builder.build(topology, haproxyCfg);
        connect(lab, uplink, directory, progress);
        lab.addRoutes(addresses);
        builder.startNodes(lab);
        RunningLab running = new RunningLab(lab, directory);
        System.out.print(Guide.text(topology, uplink, given));
        return running;
    }

    private static void connect(Lab lab, Uplink uplink, Path directory, Progress progress) throws IOException {
        switch (uplink.kind()) {
            case CABLE ->
                progress.step(
                        "cable to this machine, " + lab.topology().machine().getHostAddress(), () -> {
                            lab.lan().connectUplink();
                            return lab;
                        });
            case RELAY ->
                progress.step("relay from this machine's loopback", () -> {
                    lab.lan().standInForMachine(lab.topology().machine());
                    for (int port : Uplink.CARRIED) {
                        Relay.connect(
                                relaySocket(directory, port),
                                new InetSocketAddress(lab.topology().floating(), port));
                    }
                    return lab;
                });
            case NONE -> {
                // a drill, or another lab has the cable
            }
        }
    }

    /** Answers status questions; the process ends with its supervisor. */
    void serveUntilStopped() throws IOException {
        Path socket = directory.resolve(STATUS_SOCKET);
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                AddressHolders holders = lab.holdersOf(lab.topology().floating())) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            while (true) {
                try (SocketChannel asking = listener.accept()) {
                    asking.write(ByteBuffer.wrap(status(holders.now()).getBytes(StandardCharsets.UTF_8)));
                } catch (IOException e) {
                    System.err.println("tandem lab: status: " + e.getMessage());
                }
            }
        }
    }

    private String status(List<Host> holders) throws IOException {
        java.io.ByteArrayOutputStream text = new java.io.ByteArrayOutputStream();
        PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
        out.printf("%-8s %-15s %-9s %-8s %s%n", "HOST", "ADDRESS", "GUARDIAN", "PROXY", "");
        for (Host host : lab.hosts()) {
            Node node = lab.nodes().stream()
                    .filter(candidate -> candidate.host() == host)
                    .findFirst()
                    .orElse(null);
            out.printf(
                    "%-8s %-15s %-9s %-8s %s%n",
                    host.name(),
                    host.place().ip(),
                    node == null ? "" : running(node.guardians().isEmpty()),
                    node == null ? "" : running(node.proxies().isEmpty()),
                    holders.contains(host) ? "has " + lab.topology().floatingIp() : "");
        }
        for (Node node : lab.nodes()) {
            out.printf("log of %s: %s%n", node.name(), node.host().logs().resolve(SystemLog.FILE));
        }
        for (Node node : lab.nodes()) {
            out.printf("output of %s: %s/*.out%n", node.name(), node.host().logs());
        }
        for (Node node : lab.nodes()) {
            out.printf("%s:%n%s", node.name(), statusOf(node).indent(2));
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static String statusOf(Node node) {
        try {
            return node.status();
        } catch (IOException e) {
            return "no status: " + e.getMessage();
        }
    }

    private static String running(boolean none) {
        return none ? "-" : "runs";
    }
}
