// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.AgentSettings;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerAdmin;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The questions to one server's agent ({@code agent-check}). What it says about weight, limit and maintenance holds at once,
 * what it says about health is weighed with the server's own checks. Owned by one event loop.
 */
final class AgentRound implements Round {
    private final CheckTarget target;
    private final AgentSettings settings;
    private final Watch watch;
    private final ServerAdmin admin;
    private @Nullable AgentAnswer answer;

    AgentRound(CheckTarget target, AgentSettings settings, Watch watch, ServerAdmin admin) {
        this.target = target;
        this.settings = settings;
        this.watch = watch;
        this.admin = admin;
    }

    @Override
    public Running start(Consumer<CheckReport> report) {
        answer = null;
        Backend backend = target.backend();
        return Probe.start(
                target,
                plan(),
                Objects.requireNonNull(watch.agentAddress(settings)), // it is paused without
                HealthRound.patience(backend, settings.interMs()),
                report);
    }

    private CheckPlan plan() {
        List<Step> steps = new ArrayList<>();
        steps.add(ConnectStep.BARE);
        String question = watch.agentQuestion(settings);
        if (!question.isEmpty()) {
            steps.add(SendStep.of(Text.bytes(question)));
        }
        steps.add(new JudgeStep(this::judge));
        return CheckPlan.of(CheckKind.AGENT, steps, CheckPlan.Options.NONE);
    }

    private JudgeStep.Judgement judge(byte[] bytes, int length, boolean last) {
        int end = AgentAnswer.lineEnd(bytes, length);
        if (end < 0 && !last) {
            return JudgeStep.Judgement.WAIT;
        }
        answer = AgentAnswer.parse(Text.string(bytes, 0, end < 0 ? length : end));
        return JudgeStep.Judgement.passed("");
    }

    /** Does what the agent says, and words what it says about health. */
    private CheckReport understood(CheckReport result) {
        AgentAnswer said = answer;
        if (said == null) {
            return result;
        }
        String trouble = said.unknown();
        Backend backend = target.backend();
        Server server = target.server();
        if (said.admin() != null) {
            switch (said.admin()) {
                case "ready" -> admin.ready(backend, server);
                case "drain" -> admin.drain(backend, server);
                default -> admin.maintenance(backend, server);
            }
        }
        if (said.weight() != null) {
            String complaint = admin.weight(backend, server, said.weight());
            trouble = complaint == null || trouble != null ? trouble : complaint;
        }
        if (said.maxConnections() != null) {
            String complaint = admin.maxConnections(server, said.maxConnections());
            trouble = complaint == null || trouble != null ? trouble : complaint;
        }
        String health = said.health();
        if (health == null) {
            String info = trouble == null ? "" : "agent reports an error : " + trouble;
            return new CheckReport(Status.CHECKED, 0, result.durationMs(), info, true);
        }
        String more = said.description() != null ? said.description() : trouble;
        String info = "via agent : " + health + (more == null ? "" : " (" + more + ")");
        boolean up = health.equals("up");
        return new CheckReport(up ? Status.L7OK : Status.L7STS, 0, result.durationMs(), info, up);
    }

    @Override
    public void on(CheckReport report) {
        watch.onAgent(understood(report));
    }

    @Override
    public boolean isPaused() {
        return !target.server().state().agent().isEnabled() || watch.agentAddress(settings) == null;
    }

    @Override
    public int intervalMs() {
        return settings.interMs();
    }

    @Override
    public long dueNs() {
        return target.server().state().agent().dueNs();
    }

    @Override
    public void due(long atNs) {
        target.server().state().agent().due(atNs);
    }
}
