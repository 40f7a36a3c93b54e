// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with {@code track}: asked once all servers are known. Pure. */
final class ServerTracking {
    /** A server line that follows another one, with the proxy it stands in. */
    record Line(String proxy, ServerSettings settings) {
        @Override
        public String toString() {
            return proxy + "/" + settings.name;
        }
    }

    private final Function<String, @Nullable List<ServerSettings>> serversOf;

    /** @param serversOf the server lines of a proxy, or null where there is no such backend */
    ServerTracking(Function<String, @Nullable List<ServerSettings>> serversOf) {
        this.serversOf = serversOf;
    }

    /** What is wrong with the line, worded as HAProxy, or null; resolves {@link ServerSettings#leader}. */
    @Nullable String complaint(Line line) {
        ServerSettings settings = line.settings;
        String wanted = String.valueOf(settings.follows);
        int slash = wanted.lastIndexOf('/');
        String proxy = slash < 0 ? line.proxy : wanted.substring(0, slash);
        String name = wanted.substring(slash + 1);
        List<ServerSettings> servers = serversOf.apply(proxy);
        if (servers == null) {
            return "unable to find required proxy '" + proxy + "' for tracking.";
        }
        ServerSettings leader = servers.stream()
                .filter(server -> server.name.equals(name))
                .findFirst()
                .orElse(null);
        if (leader == null) {
            return "unable to find required server '" + name + "' for tracking.";
        }
        Line found = new Line(proxy, leader);
        if (!leader.checked && leader.follows == null) {
            return "unable to use " + found + " for tracking as it does not have any check nor agent enabled.";
        }
        if (settings.checked) {
            return "unable to enable checks and tracking at the same time!";
        }
        if (leader == settings || leadsTo(leader, settings)) {
            return "unable to track " + found + " as it belongs to a tracking chain looping back to " + line + ".";
        }
        settings.leader = leader;
        settings.leaderName = found.toString();
        return null;
    }

    private static boolean leadsTo(ServerSettings from, ServerSettings to) {
        for (ServerSettings at = from.leader; at != null; at = at.leader) {
            if (at == to) {
                return true;
            }
        }
        return false;
    }
}
