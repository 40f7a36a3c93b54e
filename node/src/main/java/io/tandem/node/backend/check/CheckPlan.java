// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the checks of a backend's servers do, step by step. Immutable. */
public final class CheckPlan {
    /** A connection is enough. */
    public static final CheckPlan CONNECT = of(CheckKind.CONNECT, List.of(), Options.NONE);

    /**
     * What is said beside the steps.
     *
     * @param logsEach {@code option log-health-checks}: every change is told, not only up and down
     * @param stopsOn404 {@code http-check disable-on-404}
     * @param sendsState {@code http-check send-state}
     * @param command the program of an external check, or null
     */
    record Options(boolean logsEach, boolean stopsOn404, boolean sendsState, @Nullable ExternalCommand command) {
        static final Options NONE = new Options(false, false, false, null);
    }

    private final CheckKind kind;
    private final List<PlannedStep> steps;
    private final Options options;

    private CheckPlan(CheckKind kind, List<PlannedStep> steps, Options options) {
        this.kind = kind;
        this.steps = List.copyOf(steps);
        this.options = options;
    }

    /** The steps in their order, begun by a connection where none of them makes one first. */
    static CheckPlan of(CheckKind kind, List<Step> steps, Options options) {
        List<PlannedStep> planned = new ArrayList<>();
        if (!beginsWithConnection(steps)) {
            planned.add(new PlannedStep(ConnectStep.IMPLIED, 0, ""));
        }
        int number = 0;
        String comment = "";
        for (Step step : steps) {
            boolean implied = step instanceof ConnectStep connect && connect.implied();
            if (step instanceof CommentStep) {
                comment = step.comment();
            }
            number += implied ? 0 : 1;
            planned.add(
                    new PlannedStep(step, implied ? 0 : number, step.comment().isEmpty() ? comment : step.comment()));
        }
        return new CheckPlan(kind, planned, options);
    }

    private static boolean beginsWithConnection(List<Step> steps) {
        for (Step step : steps) {
            if (!(step instanceof CommentStep) && !(step instanceof VariableStep)) {
                return step instanceof ConnectStep;
            }
        }
        return false;
    }

    CheckKind kind() {
        return kind;
    }

    List<PlannedStep> steps() {
        return steps;
    }

    Options options() {
        return options;
    }

    /** {@code option log-health-checks}. */
    public boolean logsEach() {
        return options.logsEach();
    }

    /** Whether the first connection says which port it wants, so that servers need none. */
    boolean knowsPort() {
        for (PlannedStep planned : steps) {
            if (planned.step() instanceof ConnectStep connect) {
                return connect.knowsPort();
            }
        }
        return false;
    }

    /** The last step that talks to the server, but for a connection that nobody wrote; or null. */
    @Nullable Step lastWord() {
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i).step();
            boolean silent = step instanceof CommentStep
                    || step instanceof VariableStep
                    || (step instanceof ConnectStep connect && connect.implied());
            if (!silent) {
                return step;
            }
        }
        return null;
    }
}
