// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import io.tandem.config.haproxy.Conditions;
import io.tandem.config.haproxy.Environment;
import io.tandem.config.text.Bytes;
import io.tandem.node.boot.Program;
import io.tandem.node.guardian.GuardianCommand;
import io.tandem.node.guardian.KeepalivedCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** The proxy's program, with HAProxy's command line. */
public final class Main {
    /** Set by the launcher: its own path, which stands for the executable's. */
    private static final String LAUNCHER = "TANDEM_LAUNCHER";

    private static final String DEFAULT_PROGRAM = "/usr/bin/tandem";

    private final PrintStream out;
    private final PrintStream errors;
    private final Map<String, String> environment;
    private final String program;

    private Main(PrintStream out, PrintStream errors, Map<String, String> environment) {
        this.out = out;
        this.errors = errors;
        this.environment = environment;
        this.program = environment.getOrDefault(LAUNCHER, DEFAULT_PROGRAM);
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        PrintStream errors = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
        System.exit(new Main(out, errors, System.getenv()).run(arguments));
    }

    /** Does what the arguments ask for; answers the exit status. */
    static int run(PrintStream out, PrintStream errors, Map<String, String> environment, String... arguments) {
        return new Main(out, errors, environment).run(arguments);
    }

    private int run(String... arguments) {
        Console console = new Console(out, errors, program);
        LibraryLog.install(console);
        if (arguments.length == 1 && GuardianCommand.isOne(arguments[0])) {
            return ask(arguments[0], console);
        }
        if (KeepalivedCommand.isOne(arguments) && !GuardianCommand.asksForHelp(arguments)) {
            return new KeepalivedCommand(environment, out, errors).run(arguments);
        }
        if (arguments.length > 0 && arguments[0].equals("vrrp")) {
            return GuardianCommand.vrrp(List.of(arguments).subList(1, arguments.length), environment, out, errors);
        }
        CommandLine command;
        try {
            command = CommandLineParser.parse(arguments);
        } catch (UsageException e) {
            return refuse(e, console);
        }
        if (command.quiet() && !command.verbose()) {
            console.quiet(true);
        }
        return switch (command.task()) {
            case VERSION -> print(Texts.version());
            case BUILD -> print(Texts.version() + "\n" + Texts.build(new TandemPlatform(), Program.services()));
            case CONDITION -> condition(String.valueOf(command.condition()), console);
            case CHECK, RUN -> new Program(command, new TandemPlatform(), console).run(arguments);
        };
    }

    /** The first line of the answer is the outcome, those behind it say why. */
    private int ask(String word, Console console) {
        try {
            String answer = GuardianCommand.ask(word, environment);
            boolean done = answer.startsWith("reloaded");
            if (!done) {
                answer.lines().skip(1).forEach(console::alert);
                console.alert(word + " failed; the configuration before it is in force.");
            }
            return done ? 0 : 1;
        } catch (IOException e) {
            console.alert(String.valueOf(e.getMessage()));
            return 1;
        }
    }

    private int refuse(UsageException e, Console console) {
        if (e.getMessage() != null) {
            console.alert(e.getMessage());
        }
        if (e.showUsage()) {
            print(Texts.version());
            errors.print(Texts.usage(program.substring(program.lastIndexOf('/') + 1)) + "\n");
            errors.flush();
        }
        return 1;
    }

    private int print(String text) {
        out.print(text.endsWith("\n") ? text : text + "\n");
        out.flush();
        return 0;
    }

    /** {@code -cc}: 0 true, 1 false, 2 not a condition. */
    private static int condition(String condition, Console console) {
        Conditions.Outcome outcome = new Conditions(new TandemPlatform(), Environment.ofProcess())
                .evaluateArgument(Bytes.fromUnicode(condition));
        if (outcome.error() != null) {
            String error = outcome.error();
            boolean words = Character.isUpperCase(error.charAt(0));
            console.alert(
                    "config : " + (words ? "Syntax Error in condition: " : "Failed to evaluate condition: ") + error);
            return 2;
        }
        return outcome.value() ? 0 : 1;
    }
}
