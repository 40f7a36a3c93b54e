// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.keepalived.KeepalivedHost;
import io.tandem.config.model.OperatingConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import io.tandem.node.socket.HostName;
import io.tandem.vrrp.track.ScriptUsers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code tandem vrrp -t [-f FILE] [-i ID]}, keepalived's check of a file, and {@code tandem vrrp --signum=NAME}.
 *
 * <p>Messages and exit status are keepalived's (2.2.7): 0 good, 2 cannot be run, 5 mistakes with which it would run, 6
 * scripts without {@code enable_script_security}. Its own are Tandem's hints, and status 3 for a file that is good for
 * keepalived and holds what this version of Tandem has not.
 */
public final class KeepalivedCommand {
    private static final Path USUAL = Path.of("/etc/keepalived/keepalived.conf");
    private static final int USAGE = 1;
    private static final int REFUSED = 3;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream errors;
    private Path file = USUAL;
    private String configId = HostName.orGiven(null).split("\\.", 2)[0];
    private boolean checks;
    private @Nullable String checkOutput;
    private @Nullable String signal;

    public KeepalivedCommand(Map<String, String> environment, PrintStream out, PrintStream errors) {
        this.environment = Map.copyOf(environment);
        this.out = out;
        this.errors = errors;
    }

    /** Whether these words ask for it: {@code vrrp} and an option of keepalived's first. */
    public static boolean isOne(String... arguments) {
        return arguments.length > 1 && arguments[0].equals("vrrp") && arguments[1].startsWith("-");
    }

    /** Answers the exit status. */
    public int run(String... arguments) {
        String wrong = read(List.of(arguments).subList(1, arguments.length));
        if (wrong != null) {
            errors.println(wrong);
            errors.println("usage: tandem vrrp -t[OUTPUT] [-f FILE] [-i CONFIG-ID] | --signum=NAME");
            return USAGE;
        }
        if (signal != null) {
            return signalNumber(signal);
        }
        if (checkOutput == null) {
            return check(errors);
        }
        try (PrintStream to =
                new PrintStream(Files.newOutputStream(Path.of(checkOutput)), true, StandardCharsets.UTF_8)) {
            return check(to);
        } catch (IOException e) {
            errors.println("cannot write " + checkOutput + ": " + e.getMessage());
            return USAGE;
        }
    }

    private @Nullable String read(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("-t") || word.equals("--config-test")) {
                checks = true;
            } else if (word.startsWith("--config-test=") || word.startsWith("-t")) {
                checks = true;
                checkOutput = word.startsWith("-t") ? word.substring(2) : word.substring(14);
            } else if (word.startsWith("--signum=")) {
                signal = word.substring(9);
            } else if (word.startsWith("--use-file=")) {
                file = Path.of(word.substring(11));
            } else if (word.startsWith("--config-id=")) {
                configId = word.substring(12);
            } else if (List.of("-f", "--use-file", "-i", "--config-id", "--signum")
                    .contains(word)) {
                if (++i == words.size()) {
                    return "option '" + word + "' needs a value";
                }
                switch (word) {
                    case "-f", "--use-file" -> file = Path.of(words.get(i));
                    case "--signum" -> signal = words.get(i);
                    default -> configId = words.get(i);
                }
            } else {
                return "unknown option '" + word + "'";
            }
        }
        return checks || signal != null ? null : "-t is missing";
    }

    private int signalNumber(String name) {
        KeepalivedSignals.Signal known = KeepalivedSignals.BY_NAME.get(name);
        if (known == null) {
            errors.println("Unknown sigfunc " + name);
            return USAGE;
        }
        out.println(known.number());
        return 0;
    }

    private int check(PrintStream to) {
        Problems problems = new Problems();
        KeepalivedConf conf = KeepalivedConf.load(file, KeepalivedHost.current(environment, configId), problems);
        ScriptUsers.obstacles(conf.vrrp(), OperatingConfig.NONE).forEach(text -> hint(problems, text));
        if (ScriptUsers.needsMoreThanTheUnit(conf.vrrp())) {
            hint(problems, "scripts name a user: tandem.service runs none as another than its own");
        }
        for (Problem problem : problems.all()) {
            to.println((problem.severity() == Severity.NOTICE ? "hint: " : "") + problem.text());
            if (problem.remedy() != null) {
                to.println("    fix: " + problem.remedy());
            }
        }
        return conf.checkStatus() == 0 && conf.refused() ? REFUSED : conf.checkStatus();
    }

    private static void hint(Problems problems, String text) {
        problems.add(new Problem(Severity.NOTICE, null, text, ScriptUsers.REMEDY));
    }
}
