// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import org.jspecify.annotations.Nullable;

/**
 * Collects problems in keepalived's words and keeps account of the status {@code keepalived -t} would end with.
 *
 * <p>What keepalived would run with is a warning here; what Tandem cannot honour is an alert.
 */
final class Findings {
    static final int STATUS_GOOD = 0;
    static final int STATUS_FATAL = 2;
    static final int STATUS_ERRORS = 5;
    static final int STATUS_SCRIPT_SECURITY = 6;

    private final Problems problems;
    private boolean fatal;
    private boolean errors;
    private boolean insecureScripts;
    private boolean missingInterface;
    private boolean refused;
    private boolean unreadable;
    private int unknown;

    Findings(Problems problems) {
        this.problems = problems;
    }

    /** For what is looked at twice. */
    static Findings silent() {
        return new Findings(new Problems());
    }

    /** keepalived says this and goes on. */
    void error(@Nullable Origin at, String text) {
        errors = true;
        add(Severity.WARNING, at, text, null);
    }

    void error(@Nullable Origin at, String text, @Nullable String remedy) {
        errors = true;
        add(Severity.WARNING, at, text, remedy);
    }

    /** keepalived says this and goes on without what the operator asked for; Tandem does not. */
    void broken(@Nullable Origin at, String text, @Nullable String remedy) {
        errors = true;
        add(Severity.ALERT, at, text, remedy);
    }

    /** keepalived ends here. */
    void fatal(Origin at, String text) {
        fatal = true;
        add(Severity.ALERT, at, text, null);
    }

    /** An interface is not there (yet): keepalived gives up at the end, Tandem waits for it. */
    void missingInterface(Origin at, String text) {
        missingInterface = true;
        error(at, text);
    }

    boolean isMissingInterface() {
        return missingInterface;
    }

    /** What an {@code include} that must succeed did not find: keepalived ends with the status of insecure scripts. */
    void unreadable(Origin at, String text) {
        unreadable = true;
        add(Severity.WARNING, at, text, null);
    }

    /** How many unknown keywords there have been, with this one. */
    int countUnknown() {
        return ++unknown;
    }

    /** Whether something that keepalived has was refused. */
    boolean isRefused() {
        return refused;
    }

    /** keepalived ends here: a word wants another behind it. */
    void missingParameter(Statement line, String word, int position) {
        fatal(
                line.origin(),
                "*** Configuration line starting `" + line.keyword() + "` is missing a parameter after keyword `" + word
                        + "` at word position " + position);
    }

    void insecureScripts(String text) {
        insecureScripts = true;
        add(Severity.WARNING, null, text, "global_defs { enable_script_security }");
    }

    /** keepalived says this without minding. */
    void warn(@Nullable Origin at, String text) {
        add(Severity.WARNING, at, text, null);
    }

    /** Good for keepalived, but this version of Tandem has no such thing and the node would not do what the file says. */
    void unsupported(Origin at, String word) {
        refused = true;
        add(Severity.ALERT, at, "'" + word + "' is not supported by this version of tandem", null);
    }

    /** Nothing wrong with it; something to think about that keepalived does not say. */
    void hint(@Nullable Origin at, String text, @Nullable String remedy) {
        add(Severity.NOTICE, at, text, remedy);
    }

    /** Good for keepalived; Tandem does without, and the addresses move all the same. */
    void noEffect(Origin at, String word, String why) {
        add(Severity.WARNING, at, "'" + word + "' has no effect in tandem: " + why, null);
    }

    void notice(Origin at, String text) {
        add(Severity.NOTICE, at, text, null);
    }

    int checkStatus() {
        if (fatal) {
            return STATUS_FATAL;
        }
        if (missingInterface) {
            return STATUS_ERRORS; // it looks no further
        }
        return insecureScripts || unreadable ? STATUS_SCRIPT_SECURITY : errors ? STATUS_ERRORS : STATUS_GOOD;
    }

    private void add(Severity severity, @Nullable Origin at, String text, @Nullable String remedy) {
        String where = at == null ? "" : "(" + at.file() + ": Line " + at.line() + ") ";
        problems.add(new Problem(severity, at, where + text, remedy));
    }
}
