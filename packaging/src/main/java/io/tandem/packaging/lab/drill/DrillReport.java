// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.LabOptions;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** A drill's results, as a table for people and as JSON for programs. */
record DrillReport(Fault fault, LabOptions options, List<TrialResult> trials) {
    private static final double NS_PER_MS = 1e6;

    DrillReport {
        trials = List.copyOf(trials);
        if (trials.isEmpty()) {
            throw new IllegalArgumentException("a report without trials");
        }
    }

    static final String TABLE_HEAD = String.format(
            Locale.ROOT,
            "%5s %-8s %-8s %9s %8s %7s %6s %14s %13s %9s %9s",
            "trial",
            "node",
            "then",
            "outage ms",
            "ok",
            "failed",
            "cut",
            "entries",
            "persistence",
            "dup. ms",
            "back ms");

    static String tableLine(int number, TrialResult trial) {
        return String.format(
                Locale.ROOT,
                "%5d %-8s %-8s %9.1f %8d %7d %6d %14s %13s %9.1f %9.0f",
                number,
                trial.failedNode(),
                trial.nextNode(),
                trial.outageNs() / NS_PER_MS,
                trial.load().ok(),
                trial.load().failed(),
                trial.load().cut(),
                trial.entriesAfter() + "/" + trial.entriesBefore(),
                trial.clientsKept() + "/" + trial.clientsBefore(),
                trial.duplicateNs() / NS_PER_MS,
                trial.restoreNs() / NS_PER_MS);
    }

    String summary() {
        LoadCounts load = load();
        return String.format(
                Locale.ROOT,
                """
                %s, %s, %d trials
                  outage        median %.1f ms, max %.1f ms (while the node came back: median %.1f ms, max %.1f ms)
                  requests      %d ok, %d failed, %d of them cut on connections open at the fault
                  stick table   %d of %d entries on the surviving node
                  persistence   %.2f %% of the clients still reach their server
                  duplicates    two nodes had the address for at most %.1f ms
                """,
                fault.word(),
                options.engine().word(),
                trials.size(),
                outageMedianMs(),
                ms(TrialResult::outageNs),
                medianMs(TrialResult::restoreGapNs),
                ms(TrialResult::restoreGapNs),
                load.ok(),
                load.failed(),
                load.cut(),
                sum(TrialResult::entriesAfter),
                sum(TrialResult::entriesBefore),
                persistencePct(),
                ms(TrialResult::duplicateNs));
    }

    String json() {
        LoadCounts load = load();
        return "{" + text("fault", fault.word())
                + ", " + number("trials", trials.size())
                + ", " + decimal("outage_ms_median", outageMedianMs())
                + ", " + decimal("outage_ms_max", ms(TrialResult::outageNs))
                + ", " + number("requests_ok", load.ok())
                + ", " + number("requests_failed", load.failed())
                + ", " + number("requests_failed_in_flight", load.cut())
                + ", " + number("entries_before", sum(TrialResult::entriesBefore))
                + ", " + number("entries_after", sum(TrialResult::entriesAfter))
                + ", " + decimal("persistence_kept_pct", persistencePct())
                + ", " + decimal("duplicate_address_ms_max", ms(TrialResult::duplicateNs))
                + ", " + decimal("restore_gap_ms_max", ms(TrialResult::restoreGapNs))
                + ", " + decimal("duplicate_address_ms_median", medianMs(TrialResult::duplicateNs))
                + ", " + decimal("restore_gap_ms_median", medianMs(TrialResult::restoreGapNs))
                + ", " + list("outages_ms", TrialResult::outageNs)
                + ", " + list("restore_gaps_ms", TrialResult::restoreGapNs)
                + ", " + list("take_back_gaps_ms", TrialResult::takeBackGapNs)
                + ", " + list("duplicates_ms", TrialResult::duplicateNs)
                + ", " + text("timers", options.timers().word())
                + ", " + text("engine", options.engine().word()) + "}";
    }

    double outageMedianMs() {
        return medianMs(TrialResult::outageNs);
    }

    private double medianMs(ToLongFunction<TrialResult> value) {
        return Statistics.median(trials.stream().mapToLong(value).toArray()) / NS_PER_MS;
    }

    double persistencePct() {
        return 100.0 * sum(TrialResult::clientsKept) / sum(TrialResult::clientsBefore);
    }

    private LoadCounts load() {
        return trials.stream().map(TrialResult::load).reduce(LoadCounts.NONE, LoadCounts::plus);
    }

    private double ms(ToLongFunction<TrialResult> value) {
        return trials.stream().mapToLong(value).max().orElseThrow() / NS_PER_MS;
    }

    private long sum(ToLongFunction<TrialResult> value) {
        return trials.stream().mapToLong(value).sum();
    }

    private static String text(String key, String value) {
        // The words of the command line: letters, '+' and '-'.
        return '"' + key + "\": \"" + value + '"';
    }

    private String list(String key, ToLongFunction<TrialResult> value) {
        return trials.stream()
                .map(trial -> String.format(Locale.ROOT, "%.3f", value.applyAsLong(trial) / NS_PER_MS))
                .collect(Collectors.joining(", ", '"' + key + "\": [", "]"));
    }

    private static String number(String key, long value) {
        return '"' + key + "\": " + value;
    }

    private static String decimal(String key, double value) {
        return '"' + key + "\": " + String.format(Locale.ROOT, "%.3f", value);
    }
}
