// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.Map;

/** HAProxy's numbers of the statuses of checks, as {@code show servers state} prints and state files have them. */
public final class CheckStatusNumbers {
    private static final Map<CheckReport.Status, Integer> NUMBERS = Map.ofEntries(
            Map.entry(CheckReport.Status.UNK, 0),
            Map.entry(CheckReport.Status.INI, 1),
            Map.entry(CheckReport.Status.HANA, 3),
            Map.entry(CheckReport.Status.SOCKERR, 5),
            Map.entry(CheckReport.Status.L4OK, 6),
            Map.entry(CheckReport.Status.L4TOUT, 7),
            Map.entry(CheckReport.Status.L4CON, 8),
            Map.entry(CheckReport.Status.L6OK, 9),
            Map.entry(CheckReport.Status.L6TOUT, 10),
            Map.entry(CheckReport.Status.L6RSP, 11),
            Map.entry(CheckReport.Status.L7TOUT, 12),
            Map.entry(CheckReport.Status.L7RSP, 13),
            Map.entry(CheckReport.Status.L7OK, 15),
            Map.entry(CheckReport.Status.L7OKC, 16),
            Map.entry(CheckReport.Status.L7STS, 17),
            Map.entry(CheckReport.Status.PROCERR, 18),
            Map.entry(CheckReport.Status.PROCTOUT, 19),
            Map.entry(CheckReport.Status.PROCOK, 20));

    private static final int FAILED = 2;

    private CheckStatusNumbers() {}

    /** The number of a status; that of an unknown one where HAProxy has none. */
    public static int of(CheckReport.Status status) {
        return NUMBERS.getOrDefault(status, 0);
    }

    /** The report that a state file tells of. */
    static CheckReport report(int status, int result) {
        for (Map.Entry<CheckReport.Status, Integer> entry : NUMBERS.entrySet()) {
            if (entry.getValue() == status && entry.getKey() != CheckReport.Status.INI) {
                return new CheckReport(entry.getKey(), 0, -1, "", result != FAILED);
            }
        }
        return CheckReport.NONE;
    }
}
