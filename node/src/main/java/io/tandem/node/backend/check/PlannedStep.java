// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

/**
 * A step in its place.
 *
 * @param number how it is told: its line's, from 1; 0 for a connection that nobody wrote
 * @param comment what is told with it when it fails: its own or that of the comment above it; or empty
 */
record PlannedStep(Step step, int number, String comment) {
    /** The comment, as it ends what is told of a mismatch. */
    String ending() {
        return comment.isEmpty() ? "" : " comment: " + comment;
    }

    /** Which step of {@code tcp-check} it is, as it ends what else is told. */
    String place() {
        return number == 0
                ? " at initial connection step of tcp-check"
                : " at step " + number + " of tcp-check" + what()
                        + (comment.isEmpty() ? "" : " comment: '" + comment + "'");
    }

    private String what() {
        if (step instanceof ConnectStep connect) {
            return connect.port() > 0 ? " (connect port " + connect.port() + ")" : " (connect)";
        }
        if (step instanceof ExpectStep expect && expect.bytes() != null) {
            return " (expect " + expect.bytes().awaited() + ")";
        }
        return step instanceof SendStep ? " (send)" : "";
    }
}
