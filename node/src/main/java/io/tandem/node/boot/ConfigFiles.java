// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.hocon.TandemConf;
import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.NodeConfig;
import io.tandem.config.text.Problems;
import io.tandem.node.cli.CommandLine;
import io.tandem.node.socket.HostName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a command line are: haproxy.cfg by any name, or tandem.conf, which names the former. keepalived.conf
 * concerns the guardian only.
 *
 * @param proxyFiles files and directories in HAProxy's language, in order
 * @param cluster the other nodes, or null
 */
record ConfigFiles(List<String> proxyFiles, @Nullable ClusterConfig cluster) {
    private static final Pattern HAPROXY =
            Pattern.compile("(?m)^\\s*(global|defaults|frontend|backend|listen)\\b(?!\\s*[{=:.])");
    private static final Pattern KEEPALIVED =
            Pattern.compile("(?m)^\\s*(global_defs|vrrp_instance|vrrp_script|vrrp_sync_group|virtual_server)\\b");
    /** Nothing that large is tandem.conf. */
    private static final long MAX_BYTES = 4L << 20;

    static ConfigFiles of(CommandLine command, Problems problems) {
        List<String> proxyFiles = new ArrayList<>();
        ClusterConfig cluster = null;
        for (String file : command.files()) {
            String text = file.endsWith(".conf") ? read(Path.of(file)) : null;
            if (text == null || HAPROXY.matcher(text).find()) {
                proxyFiles.add(file);
            } else if (!KEEPALIVED.matcher(text).find()) {
                NodeConfig node = TandemConf.load(
                        Path.of(file), System.getenv(), HostName.orGiven(command.localPeer()), problems);
                if (node != null) {
                    node.proxyFiles().forEach(proxyFile -> proxyFiles.add(proxyFile.toString()));
                    cluster = node.cluster() == null ? cluster : node.cluster();
                }
            }
        }
        return new ConfigFiles(proxyFiles, cluster);
    }

    private static @Nullable String read(Path file) {
        try {
            return Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES
                    ? Files.readString(file, StandardCharsets.ISO_8859_1)
                    : null;
        } catch (IOException e) {
            return null; // whoever reads it for good will say why
        }
    }
}
