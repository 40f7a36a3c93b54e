// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.router.RouterStatus;
import io.tandem.vrrp.router.VirtualRouters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code tandem vrrp …} and {@code vrrp …} on the admin socket: what operators ask of the virtual routers. Any thread but the
 * reactor's: an answer waits until what was asked for has happened, for two seconds at most.
 */
final class VrrpCommands {
    static final String USAGE =
            """
            usage: tandem vrrp status [ROUTER] [--json]     where each virtual router stands, and the links to the peers
                   tandem vrrp history [ROUTER] [--json]    the last transitions: when, why, and how long each took
                   tandem vrrp release ROUTER|--all         gives the addresses to a peer, and stays backup until 'take' or 'rejoin'
                   tandem vrrp take ROUTER|--all            asks the peer that has the addresses for them
                   tandem vrrp drain                        releases all, for work on this node, until 'rejoin'
                   tandem vrrp rejoin                       takes part again, and preempts where that is configured
                   tandem vrrp prio ROUTER N|auto           another priority, 1 to 254, until 'auto'
                   tandem vrrp metrics                      for Prometheus
                   tandem vrrp -t [-f FILE] | --signum=NAME as keepalived
            exit status: 0 done, 1 not done, 2 not understood, 3 no guardian answers
            """;

    static final int DONE = 0;
    static final int NOT_DONE = 1;
    static final int NOT_UNDERSTOOD = 2;

    private static final long LIMIT_NS = 2_000_000_000L;
    private static final long LOOK_EVERY_NS = 2_000_000L;
    private static final String ALL = "--all";
    private static final int LEAST_PRIORITY = 1;
    private static final int MOST_PRIORITY = 254;

    /**
     * What is answered.
     *
     * @param status the exit status of {@code tandem vrrp}
     */
    record Answer(int status, String text) {
        /** The status in a line of its own, then the text. */
        String line() {
            return status + "\n" + text;
        }
    }

    private final VirtualRouters routers;
    private final PreemptionGate gate;
    private final Supplier<GuardianStatus> snapshot;
    private final Clients clients;

    /** The proxy's clients; for its thread to wait. */
    interface Clients {
        /** Idle connections end, the others are told to come again; returns once all are gone, or after a second. */
        void sendAway();

        /** Connections are kept again. */
        void welcome();
    }

    VrrpCommands(VirtualRouters routers, PreemptionGate gate, Supplier<GuardianStatus> snapshot, Clients clients) {
        this.routers = routers;
        this.gate = gate;
        this.snapshot = snapshot;
        this.clients = clients;
    }

    /** @param words those behind {@code vrrp} */
    Answer run(List<String> words) {
        List<String> arguments = new ArrayList<>(words);
        boolean json = arguments.remove("--json");
        String verb = arguments.isEmpty() ? "status" : arguments.remove(0);
        return switch (verb) {
            case "status" -> look(arguments, status -> json ? status.json() + "\n" : status.text());
            case "history" -> look(arguments, status -> json ? status.historyJson() + "\n" : status.historyText());
            case "metrics" -> new Answer(DONE, GuardianMetrics.text(snapshot.get()));
            case "release" -> one(arguments, this::release);
            case "take" -> one(arguments, this::take);
            case "drain" -> none(arguments, this::drain);
            case "rejoin" -> none(arguments, this::rejoin);
            case "prio" -> prio(arguments);
            case "help", "--help", "-h" -> new Answer(DONE, USAGE);
            default -> new Answer(NOT_UNDERSTOOD, "unknown: vrrp " + verb + "\n" + USAGE);
        };
    }

    // ---- Looking

    private interface Shape {
        String of(GuardianStatus status);
    }

    private Answer look(List<String> arguments, Shape shape) {
        if (arguments.size() > 1) {
            return misunderstood(arguments.get(1));
        }
        GuardianStatus status = snapshot.get();
        if (arguments.isEmpty()) {
            return new Answer(DONE, shape.of(status));
        }
        String name = arguments.get(0);
        return isRouter(name) ? new Answer(DONE, shape.of(status.only(name))) : unknownRouter(name);
    }

    // ---- Doing

    private interface Verb {
        /** @param router null for all */
        Answer run(@Nullable String router);
    }

    private Answer one(List<String> arguments, Verb verb) {
        if (arguments.size() != 1) {
            return arguments.isEmpty()
                    ? new Answer(NOT_UNDERSTOOD, "which router? " + names() + ", or " + ALL + "\n")
                    : misunderstood(arguments.get(1));
        }
        String name = arguments.get(0);
        if (name.equals(ALL)) {
            return verb.run(null);
        }
        return isRouter(name) ? verb.run(name) : unknownRouter(name);
    }

