// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.vrrp.election.State;
import io.tandem.vrrp.link.LinkStatus;
import io.tandem.vrrp.router.Alarms;
import io.tandem.vrrp.router.RouterStatus;
import io.tandem.vrrp.router.Transition;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The guardian's part of {@code /metrics}, in Prometheus' text format 0.0.4: names begin with {@code tandem_}. */
final class GuardianMetrics {
    private static final double NS = 1e9;
    private static final double MS = 1e3;
    private static final double[] QUANTILES = {0.5, 0.99, 1.0};

    private final GuardianStatus status;
    private final StringBuilder out = new StringBuilder(4096);

    private GuardianMetrics(GuardianStatus status) {
        this.status = status;
    }

    static String text(GuardianStatus status) {
        GuardianMetrics metrics = new GuardianMetrics(status);
        metrics.guardian();
        metrics.routers();
        metrics.links();
        metrics.alarms();
        return metrics.out.toString();
    }

    private void guardian() {
        head("tandem_guardian_uptime_seconds", "gauge", "Time since the guardian started");
        value("tandem_guardian_uptime_seconds", "", status.uptimeMs() / MS);
        head("tandem_guardian_resident_bytes", "gauge", "Memory of the guardian's process");
        value("tandem_guardian_resident_bytes", "", status.residentKb() * 1024.0);
        head("tandem_guardian_proxy_restarts_total", "counter", "Proxies started again after they ended by themselves");
        value("tandem_guardian_proxy_restarts_total", "", (double) status.proxyRestarts());
        head("tandem_guardian_reloads_total", "counter", "Reloads by their outcome");
        value("tandem_guardian_reloads_total", "{result=\"done\"}", (double) status.reloads());
        value("tandem_guardian_reloads_total", "{result=\"failed\"}", (double) status.failedReloads());
        head(
                "tandem_guardian_timer_lateness_seconds",
                "gauge",
                "How late the real-time thread woke; quantile 1 is the maximum");
        for (double quantile : QUANTILES) {
            value(
                    "tandem_guardian_timer_lateness_seconds",
                    "{quantile=\"" + (quantile == 1 ? "1" : Double.toString(quantile)) + "\"}",
                    (quantile == 1
                                    ? status.lateness().maxNs()
                                    : status.lateness().quantileNs(quantile))
                            / NS);
        }
    }

    private void routers() {
        head("tandem_vrrp_state", "gauge", "1 for the state the virtual router is in");
        for (RouterStatus router : status.routers()) {
            for (State state : State.values()) {
                value("tandem_vrrp_state", labels(router, ",state=\"" + state + "\""), router.state() == state ? 1 : 0);
            }
        }
        head("tandem_vrrp_priority", "gauge", "Priority advertised now");
        status.routers().forEach(router -> value("tandem_vrrp_priority", labels(router, ""), router.priority()));
        head("tandem_vrrp_state_seconds", "gauge", "Time since the last transition");
        status.routers()
                .forEach(router -> value("tandem_vrrp_state_seconds", labels(router, ""), router.sinceMs() / MS));
        head(
                "tandem_vrrp_last_transition_seconds",
                "gauge",
                "How long the last transition took, from its event to the last thing done");
        for (RouterStatus router : status.routers()) {
            List<Transition> history = router.history();
            if (!history.isEmpty()) {
                value(
                        "tandem_vrrp_last_transition_seconds",
                        labels(router, ""),
                        history.get(history.size() - 1).tookNs() / NS);
            }
        }
        counters("tandem_vrrp_", "", "Virtual router: ", "");
        counters("tandem_vrrp_drops", "drop_", "Advertisements dropped", "reason");
        counters("tandem_vrrp_remarks", "remark_", "Advertisements accepted although they are odd", "what");
    }

    /** Those whose name begins with {@code prefix}, which become labels; without one each is a family of its own. */
    private void counters(String family, String prefix, String help, String label) {
        Map<String, StringBuilder> families = new TreeMap<>();
        for (RouterStatus router : status.routers()) {
            router.counters().forEach((name, count) -> {
                boolean labelled = name.startsWith("drop_") || name.startsWith("remark_");
                if (prefix.isEmpty() ? labelled : !name.startsWith(prefix)) {
                    return;
                }
                String full = prefix.isEmpty() ? family + name + "_total" : family + "_total";
                String extra = prefix.isEmpty() ? "" : "," + label + "=\"" + name.substring(prefix.length()) + "\"";
                families.computeIfAbsent(full, key -> new StringBuilder())
                        .append(full)
                        .append(labels(router, extra))
                        .append(' ')
                        .append(count)
                        .append('\n');
            });
        }
        families.forEach((name, lines) -> {
            head(name, "counter", prefix.isEmpty() ? help + words(name.substring(family.length())) : help);
            out.append(lines);
        });
    }

    private static String words(String name) {
        return name.substring(0, name.length() - "_total".length()).replace('_', ' ');
    }

    private void links() {
        head("tandem_liveness_up", "gauge", "Whether the liveness link to the peer is up");
        status.links()
                .forEach(link ->
                        value("tandem_liveness_up", peer(link), link.state().equals("up") ? 1 : 0));
        head("tandem_liveness_patience_seconds", "gauge", "How long the peer may be silent now");
        status.links().forEach(link -> value("tandem_liveness_patience_seconds", peer(link), link.silenceNs() / NS));
        for (String name : status.links().isEmpty()
                ? List.<String>of()
                : status.links().get(0).counters().keySet()) {
            head("tandem_liveness_" + name + "_total", "counter", "Liveness link: " + name.replace('_', ' '));
            for (LinkStatus link : status.links()) {
                value(
                        "tandem_liveness_" + name + "_total",
                        peer(link),
                        link.counters().getOrDefault(name, 0L));
            }
        }
    }

    private void alarms() {
        head("tandem_alarm", "gauge", "1 while the alarm stands");
        for (Alarms.Standing alarm : status.operating().alarms()) {
            value("tandem_alarm", "{kind=\"" + alarm.kind().word() + "\",of=\"" + escaped(alarm.subject()) + "\"}", 1);
        }
        head("tandem_alarms_total", "counter", "Alarms that have begun");
        status.operating()
                .raised()
                .forEach((kind, count) -> value("tandem_alarms_total", "{kind=\"" + kind.word() + "\"}", count));
        String witness = status.operating().witness();
        if (!witness.isEmpty()) {
            head("tandem_witness_reachable", "gauge", "Whether the witness answers");
            value("tandem_witness_reachable", "", witness.endsWith("is=reachable") ? 1 : 0);
        }
    }

    private static String labels(RouterStatus router, String more) {
        return "{router=\"" + escaped(router.name()) + "\",vrid=\"" + router.vrid() + "\",interface=\""
                + escaped(router.interfaceName()) + "\"" + more + "}";
    }

    private static String peer(LinkStatus link) {
        return "{peer=\"" + escaped(link.peer()) + "\"}";
    }

    private void head(String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void value(String name, String labels, double value) {
        out.append(name).append(labels).append(' ').append(number(value)).append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.9f", value);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
