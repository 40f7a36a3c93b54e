// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.packaging.lab.host.Host;
import io.tandem.packaging.lab.node.HaproxyKeepalived;
import io.tandem.packaging.lab.node.Node;
import io.tandem.packaging.lab.node.NodeFiles;
import io.tandem.packaging.lab.node.Software;
import io.tandem.packaging.lab.node.Tandem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds a lab step by step and tells about it. */
public final class LabBuilder {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final int TAIL_LINES = 12;
    private static final String FIRST = "lb1";
    private static final int FIRST_PRIORITY = 150;
    private static final int PRIORITY = 100;

    private final LabOptions options;
    private final Path directory;
    private final Progress progress;

    public LabBuilder(LabOptions options, Path directory, Progress progress) {
        this.options = options;
        this.directory = directory;
        this.progress = progress;
    }

    /**
     * Hosts, web servers and nodes, the nodes installed but not started.
     *
     * @param haproxyCfg the text of every node's haproxy.cfg
     */
    public Lab build(Topology topology, String haproxyCfg) throws IOException {
        Lab lab = Lab.build(topology, directory, progress);
        progress.step("web servers " + options.servers().name().toLowerCase(java.util.Locale.ROOT), () -> {
            lab.startServers(options.servers());
            return lab;
        });
        String certificate = progress.step(
                "certificate for " + Tutorial.NAMES.get(0),
                () -> SelfSignedCertificate.pem(
                        Tutorial.NAMES, List.of(topology.floatingIp(), "127.0.0.1"), Instant.now()));
        Path share = Path.of(System.getProperty("tandem.share", "/usr/share/tandem"));
        NodeFiles files =
                new NodeFiles(haproxyCfg, certificate, NodeFiles.errorPages(share.resolve("errors")), hasOneUserOnly());
        @Nullable Path given = options.keepalivedConf();
        @Nullable String keepalivedConf = given == null ? null : Files.readString(given);
        lab.installNodes(host -> software(host, topology, files, keepalivedConf));
        return lab;
    }

    /** Starts every node and waits until each of them stays up and one of them has the floating address. */
    public void startNodes(Lab lab) throws IOException {
        for (Node node : lab.nodes()) {
            progress.step("node " + node.name() + " (" + options.engine().word() + ")", () -> {
                node.start();
                try {
                    Await.until(node.name() + " to listen", START_LIMIT, () -> {
                        if (!node.isRunning()) {
                            throw new IllegalStateException(node.name() + " ended at once" + lastWords(node));
                        }
                        return !node.proxies().isEmpty() && listens(node);
                    });
                } catch (IllegalStateException ended) {
                    throw new IOException(ended.getMessage(), ended);
                } catch (IOException e) {
                    throw new IOException(e.getMessage() + lastWords(node), e);
                }
                return node;
            });
        }
        progress.step("floating address " + lab.topology().floatingIp(), () -> {
            try (var holders = lab.holdersOf(lab.topology().floating())) {
                Await.until(
                        "one node to have it", START_LIMIT, () -> holders.now().size() == 1);
                return holders.now().get(0);
            }
        });
    }

    /** Whether anything listens there yet: the kernel's own table, since ports are the configuration's business. */
    private static boolean listens(Node node) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + node.host().pid() + "/net/tcp")).stream()
                .anyMatch(line -> line.contains(" 00000000:0000 0A "));
    }

    /** The end of what the node's programs have printed. */
    public static String lastWords(Node node) throws IOException {
        StringBuilder words = new StringBuilder();
        try (var files = Files.newDirectoryStream(node.host().logs(), "*.out")) {
            for (Path file : files) {
                List<String> lines = Files.readAllLines(file);
                words.append("\n--- ").append(file.getFileName()).append(" of ").append(node.name());
                lines.stream().skip(Math.max(0, lines.size() - TAIL_LINES)).forEach(line -> words.append('\n')
                        .append(line));
            }
        }
        return words.toString();
    }

    private Software software(Host host, Topology topology, NodeFiles files, @Nullable String keepalivedConf) {
        return switch (options.engine()) {
            case TANDEM -> new Tandem(files, topology, host.name(), keepalivedConf, options.preempt());
            case HAPROXY_KEEPALIVED ->
                new HaproxyKeepalived(
                        files,
                        keepalivedConf != null
                                ? keepalivedConf
                                : HaproxyKeepalived.keepalivedConf(
                                        topology.floatingIp(),
                                        options.timers(),
                                        options.preempt() && host.name().equals(FIRST) ? FIRST_PRIORITY : PRIORITY,
                                        options.preempt()));
        };
    }

    /** In an ordinary user's namespace there is one user only: root, who is that user outside. */
    private static boolean hasOneUserOnly() throws IOException {
        List<String> map = Files.readAllLines(Path.of("/proc/self/uid_map"));
        return map.size() == 1 && map.get(0).strip().endsWith(" 1");
    }
}
