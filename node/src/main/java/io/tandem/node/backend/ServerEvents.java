// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.observe.EventLog;
import io.tandem.node.rules.Termination;

/** Tells operators, in HAProxy's words, that a server or a backend changed. Thread-safe. */
public final class ServerEvents {
    /** What an operator wants is no news. */
    private static final String MAINTENANCE = "is going DOWN for maintenance";

    private final EventLog log;

    public ServerEvents(EventLog log) {
        this.log = log;
    }

    /** {@code Server be/web1 is DOWN…}; then the alert if it was the last one. */
    public void down(Backend backend, Server server, String what, long nowMs) {
        Queues queues = backend.state().queues();
        int requeued = backend.redispatches() ? queues.dismiss(server.state()) : 0;
        String text = subject(server) + " " + what + ". " + left(backend, server, requeued);
        tell(EventLog.Level.ALERT, backend, text);
        if (!what.startsWith(MAINTENANCE)) {
            log.alert(EventLog.Level.ALERT.code(), backend.name(), text);
        }
        if (server.description().shutdowns().whenDown()) {
            server.state().sessions().kill(Termination.DOWN);
        }
        lookAtBackend(backend, nowMs);
        lead(server, nowMs);
    }

    /** {@code Server be/web1 is UP…}. */
    public void up(Backend backend, Server server, String what, long nowMs) {
        killBackups(backend, server);
        String text = subject(server) + " " + what + ". " + online(backend);
        tell(EventLog.Level.NOTICE, backend, text);
        log.alert(EventLog.Level.NOTICE.code(), backend.name(), text);
        lookAtBackend(backend, nowMs);
        lead(server, nowMs);
    }

    /** A sentence of its own: {@code Server be/web1 is UP (leaving forced drain).} */
    public void told(Backend backend, Server server, String sentence, long nowMs) {
        tell(EventLog.Level.NOTICE, backend, subject(server) + " " + sentence + ".");
        killBackups(backend, server);
        lookAtBackend(backend, nowMs);
        lead(server, nowMs);
    }

    // ---- servers that follow (track)

    /** Those that follow {@code leader} do as it did. */
    private void lead(Server leader, long nowMs) {
        for (Follower follower : leader.state().followers()) {
            follow(follower, leader, nowMs);
        }
    }

    private void follow(Follower follower, Server leader, long nowMs) {
        ServerState from = leader.state();
        ServerState its = follower.server().state();
        boolean wasMaintenance = its.maintenance();
        boolean wasDraining = its.draining();
        boolean wasRunning = its.isRunning();
        ServerState.Health was = its.health();
        its.healthOf(from, nowMs);
        its.inherit(from.maintenance(), from.draining(), nowMs);
        String via = " via " + leader;
        if (its.maintenance() != wasMaintenance) {
            tellOfMaintenance(follower, wasRunning, via, nowMs);
        } else if (!its.maintenance() && its.draining() != wasDraining) {
            if (wasDraining) {
                told(follower.backend(), follower.server(), "is UP (leaving forced drain)", nowMs);
            } else {
                up(follower.backend(), follower.server(), "enters drain state" + via, nowMs);
            }
        } else if (its.isRunning() != wasRunning) {
            tellOfHealth(follower, wasRunning, via, nowMs);
        } else if (its.health() != was && its.health() == ServerState.Health.STOPPING) {
            up(follower.backend(), follower.server(), "is stopping" + via, nowMs);
        } else if (was == ServerState.Health.STOPPING && its.isRunning() && its.health() != was) {
            up(follower.backend(), follower.server(), "is UP" + via, nowMs);
        }
    }

    private void tellOfMaintenance(Follower follower, boolean wasRunning, String via, long nowMs) {
        ServerState its = follower.server().state();
        if (!its.maintenance()) {
            String state = (its.isRunning() ? "UP" : "DOWN") + (its.draining() ? "/DRAIN" : "/READY");
            told(follower.backend(), follower.server(), "is " + state + " (leaving maintenance)", nowMs);
        } else if (wasRunning) {
            down(follower.backend(), follower.server(), MAINTENANCE + via, nowMs);
        } else {
            told(follower.backend(), follower.server(), "was DOWN and now enters maintenance" + via, nowMs);
        }
    }

