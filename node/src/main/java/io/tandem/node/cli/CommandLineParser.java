// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads HAProxy's command line (management manual 3), which fits no option library. One per command line. */
final class CommandLineParser {
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("-de", "-dp", "-dS", "-dG", "-dR", "-dL", "-dI", "-dt", "-dC", "-dZ", "-dv");

    private final String[] arguments;
    private int next;

    private CommandLine.Task task = CommandLine.Task.RUN;
    private final List<String> files = new ArrayList<>();
    private @Nullable String condition;
    private boolean verbose;
    private boolean quiet;
    private boolean debug;
    private boolean foreground;
    private boolean daemon;
    private boolean master;
    private boolean notifySystemd;
    private final List<String> masterSockets = new ArrayList<>();
    private @Nullable String pidFile;
    private final List<Integer> softStop = new ArrayList<>();
    private final List<Integer> hardStop = new ArrayList<>();
    private @Nullable String takeOverFrom;
    private @Nullable String localPeer;
    private @Nullable String directory;
    private int maxConnections;
    private int maxConnectionsPerProxy;
    private boolean warningsAreFatal;
    private boolean diagnostics;
    private boolean ignoreResolution;
    private boolean verifyNoServer;
    private @Nullable String keywordClasses;
    private final List<String> withoutEffect = new ArrayList<>();

    private CommandLineParser(String[] arguments) {
        this.arguments = arguments;
    }

    static CommandLine parse(String... arguments) throws UsageException {
        CommandLineParser parser = new CommandLineParser(arguments);
        parser.readAll();
        return parser.result();
    }

    private void readAll() throws UsageException {
        while (next < arguments.length) {
            String option = arguments[next++];
            if (option.equals("--")) {
                while (next < arguments.length) {
                    files.add(arguments[next++]);
                }
            } else if (!readFlag(option) && !readValue(option)) {
                throw new UsageException(null, true);
            }
            if (task == CommandLine.Task.VERSION || task == CommandLine.Task.BUILD) {
                return;
            }
        }
        boolean needsFiles = task == CommandLine.Task.RUN || task == CommandLine.Task.CHECK;
        if (needsFiles && files.isEmpty() && keywordClasses == null) {
            throw new UsageException(null, true);
        }
    }

    private boolean readFlag(String option) {
        switch (option) {
            case "-c" -> task = task == CommandLine.Task.RUN ? CommandLine.Task.CHECK : task;
            case "-V" -> verbose = true;
            case "-q" -> quiet = true;
            case "-d" -> debug = true;
            case "-db" -> foreground = true;
            case "-D" -> daemon = true;
            case "-W" -> master = true;
            case "-Ws" -> {
                master = true;
                notifySystemd = true;
            }
            case "-dW" -> warningsAreFatal = true;
            case "-dD" -> diagnostics = true;
            case "-dr" -> ignoreResolution = true;
            case "-dV" -> verifyNoServer = true;
            default -> {
                return readOpenFlag(option);
            }
        }
        return true;
    }

    /** Options that go on after their letters. */
    private boolean readOpenFlag(String option) {
        if (option.startsWith("-vv")) {
            task = CommandLine.Task.BUILD;
        } else if (option.startsWith("-v")) {
            task = CommandLine.Task.VERSION;
        } else if (option.startsWith("-dK")) {
            keywordClasses = option.substring(3);
        } else if (option.startsWith("-dM") || WITHOUT_EFFECT.contains(option)) {
            withoutEffect.add(option);
        } else {
            return false;
        }
        return true;
    }

    private boolean readValue(String option) throws UsageException {
        switch (option) {
            case "-f" -> files.add(value(option));
            case "-cc" -> {
                condition = value(option);
                task = CommandLine.Task.CONDITION;
            }
            case "-p" -> pidFile = value(option);
            case "-x" -> takeOverFrom = takeOver();
            case "-L" -> localPeer = value(option);
            case "-C" -> directory = value(option);
            case "-S" -> masterSockets.add(value(option));
            case "-n" -> maxConnections = number(option);
            case "-N" -> maxConnectionsPerProxy = number(option);
            case "-m" -> withoutEffect.add("-m " + number(option));
            case "-sf" -> pids(option, softStop);
            case "-st" -> pids(option, hardStop);
            default -> {
                return false;
            }
        }
        return true;
    }

    private String value(String option) throws UsageException {
        if (next >= arguments.length) {
            throw new UsageException("option '" + option + "' expects an argument.", true);
        }
        return arguments[next++];
    }

    private String takeOver() throws UsageException {
        if (next >= arguments.length || arguments[next].startsWith("-")) {
            throw new UsageException("Unix socket path expected with the -x flag\n", true);
        }
        return arguments[next++];
    }

    private int number(String option) throws UsageException {
        String text = value(option);
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // answered below
        }
        throw new UsageException("option '" + option + "' expects a positive number, not '" + text + "'.", false);
    }

    private void pids(String option, List<Integer> pids) throws UsageException {
        while (next < arguments.length && !arguments[next].startsWith("-")) {
            String text = arguments[next++];
            try {
                for (String pid : text.strip().split("\\s+", -1)) {
                    pids.add(pid(pid));
                }
            } catch (NumberFormatException e) {
                throw new UsageException(option + " option: some bytes unconsumed in PID list {" + text + "}", false);
            }
        }
    }

    private static int pid(String text) {
        int pid = Integer.parseInt(text);
        if (pid <= 0) {
            throw new NumberFormatException(text);
        }
        return pid;
    }

    private CommandLine result() {
        return new CommandLine(
                task,
                files,
                condition,
                verbose,
                quiet,
                debug,
                foreground,
                daemon,
                master,
                notifySystemd,
                masterSockets,
                pidFile,
                softStop,
                hardStop,
                takeOverFrom,
                localPeer,
                directory,
                maxConnections,
                maxConnectionsPerProxy,
                warningsAreFatal,
                diagnostics,
                ignoreResolution,
                verifyNoServer,
                keywordClasses,
                withoutEffect);
    }
}
