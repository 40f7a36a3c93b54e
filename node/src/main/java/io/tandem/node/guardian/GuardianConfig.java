// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.hocon.SecretFile;
import io.tandem.config.hocon.TandemConf;
import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.keepalived.KeepalivedHost;
import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.NodeConfig;
import io.tandem.config.model.OperatingConfig;
import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VrrpConfig;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import io.tandem.node.socket.HostName;
import io.tandem.vrrp.track.ScriptUsers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The guardian's part of the configuration: what tandem.conf or keepalived.conf among the files say. haproxy.cfg is the
 * proxy's.
 *
 * @param cluster null for a node on its own
 * @param operating what is done around the routers
 * @param proxyFiles what the proxy reads of it: files and directories, in order
 */
record GuardianConfig(
        VrrpConfig vrrp, @Nullable ClusterConfig cluster, OperatingConfig operating, List<String> proxyFiles) {
    private static final Pattern KEEPALIVED = Pattern.compile(
            "(?m)^\\s*(global_defs|vrrp_instance|vrrp_script|vrrp_sync_group|virtual_server|static_(?:ipaddress|routes|rules))\\b");
    private static final long MAX_FILE = 4L << 20;

    /** The virtual routers, in the order written. */
    List<VirtualRouterConfig> routers() {
        return vrrp.routers();
    }

    /**
     * Reads the files.
     *
     * @return null where there are alerts among the problems
     */
    static @Nullable GuardianConfig load(GuardianOptions options, Map<String, String> environment, Problems problems) {
        List<VrrpConfig> parts = new ArrayList<>();
        ClusterConfig cluster = null;
        OperatingConfig operating = OperatingConfig.NONE;
        List<String> proxyFiles = new ArrayList<>();
        for (Path file : options.files()) {
            if (!file.toString().endsWith(".conf")) {
                proxyFiles.add(file.toString());
                continue;
            }
            if (isKeepalived(file)) {
                String configId = HostName.orGiven(options.localName()).split("\\.", 2)[0];
                parts.add(KeepalivedConf.load(file, KeepalivedHost.current(environment, configId), problems)
                        .vrrp());
                continue;
            }
            NodeConfig node = TandemConf.load(file, environment, HostName.orGiven(options.localName()), problems);
            if (node != null) {
                parts.add(node.vrrp());
                node.proxyFiles().forEach(proxyFile -> proxyFiles.add(proxyFile.toString()));
                cluster = node.cluster() == null ? cluster : node.cluster();
                operating = node.operating().equals(OperatingConfig.NONE) ? operating : node.operating();
            }
        }
        VrrpConfig vrrp = joined(parts);
        ScriptUsers.obstacles(vrrp, operating)
                .forEach(text -> problems.add(new Problem(Severity.WARNING, null, text, ScriptUsers.REMEDY)));
        return problems.has(Severity.ALERT) ? null : new GuardianConfig(vrrp, cluster, operating, proxyFiles);
    }

    /** Of several files, the last that says something of all routers is heard. */
    private static VrrpConfig joined(List<VrrpConfig> parts) {
        return new VrrpConfig(
                parts.stream().flatMap(part -> part.routers().stream()).toList(),
                parts.stream().flatMap(part -> part.groups().stream()).toList(),
                parts.stream()
                        .map(VrrpConfig::globals)
                        .filter(globals -> !globals.equals(VrrpGlobals.DEFAULT))
                        .reduce((one, other) -> other)
                        .orElse(VrrpGlobals.DEFAULT),
                parts.stream().map(VrrpConfig::statics).reduce(StaticNetwork.NONE, StaticNetwork::and));
    }

    /** What of this configuration takes effect with the next start only, where {@code running} has another. */
    List<String> waitsForStart(GuardianConfig running) {
        List<String> warnings = new ArrayList<>();
        if (!Objects.equals(cluster, running.cluster)) {
            warnings.add(
                    "cluster: members, addresses, ports and secret of the liveness links change with the next start"
                            + " of the guardian; those of before stay in force");
        }
        String namespace = vrrp.globals().host().namespace();
        if (!Objects.equals(namespace, running.vrrp.globals().host().namespace())) {
            warnings.add("net_namespace: a running guardian stays in the network namespace that it was started in");
        }
        return warnings;
    }

    /** The cluster's secret, for the liveness link; null for a node on its own. */
    byte @Nullable [] secret() throws IOException {
        return cluster == null ? null : SecretFile.read(cluster.secretFile()).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isKeepalived(Path file) {
        Path name = file.getFileName();
        if (name != null && name.toString().startsWith("keepalived")) {
            return true;
        }
        try {
            return Files.isReadable(file)
                    && Files.size(file) <= MAX_FILE
                    && KEEPALIVED
                            .matcher(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .find();
        } catch (IOException e) {
            return false;
        }
    }
}
