// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code vrrp_script} blocks. */
final class ScriptReader {
    static final int MAX_WEIGHT = 253;

    private final Findings findings;
    private final ScriptUsers users;
    private final Keywords<Draft> keywords;

    private static final class Draft {
        final String name;
        List<String> command = List.of();
        Duration interval = Duration.ofSeconds(1);

        @Nullable Duration timeout;

        int weight;
        boolean reverse;
        int rise = 1;
        int fall = 1;
        boolean initFail;

        @Nullable String user;

        @Nullable String group;

        boolean unknownUser;

        Draft(String name) {
            this.name = name;
        }
    }

    ScriptReader(Findings findings, ScriptUsers users) {
        this.findings = findings;
        this.users = users;
        Values values = new Values(findings);
        this.keywords = new Keywords<Draft>(findings)
                .onParameter(
                        "script",
                        (draft, s) -> draft.command = s.parameters() == 1
                                ? Values.command(s.parameter(1))
                                : s.texts().subList(1, s.parameters() + 1))
                .onParameter("interval", (draft, s) -> {
                    Duration interval = seconds(values, draft, s, "' must be between 1 and 4294 - ignoring");
                    draft.interval = interval == null ? draft.interval : interval;
                })
                .onParameter("timeout", (draft, s) -> {
                    Duration timeout = seconds(values, draft, s, "' invalid - ignoring");
                    draft.timeout = timeout == null ? draft.timeout : timeout;
                })
                .onParameter("weight", (draft, s) -> {
                    Integer weight = values.signed(s, 1, -MAX_WEIGHT, MAX_WEIGHT);
                    if (weight == null) {
                        findings.error(
                                s.origin(),
                                "vrrp_script " + draft.name + " weight " + s.parameter(1) + " must be in [-253, 253]");
                    } else {
                        draft.weight = weight;
                        draft.reverse = values.reverse(s, 2, "vrrp_script " + draft.name);
                    }
                })
                .onParameter("rise", (draft, s) -> draft.rise = count(values, draft, s))
                .onParameter("fall", (draft, s) -> draft.fall = count(values, draft, s))
                .on("init_fail", (draft, s) -> draft.initFail = true)
                .onParameter("user", (draft, s) -> {
                    draft.user = s.parameter(1);
                    draft.group = s.parameters() > 1 ? s.parameter(2) : null;
                    if (!users.exist(s.parameter(1), draft.group)) {
                        String command = draft.command.isEmpty() ? "" : "'" + draft.command.get(0) + "'";
                        findings.error(s.origin(), "Unable to set uid/gid for script " + command);
                        draft.unknownUser = true;
                    }
                });
    }

    /** In seconds and, other than keepalived 2.2, fractions of them. */
    private @Nullable Duration seconds(Values values, Draft draft, Statement s, String complaint) {
        Duration read = values.seconds(s, 1, "0", "4294");
        String what = "(" + draft.name + "): vrrp script " + s.keyword();
        if (read == null) {
            findings.error(s.origin(), what + " '" + s.parameter(1) + complaint);
        } else if (read.isZero()) {
            findings.error(s.origin(), what + " must be greater than 0, setting to 1");
            return Duration.ofSeconds(1);
        }
        return read;
    }

    /** The script, or null with a complaint where it cannot be run. */
    @Nullable TrackScript read(Statement block, Globals globals) {
        Draft draft = new Draft(block.parameter(1));
        keywords.apply(draft, block.body());
        if (draft.unknownUser) {
            return null;
        }
        if (draft.command.isEmpty()) {
            findings.error(block.origin(), "No script set for vrrp_script " + draft.name + " - removing");
            return null;
        }
        if (draft.user == null && !users.hasDefault(block.origin())) {
            findings.error(block.origin(), "Unable to set default user for vrrp script " + draft.name + " - removing");
            return null;
        }
        return new TrackScript(
                draft.name,
                draft.command,
                draft.interval,
                draft.timeout == null ? draft.interval : draft.timeout,
                draft.weight,
                draft.reverse,
                draft.rise,
                draft.fall,
                draft.initFail,
                draft.user == null ? globals.scriptUser : draft.user,
                draft.user == null ? globals.scriptGroup : draft.group);
    }

    private int count(Values values, Draft draft, Statement s) {
        Integer count = values.integer(s, 1, 1, Integer.MAX_VALUE);
        if (count == null) {
            findings.error(
                    s.origin(),
                    "(" + draft.name + "): vrrp script " + s.keyword() + " value '" + s.parameter(1)
                            + "' invalid, defaulting to 1");
        }
        return count == null ? 1 : count;
    }

    static TrackScript withWeight(TrackScript script, int weight, boolean reverse) {
        return new TrackScript(
                script.name(),
                script.command(),
                script.interval(),
                script.timeout(),
                weight,
                reverse,
                script.rise(),
                script.fall(),
                script.initFail(),
                script.user(),
                script.group());
    }
}
