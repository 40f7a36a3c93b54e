// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param cases in the order they run
 * @param rounds of each case, besides those that repeat void ones
 * @param seconds of each measurement
 * @param warmUpSeconds at most, for each JVM
 * @param noisy whether rounds count although others used the machine
 * @param json where results go after each case, or null
 * @param markdown likewise, as a table
 * @param details likewise, with intervals, remarks and every round
 * @param against an earlier distribution to measure Tandem beside, or null
 * @param pictures directory for drawings
 * @param list whether only to name the cases
 * @param quick for a first look
 * @param secondsGiven as asked for by number; 0 if they were not
 * @param connections of {@code hold}
 */
record Options(
        List<Experiment> cases,
        int rounds,
        int seconds,
        int warmUpSeconds,
        boolean noisy,
        @Nullable Path json,
        @Nullable Path markdown,
        @Nullable Path details,
        @Nullable Path against,
        Path pictures,
        boolean list,
        boolean quick,
        int secondsGiven,
        int connections) {

    private static final String LAUNCHER = "bin/tandem";

    static final String USAGE =
            """
            usage: packaging/bench/run [--case A,B] [--rounds N] [--seconds S] [--warm-up S] [--quick] [--noisy]
                     [--json FILE] [--markdown FILE] [--details FILE] [--pictures DIRECTORY] [--against DIRECTORY] [--list]
              --case      which, comma-separated; "table" means every case of the table (what runs without it), "all" also
                          what is printed apart from it
              --rounds    rounds of each case (17); --seconds of each measurement (1; 60 for attack)
              --warm-up   at most so many seconds for each JVM (30)
              --quick     4 rounds and short warm-ups: a first look
              --connections  how many hold holds (100000)
              --noisy     count rounds although others use the machine; trust only the ratios
              --against   the unpacked distribution of an earlier build, measured beside this one instead of nginx and the
                          second haproxy
              --json      the results as a list, --markdown as a table, --details with every round; written after each case""";

    /** A mistake on the command line. */
    static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    static Options parse(List<String> arguments) {
        List<Experiment> cases = Cases.TABLE;
        int rounds = 0;
        int seconds = 0;
        boolean quick = false;
        int connections = 100_000;
        int warmUpSeconds = 0;
        boolean noisy = false;
        boolean list = false;
        Path json = null;
        Path markdown = null;
        Path details = null;
        Path against = null;
        Path pictures = Path.of("");
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case "--case" -> cases = cases(value(arguments, ++i));
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--seconds" -> seconds = number(arguments, ++i);
                case "--warm-up" -> warmUpSeconds = number(arguments, ++i);
                case "--quick" -> quick = true;
                case "--noisy" -> noisy = true;
                case "--json" -> json = Path.of(value(arguments, ++i));
                case "--markdown" -> markdown = Path.of(value(arguments, ++i));
                case "--details" -> details = Path.of(value(arguments, ++i));
                case "--against" -> against = directory(value(arguments, ++i));
                case "--pictures" -> pictures = Path.of(value(arguments, ++i));
                case "--connections" -> connections = number(arguments, ++i);
                case "--list" -> list = true;
                default -> throw new UsageException("unknown option " + arguments.get(i));
            }
        }
        return new Options(
                cases,
                rounds > 0 ? rounds : quick ? 4 : 17,
                seconds > 0 ? seconds : 1,
                warmUpSeconds > 0 ? warmUpSeconds : quick ? 8 : 30,
                noisy,
                json,
                markdown,
                details,
                against,
                pictures,
                list,
                quick,
                seconds,
                connections);
    }

    private static String value(List<String> arguments, int index) {
        if (index >= arguments.size()) {
            throw new UsageException(arguments.get(index - 1) + " needs a value");
        }
        return arguments.get(index);
    }

    private static Path directory(String text) {
        Path directory = Path.of(text);
        if (!Files.isExecutable(directory.resolve(LAUNCHER))) {
            throw new UsageException("no " + LAUNCHER + " in " + directory);
        }
        return directory;
    }

    private static int number(List<String> arguments, int index) {
        String text = value(arguments, index);
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= 10_000_000) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(arguments.get(index - 1) + " needs a number from 1 to 10000000, not " + text);
    }

    /** The launcher of the earlier build. */
    String launcherBefore() {
        return Objects.requireNonNull(against, "--against").resolve(LAUNCHER).toString();
    }

    private static List<Experiment> cases(String names) {
        List<Experiment> cases = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            switch (name) {
                case "table" -> cases.addAll(Cases.TABLE);
                case "all" -> cases.addAll(Cases.all().toList());
                default ->
                    cases.add(Cases.named(name)
                            .orElseThrow(() -> new UsageException("no case " + name + "; --list shows them")));
            }
        }
        return cases;
    }
}
