// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.text.IpLiteral;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A {@code keepalived.conf} in a directory, and what came of reading it last. */
final class KeepalivedFile {
    /** An instance whose block is still open. */
    static final String MINIMAL =
            "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress { 10.0.0.5 }\n";

    private final Path directory;
    private final Path file;
    private Problems problems = new Problems();
    private int status;
    private @Nullable KeepalivedConf conf;

    KeepalivedFile(Path directory) {
        this.directory = directory;
        file = directory.resolve("keepalived.conf");
    }

    static InetAddress ip(String text) {
        return Objects.requireNonNull(IpLiteral.parse(text));
    }

    /** Where it is, and what it includes. */
    Path directory() {
        return directory;
    }

    List<VirtualRouterConfig> load(String text) {
        return load(text, Map.of("PATH", "/usr/bin:/bin"), "host");
    }

    /** @param id what lines that begin with @ are compared with */
    List<VirtualRouterConfig> load(String text, Map<String, String> environment, String id) {
        return load(text, KeepalivedHost.anywhere(environment, id));
    }

    List<VirtualRouterConfig> load(String text, KeepalivedHost host) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        problems = new Problems();
        KeepalivedConf loaded = KeepalivedConf.load(file, host, problems);
        conf = loaded;
        status = loaded.checkStatus();
        return loaded.routers();
    }

    /** All of what was read last. */
    KeepalivedConf conf() {
        return Objects.requireNonNull(conf);
    }

    Problems problems() {
        return problems;
    }

    /** What {@code keepalived -t} ends with. */
    int status() {
        return status;
    }

    /** The texts of the problems, the file's name replaced by FILE. */
    List<String> texts() {
        return problems.all().stream().map(this::show).toList();
    }

    String show(Problem problem) {
        return problem.text().replace(file.toString(), "FILE");
    }
}
