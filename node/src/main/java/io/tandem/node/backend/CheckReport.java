// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/**
 * What a health check found.
 *
 * @param status how far it got and how it ended
 * @param code the HTTP status received, the protocol's own number, or 0
 * @param durationMs how long it took, -1 before the first
 * @param info what is known beyond that ({@code Connection refused}), or the empty string
 * @param passed whether the server counts as healthy by it
 */
public record CheckReport(Status status, int code, long durationMs, String info, boolean passed) {
    /** Before the first check. */
    public static final CheckReport NONE = new CheckReport(Status.INI, 0, -1, "", true);

    /** Whether the server is well, but wants no new clients. */
    public boolean conditional() {
        return passed && status == Status.L7OKC;
    }

    /** The same without {@link #info}. */
    public CheckReport without() {
        return new CheckReport(status, code, durationMs, "", passed);
    }

    /** HAProxy's check status codes: the names are those of {@code show stat}'s {@code check_status}. */
    public enum Status {
        UNK("Unknown"),
        INI("Initializing"),
        HANA("Health analyze"),
        SOCKERR("Socket error"),
        L4OK("Layer4 check passed"),
        L4TOUT("Layer4 timeout"),
        L4CON("Layer4 connection problem"),
        L6OK("Layer6 check passed"),
        L6TOUT("Layer6 timeout"),
        L6RSP("Layer6 invalid response"),
        L7TOUT("Layer7 timeout"),
        L7RSP("Layer7 invalid response"),
        L7OK("Layer7 check passed"),
        L7OKC("Layer7 check conditionally passed"),
        L7STS("Layer7 wrong status"),
        PROCERR("External check error"),
        PROCTOUT("External check timeout"),
        PROCOK("External check passed"),
        /** Of agents: an answer that says nothing about health. */
        CHECKED("No status change");

        private final String text;

        Status(String text) {
            this.text = text;
        }

        /** As logs and the statistics page word it. */
        public String text() {
            return text;
        }

        /** Whether a code is told with it, even 0. */
        public boolean hasCode() {
            return switch (this) {
                case L7OK, L7OKC, L7STS, PROCERR, PROCTOUT, PROCOK -> true;
                default -> false;
            };
        }
    }
}
