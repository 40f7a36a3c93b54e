// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.ClusterConfig.Member;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@code cluster} block. */
final class ClusterReader {
    private static final int MAX_MEMBERS = 16;
    private static final int MAX_NETWORKS = 4;
    /** JGroups' failure detection listens this far above the replication port. */
    private static final int FAILURE_DETECTION_OFFSET = 100;

    private final Settings settings;
    private final Path directory;

    ClusterReader(Settings settings, Path directory) {
        this.settings = settings;
        this.directory = directory;
    }

    @Nullable ClusterConfig read(String hostName) {
        String name = settings.string("name", "tandem");
        if (name != null && !name.matches("[A-Za-z0-9_.-]{1,64}")) {
            settings.wrong("name", "is not 1 to 64 letters, digits, '.', '_' and '-'", "name = tandem");
        }
        List<Member> members = members();
        String self = self(members, hostName);
        Path secret = secret();
        int replicationPort =
                settings.integer("replication-port", ClusterConfig.DEFAULT_REPLICATION_PORT, 1, 65_535 - 100);
        int livenessPort = settings.integer("liveness-port", ClusterConfig.DEFAULT_LIVENESS_PORT, 1, 65_535);
        if (livenessPort == replicationPort || livenessPort == replicationPort + FAILURE_DETECTION_OFFSET) {
            settings.wrong(
                    "liveness-port",
                    "is taken by replication, which uses " + replicationPort + " and "
                            + (replicationPort + FAILURE_DETECTION_OFFSET),
                    "liveness-port = " + (replicationPort + 1));
        }
        settings.rejectUnknown();
        return self == null || secret == null
                ? null
                : new ClusterConfig(
                        name == null ? "tandem" : name, self, members, secret, replicationPort, livenessPort);
    }

    private List<Member> members() {
        Settings named = settings.child("members");
        if (named == null) {
            settings.missing("members", "{ lb1 = 10.0.0.1, lb2 = 10.0.0.2 }");
            return List.of();
        }
        List<Member> members = new ArrayList<>();
        Set<InetAddress> addresses = new HashSet<>();
        for (String name : named.names()) {
            List<InetAddress> own = named.addresses(name, "\"10.0.0.1\"");
            if (own.stream().anyMatch(address -> !addresses.add(address))) {
                named.wrong(name, "is an address that was given before", null);
            } else if (!own.isEmpty()) {
                members.add(new Member(name, own.get(0), own.subList(1, own.size())));
            }
        }
        checkNetworks(named, members);
        if (named.names().isEmpty() || named.names().size() > MAX_MEMBERS) {
            settings.wrong("members", "must be 1 to " + MAX_MEMBERS + " nodes", null);
        }
        return members;
    }

    /** The first address of one member speaks to the first of another, the second to the second. */
    private static void checkNetworks(Settings named, List<Member> members) {
        for (Member member : members) {
            int networks = members.get(0).others().size() + 1;
            if (member.others().size() + 1 != networks) {
                named.wrong(
                        member.name(),
                        "has " + (member.others().size() + 1) + " addresses, "
                                + members.get(0).name() + " has " + networks
                                + ": one for each network the members share, in the same order",
                        null);
            } else if (networks > MAX_NETWORKS) {
                named.wrong(member.name(), "has more than " + MAX_NETWORKS + " addresses", null);
            }
        }
    }

    private @Nullable String self(List<Member> members, String hostName) {
        String given = settings.string("self", "lb1");
        String self = given == null ? hostName : given;
        List<String> names = members.stream().map(Member::name).toList();
        if (names.contains(self)) {
            return self;
        }
        if (names.isEmpty()) {
            return null; // said already
        }
        if (given == null) {
            settings.wrong(
                    "self",
                    "is not given and this host's name \"" + hostName + "\" is not one of " + String.join(", ", names),
                    "self = " + names.get(0));
        } else {
            settings.wrong("self", "is not one of the members " + String.join(", ", names), "self = " + names.get(0));
        }
        return null;
    }

    private @Nullable Path secret() {
        String name = settings.string("secret-file", "/etc/tandem/cluster.secret");
        if (name == null) {
            settings.missing("secret-file", "/etc/tandem/cluster.secret");
            return null;
        }
        Path file = directory.resolve(name);
        SecretFile.Fault fault = SecretFile.check(file, SecretFile.CLUSTER_SECRET_MIN_BYTES);
        if (fault != null) {
            settings.wrong("secret-file", "is no secret: " + fault.text(), fault.remedy());
            return null;
        }
        return file;
    }
}
