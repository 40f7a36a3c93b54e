// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.util.List;

/** The words of a line as ip(8) has them, one after the other; with the first that is refused the line is. */
abstract class LineWords {
    final Statement line;
    private final Findings findings;
    private final List<String> words;
    private int at;
    private boolean refused;

    LineWords(Statement line, Findings findings) {
        this.line = line;
        this.findings = findings;
        this.words = line.texts();
    }

    /** Whether there is another one to read. */
    boolean hasNext() {
        return at < words.size() && !refused;
    }

    String next() {
        return words.get(at++);
    }

    /** The one that comes next; empty at the end. */
    String ahead() {
        return at < words.size() ? words.get(at) : "";
    }

    /** The one that was read last. */
    String last() {
        return words.get(at - 1);
    }

    /** What follows an option; empty, with a complaint, where nothing does. */
    String value(String option) {
        if (at >= words.size()) {
            refused = true;
            findings.missingParameter(line, option, at + 1);
            return "";
        }
        return next();
    }

    /** The number, or 0 with two complaints. */
    int number(String text, String complaint) {
        Integer number = RouteNames.unsigned(text);
        if (number == null && !refused) {
            complain("invalid number '" + text + "'");
            refuse(complaint);
        }
        return number == null ? 0 : number;
    }

    boolean isRefused() {
        return refused;
    }

    /** In keepalived's words, the first time. */
    void refuse(String why) {
        if (!refused) {
            refused = true;
            complain(why);
        }
    }

    /** What keepalived has and Tandem has not. */
    void unsupported(String what) {
        findings.unsupported(line.origin(), what);
        refused = true;
    }

    void complain(String text) {
        findings.error(line.origin(), text);
    }

    void complainOfAddress(String text) {
        complain("VRRP parsed invalid IP " + text + ". skipping IP...");
    }
}
