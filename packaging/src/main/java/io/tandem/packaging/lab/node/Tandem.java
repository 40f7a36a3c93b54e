// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.tandem.packaging.lab.Topology;
import io.tandem.packaging.lab.host.Host;
import io.tandem.packaging.lab.host.RunningProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Tandem node: guardian and proxy.
 *
 * @param self the node's name
 * @param keepalivedConf text of the virtual routers, or null for one with fast timers
 * @param preempt whether the first node takes the address back whenever it can
 */
public record Tandem(NodeFiles files, Topology topology, String self, @Nullable String keepalivedConf, boolean preempt)
        implements Software {
    private static final String CONF = "/etc/tandem/tandem.conf";
    private static final String SECRET = "/etc/tandem/cluster.secret";
    private static final String GUARDIAN_SOCKET = "/run/tandem/guardian.sock";
    private static final String KEEPALIVED_CONF = "/etc/keepalived/keepalived.conf";

    @Override
    public void install(Host host) throws IOException {
        files.writeTo(host);
        host.write(CONF, tandemConf());
        host.write(SECRET, "the secret of a lab that nobody else can reach\n");
        Files.setPosixFilePermissions(host.file(SECRET), PosixFilePermissions.fromString("rw-------"));
        if (keepalivedConf != null) {
            host.write(KEEPALIVED_CONF, keepalivedConf);
        }
    }

    @Override
    public List<Program> programs() {
        Map<String, String> environment = System.getenv();
        String launcher = environment.getOrDefault("TANDEM_LAUNCHER", "/usr/bin/tandem");
        return List.of(new Program(List.of(launcher, "-Ws", "-f", CONF), "tandem.out"));
    }

    @Override
    public boolean isSettled(Host host) throws IOException {
        return isSettled(AdminSocket.ask(host.file(GUARDIAN_SOCKET), "json"));
    }

    /** Proxy ready, warm unless it is warmed by traffic, and every liveness link up, by the guardian's JSON. */
    static boolean isSettled(String json) throws IOException {
        try {
            Config status = ConfigFactory.parseString(json);
            return status.getString("proxy.state").equals("ready")
                    && (status.getBoolean("proxy.warm")
                            || status.getString("role").equals("ACTIVE"))
                    && status.getConfigList("links").stream()
                            .allMatch(link -> link.getString("state").equals("up"))
                    && (status.getString("operating.hold").isEmpty()
                            || status.getString("role").equals("ACTIVE"));
        } catch (ConfigException e) {
            throw new IOException("the guardian's status is not what is known: " + e.getMessage(), e);
        }
    }

    @Override
    public String status(Host host) throws IOException {
        return AdminSocket.ask(host.file(GUARDIAN_SOCKET), "status");
    }

    @Override
    public boolean isGuardian(RunningProgram program) {
        return program.commandLine().contains("io.tandem.node.guardian.GuardianMain");
    }

    @Override
    public boolean isProxy(RunningProgram program) {
        return program.commandLine().contains("io.tandem.node.cli.Main");
    }

    private String preemption() {
        return preempt
                ? topology.nodes().stream()
                        .map(node -> node.name() + " = "
                                + (node.equals(topology.nodes().get(0)) ? 150 : 100))
                        .collect(Collectors.joining(", ", "priority { ", " }"))
                : "preempt = false";
    }

    /** A node that has just got its link back thinks its servers down for a moment. */
    private String health() {
        return preempt ? "proxy-health { backends = [ servers ], weight = 100 }" : "";
    }

    /** Gives the addresses away until {@link #rejoin}. */
    @Override
    public void drain(Host host) throws IOException {
        AdminSocket.ask(host.file(GUARDIAN_SOCKET), "vrrp drain");
    }

    @Override
    public void rejoin(Host host) throws IOException {
        AdminSocket.ask(host.file(GUARDIAN_SOCKET), "vrrp rejoin");
    }

    String tandemConf() {
        String members = topology.nodes().stream()
                .map(node -> "    " + node.name() + " = \"" + node.ip() + "\"\n")
                .collect(Collectors.joining());
        String vrrp = keepalivedConf != null
                ? "  keepalived-file = \"" + KEEPALIVED_CONF + "\"\n"
                : """
                    routers.lab {
                      interface = %s
                      vrid = 51
                      advert-interval = 20ms
                      %s
                      addresses = [ "%s/32" ]
                    }
                    %s
                  """
                        .formatted(topology.interfaceName(), preemption(), topology.floatingIp(), health());
        return """
                proxy.files = [ "%s" ]
                cluster {
                  name = lab
                  self = %s
                  secret-file = "%s"
                  members {
                %s  }
                }
                vrrp {
                %s}
                """
                .formatted(NodeFiles.HAPROXY_CFG, self, SECRET, members, vrrp);
    }
}
