// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.router.VirtualRouters;
import java.util.List;
import java.util.function.Supplier;

/** What the guardian answers on its socket, and to its proxy. Threads of the askers. */
final class Answers {
    private static final String VRRP = "vrrp";
    private static final String METRICS = "metrics";

    private final Reactor reactor;
    private final VirtualRouters routers;
    private final Reloads reloads;
    private final Notices notices;
    private final VrrpCommands commands;
    private final Supplier<GuardianStatus> snapshot;

    Answers(
            Reactor reactor,
            VirtualRouters routers,
            Reloads reloads,
            Notices notices,
            VrrpCommands commands,
            Supplier<GuardianStatus> snapshot) {
        this.reactor = reactor;
        this.routers = routers;
        this.reloads = reloads;
        this.notices = notices;
        this.commands = commands;
        this.snapshot = snapshot;
    }

    /** The answer to a line of the guardian's own socket. */
    String to(String command) {
        return switch (command) {
            case "json" -> snapshot.get().json() + "\n";
            case "", "status" -> snapshot.get().text();
            case "handover" -> {
                routers.handOver();
                yield "handing over\n";
            }
            case "rejoin" -> {
                routers.rejoin();
                yield "rejoining\n";
            }
            case "reload" -> reloads.loadAndWait();
            case "dump data", "dump stats", "dump json" -> notices.dump(command.substring(5), routers.status());
            case "reset-lateness" -> {
                reactor.lateness().reset();
                yield "counting anew\n";
            }
            default ->
                isForProxies(command)
                        ? toProxy(command)
                        : "unknown command; one of: status, json, metrics, vrrp, handover, rejoin, reload\n";
        };
    }

    /** The proxy runs with fewer rights, and serves strangers: it may ask for what its admin socket offers, and no more. */
    String toProxy(String command) {
        if (command.equals(METRICS)) {
            return GuardianMetrics.text(snapshot.get());
        }
        return isForProxies(command) ? commands.run(words(command)).line() : "not for proxies\n";
    }

    private static boolean isForProxies(String command) {
        return command.equals(METRICS) || command.equals(VRRP) || command.startsWith(VRRP + " ");
    }

    private static List<String> words(String command) {
        return List.of(command.strip().split("\\s+", -1)).stream().skip(1).toList();
    }
}
