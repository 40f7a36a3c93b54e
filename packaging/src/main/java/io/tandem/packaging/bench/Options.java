// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        Path pictures,
        boolean list,
        boolean quick,
        int secondsGiven,
        int connections) {

    static final String USAGE =
            """
            usage: packaging/bench/run [--case A,B] [--rounds N] [--seconds S] [--quick] [--noisy]
                     [--json FILE] [--markdown FILE] [--pictures DIRECTORY] [--list]
              --case      which, comma-separated; without it every case of the table
              --rounds    rounds of each case (9); --seconds of each measurement (2; 60 for attack)
              --quick     4 rounds of 1 s and short warm-ups: a first look
              --connections  how many hold holds (100000)
              --noisy     count rounds although others use the machine; trust only the ratios
              --json      the results as a list, --markdown as a table; written after each case""";

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
        boolean noisy = false;
        boolean list = false;
        Path json = null;
        Path markdown = null;
        Path pictures = Path.of("");
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case "--case" -> cases = cases(value(arguments, ++i));
                case "--rounds" -> rounds = number(arguments, ++i);
                case "--seconds" -> seconds = number(arguments, ++i);
                case "--quick" -> quick = true;
                case "--noisy" -> noisy = true;
                case "--json" -> json = Path.of(value(arguments, ++i));
                case "--markdown" -> markdown = Path.of(value(arguments, ++i));
                case "--pictures" -> pictures = Path.of(value(arguments, ++i));
                case "--connections" -> connections = number(arguments, ++i);
                case "--list" -> list = true;
                default -> throw new UsageException("unknown option " + arguments.get(i));
            }
        }
        return new Options(
                cases,
                rounds > 0 ? rounds : quick ? 4 : 9,
                seconds > 0 ? seconds : quick ? 1 : 2,
                quick ? 8 : 25,
                noisy,
                json,
                markdown,
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

    private static List<Experiment> cases(String names) {
        List<Experiment> cases = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            cases.add(
                    Cases.named(name).orElseThrow(() -> new UsageException("no case " + name + "; --list shows them")));
        }
        return cases;
    }
}
