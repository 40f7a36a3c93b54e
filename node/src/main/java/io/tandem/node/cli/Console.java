// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import io.tandem.node.setup.NodeRuntime;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Speaks to the operator as HAProxy does: {@code [ALERT]    (pid) : text} on standard error. The first alert or warning is
 * preceded by two notices that name version and program. Thread-safe.
 */
public final class Console {
    private final PrintStream out;
    private final PrintStream errors;
    private final String program;
    /** So many lines are kept for {@code show startup-logs}. */
    private static final int STARTUP_LINES = 1_000;

    private final long pid = ProcessHandle.current().pid();
    private final List<String> startup = new ArrayList<>();
    private boolean quiet;
    private boolean introduced;
    private boolean warned;

    /** @param program the path to show as the executable's */
    public Console(PrintStream out, PrintStream errors, String program) {
        this.out = out;
        this.errors = errors;
        this.program = program;
    }

    /** The path shown as the executable's. */
    public String program() {
        return program;
    }

    /** From now on nothing is said; what was warned of is still known. */
    public synchronized void quiet(boolean silent) {
        quiet = silent;
    }

    public synchronized boolean isQuiet() {
        return quiet;
    }

    /** Whether any warning was given, said aloud or not. */
    public synchronized boolean warned() {
        return warned;
    }

    public void alert(String text) {
        say(Severity.ALERT, text);
    }

    public void warning(String text) {
        say(Severity.WARNING, text);
    }

    public void notice(String text) {
        say(Severity.NOTICE, text);
    }

    /** A problem of the configuration. */
    public void problem(Problem problem) {
        String remedy = problem.remedy() == null ? "" : "\n    fix: " + problem.remedy();
        say(problem.severity(), "config : " + problem.text() + remedy);
    }

    public synchronized void say(Severity severity, String text) {
        warned |= severity == Severity.WARNING;
        if (!introduced && severity.compareTo(Severity.WARNING) >= 0) {
            introduced = true;
            line(Severity.NOTICE, "haproxy version is " + NodeRuntime.VERSION);
            line(Severity.NOTICE, "path to executable is " + program);
        }
        line(severity, text);
    }

    /** Everything said so far, for {@code show startup-logs}. */
    public synchronized List<String> startup() {
        return List.copyOf(startup);
    }

    /** A line for standard output, unless quiet. */
    public synchronized void print(String text) {
        if (!quiet) {
            write(out, text);
        }
    }

    /** What was asked for: on standard output, quiet or not. */
    public synchronized void list(String lines) {
        write(out, lines.stripTrailing());
    }

    private void line(Severity severity, String text) {
        String tag = "[" + severity + "]";
        String line = tag + " ".repeat(Math.max(1, 11 - tag.length())) + "(" + pid + ") : " + text;
        if (startup.size() < STARTUP_LINES) {
            startup.add(line);
        }
        if (!quiet) {
            write(errors, line);
        }
    }

    /** Texts from configuration files hold bytes and leave as they came; others are Unicode. */
    private static void write(PrintStream stream, String text) {
        boolean bytes = text.chars().allMatch(c -> c <= 0xff);
        stream.writeBytes((text + "\n").getBytes(bytes ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
        stream.flush();
    }
}
