// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.CheckReport.Status;

/** A step of a protocol whose answers take more than a pattern to understand. Immutable. */
record JudgeStep(Judge judge) implements Step {
    /** Reads an answer. Pure. */
    @FunctionalInterface
    interface Judge {
        /** @param last whether no more bytes will come */
        Judgement judge(byte[] answer, int length, boolean last);
    }

    /** What an answer comes to. */
    enum Outcome {
        /** More bytes are needed. */
        WAIT,
        PASSED,
        FAILED
    }

    /**
     * What an answer comes to.
     *
     * @param status how it is told
     * @param code told with it
     * @param info told with it; empty for nothing, and, where it passed, for what an earlier step said
     */
    record Judgement(Outcome outcome, Status status, int code, String info) {
        static final Judgement WAIT = new Judgement(Outcome.WAIT, Status.UNK, 0, "");

        static Judgement passed(String info) {
            return new Judgement(Outcome.PASSED, Status.L7OK, 0, info);
        }

        static Judgement failed(Status status, int code, String info) {
            return new Judgement(Outcome.FAILED, status, code, info);
        }
    }

    @Override
    public String comment() {
        return "";
    }
}