    private void tellOfHealth(Follower follower, boolean wasRunning, String via, long nowMs) {
        if (wasRunning) {
            down(follower.backend(), follower.server(), "is DOWN" + via, nowMs);
        } else {
            up(follower.backend(), follower.server(), "is UP" + via, nowMs);
        }
    }

    /** The result of one check: {@code option log-health-checks}. */
    public void checked(Backend backend, Server server, CheckReport report) {
        ServerState state = server.state();
        int points = state.healthPoints();
        boolean up = points >= state.rise();
        tellOfCheck(
                backend,
                server,
                "Health",
                report,
                up ? points - state.rise() + 1 + "/" + state.fall() + " UP." : points + "/" + state.rise() + " DOWN.");
    }

    /** What the server's agent said: {@code option log-health-checks}. */
    public void agentChecked(Backend backend, Server server, CheckReport report) {
        String status = server.state().agentPoints() > 0 ? "1/1 UP." : "0/1 DOWN.";
        tellOfCheck(backend, server, "Agent", report, status);
    }

    private void tellOfCheck(Backend backend, Server server, String kind, CheckReport report, String status) {
        String outcome = report.conditional() ? " conditionally succeeded" : report.passed() ? " succeeded" : " failed";
        String text = kind + " check for " + (server.description().backup() ? "backup " : "") + "server " + server
                + outcome + reason(report) + ", status: " + status;
        tell(EventLog.Level.NOTICE, backend, text);
        log.alert(EventLog.Level.INFO.code(), backend.name(), text);
    }

    /** {@code , reason: Layer7 wrong status, code: 500, info: "Foo", check duration: 0ms}. */
    public static String reason(CheckReport report) {
        return ", reason: " + report.status().text()
                + (report.status().hasCode() ? ", code: " + report.code() : "")
                + (report.info().isEmpty() ? "" : ", info: \"" + report.info() + "\"")
                + (report.durationMs() < 0 ? "" : ", check duration: " + report.durationMs() + "ms");
    }

    private static void killBackups(Backend backend, Server server) {
        if (server.description().shutdowns().backupsWhenUp() && server.state().isUsable()) {
            for (Server other : backend.servers()) {
                if (other.description().backup()) {
                    other.state().sessions().kill(Termination.BACKUP_NOT_NEEDED);
                }
            }
        }
    }

    private static String subject(Server server) {
        return (server.description().backup() ? "Backup Server " : "Server ") + server;
    }

    private static String left(Backend backend, Server server, int requeued) {
        return counts(backend, "left") + " " + server.state().meters().current() + " sessions active, " + requeued
                + " requeued, " + server.state().queue().length() + " remaining in queue.";
    }

    private static String online(Backend backend) {
        return counts(backend, "online") + " 0 sessions requeued, "
                + backend.state().queues().waiting() + " total in queue.";
    }

    private static String counts(Backend backend, String word) {
        int active = 0;
        int backups = 0;
        for (Server server : backend.servers()) {
            if (server.state().isUsable()) {
                if (server.description().backup()) {
                    backups++;
                } else {
                    active++;
                }
            }
        }
        return active + " active and " + backups + " backup servers " + word + "."
                + (active == 0 && backups > 0 ? " Running on backup." : "");
    }

    private void lookAtBackend(Backend backend, long nowMs) {
        boolean up = backend.usableServers() > 0;
        if (backend.state().up(up, nowMs) && !up) {
            tell(
                    EventLog.Level.EMERG,
                    backend,
                    (backend.alsoListens() ? "proxy " : "backend ") + backend.name() + " has no server available!");
        }
    }

    private void tell(EventLog.Level level, Backend backend, String text) {
        log.tell(level, backend.name(), text);
    }
}