    private static Answer none(List<String> arguments, Supplier<Answer> verb) {
        return arguments.isEmpty() ? verb.get() : misunderstood(arguments.get(0));
    }

    private Answer release(@Nullable String router) {
        routers.deliver(router, new Event.HandOver(false));
        boolean given = await(router, status -> status.state() != State.ACTIVE);
        return new Answer(
                given ? DONE : NOT_DONE,
                where(router)
                        + (given ? "" : "not released: no peer has taken it; is a link up and the peer ready?\n"));
    }

    private Answer take(@Nullable String router) {
        routers.deliver(router, new Event.Rejoin());
        List<String> unasked = routers.take(router);
        if (!unasked.isEmpty()) {
            return new Answer(
                    NOT_DONE,
                    where(router) + "not taken: no peer with a liveness link has " + String.join(", ", unasked)
                            + "; between plain VRRP routers use 'prio'\n");
        }
        boolean taken = await(router, status -> status.state() == State.ACTIVE);
        return new Answer(taken ? DONE : NOT_DONE, where(router) + (taken ? "" : "not taken: the peer keeps it\n"));
    }

    private Answer drain() {
        gate.operatorHolds(true);
        if (!routers.isAnyActive()) {
            return release(null);
        }
        // Who keeps a connection open is told to come again while the address is still here.
        clients.sendAway();
        try {
            return release(null);
        } finally {
            clients.welcome();
        }
    }

    private Answer rejoin() {
        gate.operatorHolds(false);
        return new Answer(DONE, where(null));
    }

    private Answer prio(List<String> arguments) {
        if (arguments.size() != 2) {
            return new Answer(NOT_UNDERSTOOD, "vrrp prio ROUTER N|auto\n");
        }
        String name = arguments.get(0);
        if (!isRouter(name)) {
            return unknownRouter(name);
        }
        Integer priority = null;
        if (!arguments.get(1).equals("auto")) {
            if (!arguments.get(1).matches("\\d{1,3}")
                    || Integer.parseInt(arguments.get(1)) < LEAST_PRIORITY
                    || Integer.parseInt(arguments.get(1)) > MOST_PRIORITY) {
                return new Answer(
                        NOT_UNDERSTOOD,
                        "priority " + arguments.get(1) + " is neither " + LEAST_PRIORITY + " to " + MOST_PRIORITY
                                + " nor 'auto'\n");
            }
            priority = Integer.valueOf(arguments.get(1));
        }
        if (routers.status().stream()
                .anyMatch(status -> status.name().equals(name) && status.priority() == MOST_PRIORITY + 1)) {
            return new Answer(NOT_DONE, name + " owns its addresses (priority 255): that cannot be changed\n");
        }
        routers.operatorPriority(name, priority);
        Integer wanted = priority;
        boolean done = wanted == null || await(name, status -> status.priority() == wanted);
        return new Answer(done ? DONE : NOT_DONE, where(name));
    }

    // ---- The rest

    private boolean await(@Nullable String router, Predicate<RouterStatus> condition) {
        long endNs = System.nanoTime() + LIMIT_NS;
        while (true) {
            if (of(router).stream().allMatch(condition)) {
                return true;
            }
            if (System.nanoTime() - endNs >= 0) {
                return false;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }

    private List<RouterStatus> of(@Nullable String router) {
        return routers.status().stream()
                .filter(status -> router == null || status.name().equals(router))
                .toList();
    }

    private String where(@Nullable String router) {
        return of(router).stream()
                .map(status -> status.name() + " " + status.state() + " priority=" + status.priority() + " reason="
                        + status.reason().replace(' ', ':') + "\n")
                .collect(Collectors.joining());
    }

    private boolean isRouter(String name) {
        return routers.status().stream().anyMatch(status -> status.name().equals(name));
    }

    private String names() {
        return routers.status().stream().map(RouterStatus::name).collect(Collectors.joining(", "));
    }

    private Answer unknownRouter(String name) {
        return new Answer(
                NOT_UNDERSTOOD,
                String.format(Locale.ROOT, "no virtual router is called \"%s\"; there are: %s%n", name, names()));
    }

    private static Answer misunderstood(String word) {
        return new Answer(NOT_UNDERSTOOD, "'" + word + "' is not understood\n" + USAGE);
    }
}
