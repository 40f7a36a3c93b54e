// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.ProcessMatch;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code vrrp_track_process} blocks. */
final class ProcessReader {
    private static final int MAX_WEIGHT = 254;
    private static final int MAX_QUORUM = 65_535;

    private final Findings findings;
    private final Values values;
    private final Keywords<Draft> keywords;

    private static final class Draft {
        final String name;
        List<String> process = List.of();
        int weight = 1;
        boolean reverse;
        int quorum = 1;
        int quorumMax = Integer.MAX_VALUE;
        Duration forkDelay = Duration.ZERO;
        Duration terminateDelay = Duration.ZERO;
        boolean fullCommand;
        boolean weighed;

        @Nullable ProcessMatch match;

        Draft(String name) {
            this.name = name;
        }
    }

    ProcessReader(Findings findings) {
        this.findings = findings;
        this.values = new Values(findings);
        this.keywords = new Keywords<Draft>(findings)
                .onParameter("process", (draft, s) -> {
                    if (draft.process.isEmpty()) {
                        draft.process = process(s);
                    } else {
                        findings.error(
                                s.origin(),
                                "Process already set for track process " + draft.name + " - ignoring "
                                        + s.parameter(1));
                    }
                })
                .on("param_match", this::match)
                .onParameter("weight", this::weight)
                .onParameter("quorum", (draft, s) -> {
                    Integer quorum = number(draft, s, "Quorum", 1);
                    draft.quorum = quorum == null ? draft.quorum : quorum;
                })
                .onParameter("quorum_max", (draft, s) -> {
                    Integer most = number(draft, s, "quorum_max", 0);
                    draft.quorumMax = most == null ? draft.quorumMax : most;
                })
                .onParameter("fork_delay", (draft, s) -> draft.forkDelay = delay(draft, s, draft.forkDelay))
                .onParameter(
                        "terminate_delay", (draft, s) -> draft.terminateDelay = delay(draft, s, draft.terminateDelay))
                .onParameter("delay", (draft, s) -> {
                    draft.forkDelay = delay(draft, s, draft.forkDelay);
                    draft.terminateDelay = draft.forkDelay;
                })
                .on("full_command", (draft, s) -> draft.fullCommand = true);
    }

    /** The processes, or null with a complaint where the block names none. */
    @Nullable TrackProcess read(Statement block) {
        Draft draft = new Draft(block.parameter(1));
        keywords.apply(draft, block.body());
        if (draft.process.isEmpty()) {
            findings.error(block.origin(), "track process '" + draft.name + "' process name not specified");
            return null;
        }
        int quorumMax = draft.quorumMax;
        if (quorumMax < draft.quorum && quorumMax != 0) {
            findings.error(block.origin(), "quorum_max is less than quorum - ignoring");
            quorumMax = Integer.MAX_VALUE;
        }
        return new TrackProcess(
                draft.name,
                draft.process,
                match(draft),
                draft.weight,
                draft.reverse,
                quorumMax == 0 ? 0 : draft.quorum,
                quorumMax,
                draft.forkDelay,
                draft.terminateDelay);
    }

    static TrackProcess withWeight(TrackProcess process, int weight, boolean reverse) {
        return new TrackProcess(
                process.name(),
                process.process(),
                process.match(),
                weight,
                reverse,
                process.quorum(),
                process.quorumMax(),
                process.forkDelay(),
                process.terminateDelay());
    }

    /** One quoted string may hold the parameters too, unless it is followed by others. */
    private static List<String> process(Statement s) {
        return s.parameters() == 1 ? Values.command(s.parameter(1)) : s.texts().subList(1, s.parameters() + 1);
    }

    private static ProcessMatch match(Draft draft) {
        if (draft.match != null) {
            return draft.match;
        }
        return draft.fullCommand || draft.process.size() > 1 ? ProcessMatch.COMMAND : ProcessMatch.NAME;
    }

    private void match(Draft draft, Statement s) {
        switch (s.parameter(1)) {
            case "initial" -> draft.match = ProcessMatch.INITIAL;
            case "partial" -> draft.match = ProcessMatch.PARTIAL;
            case "" -> {
                // keepalived minds nothing
            }
            default -> findings.error(s.origin(), "Invalid param_match type " + s.parameter(1) + " - ignoring");
        }
    }

    private void weight(Draft draft, Statement s) {
        Integer weight = values.signed(s, 1, -MAX_WEIGHT, MAX_WEIGHT);
        if (weight == null) {
            findings.error(
                    s.origin(),
                    "Weight (" + s.parameter(1) + ") for vrrp_track_process " + draft.name
                            + " must be between [-254..254] inclusive. Ignoring...");
            return;
        }
        if (draft.weighed) {
            findings.error(
                    s.origin(), "Weight already set for track process " + draft.name + " - ignoring " + s.parameter(1));
            return;
        }
        draft.weighed = true;
        draft.weight = weight;
        draft.reverse = values.reverse(s, 2, "vrrp_track_process " + draft.name);
    }

    private @Nullable Integer number(Draft draft, Statement s, String what, int least) {
        Integer number = values.integer(s, 1, least, MAX_QUORUM);
        if (number == null) {
            findings.error(
                    s.origin(),
                    what + " (" + s.parameter(1) + ") for vrrp_track_process " + draft.name + " must be between ["
                            + least + "..65535] inclusive. Ignoring...");
        }
        return number;
    }

    private Duration delay(Draft draft, Statement s, Duration otherwise) {
        Duration delay = values.seconds(s, 1, "0.000001", "3600");
        if (delay == null) {
            findings.error(
                    s.origin(),
                    s.keyword() + " (" + s.parameter(1) + ") for vrrp_track_process " + draft.name
                            + " must be between [0.000001..3600] inclusive. Ignoring...");
        }
        return delay == null ? otherwise : delay;
    }
}
