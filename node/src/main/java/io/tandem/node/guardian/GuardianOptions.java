// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the guardian itself needs of HAProxy's command line; the proxy gets the whole of it and judges the rest.
 *
 * @param arguments as given
 * @param files of {@code -f} and after {@code --}
 * @param pidFile of {@code -p}, or null
 * @param systemd {@code -Ws}
 * @param background {@code -D}, unless {@code -d}, {@code -db} or {@code -Ws} keep it in the foreground
 * @param localName of {@code -L}, or null
 */
record GuardianOptions(
        List<String> arguments,
        List<Path> files,
        @Nullable Path pidFile,
        boolean systemd,
        boolean background,
        boolean quiet,
        @Nullable String localName,
        List<Long> softStop,
        List<Long> hardStop) {
    /** Options of HAProxy whose value is the next word. */
    private static final Set<String> WITH_VALUE = Set.of("-f", "-p", "-L", "-C", "-n", "-N", "-m", "-x", "-S", "-cc");

    GuardianOptions {
        arguments = List.copyOf(arguments);
        files = List.copyOf(files);
        softStop = List.copyOf(softStop);
        hardStop = List.copyOf(hardStop);
    }

    /** An option that cannot be obeyed. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    static GuardianOptions parse(String[] words) throws UsageException {
        List<Path> files = new ArrayList<>();
        List<Long> soft = new ArrayList<>();
        List<Long> hard = new ArrayList<>();
        Path pidFile = null;
        String name = null;
        String directory = null;
        boolean systemd = false;
        boolean quiet = false;
        boolean daemon = false;
        boolean foreground = false;
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            if (word.equals("--")) {
                for (i++; i < words.length; i++) {
                    files.add(Path.of(words[i]));
                }
                break;
            }
            if (word.equals("-sf") || word.equals("-st")) {
                List<Long> pids = word.equals("-sf") ? soft : hard;
                while (i + 1 < words.length && words[i + 1].matches("[1-9]\\d{0,8}")) {
                    pids.add(Long.valueOf(words[++i]));
                }
                continue;
            }
            String value = null;
            if (WITH_VALUE.contains(word)) {
                if (++i == words.length) {
                    throw new UsageException("missing value for " + word);
                }
                value = words[i];
            }
            switch (word) {
                case "-f" -> files.add(Path.of(String.valueOf(value)));
                case "-p" -> pidFile = Path.of(String.valueOf(value));
                case "-L" -> name = value;
                case "-C" -> directory = value;
                case "-Ws" -> systemd = true;
                case "-q" -> quiet = true;
                case "-D" -> daemon = true;
                case "-d", "-db" -> foreground = true;
                case "-S" ->
                    throw new UsageException("the master's runtime socket (-S) is not supported by this version of"
                            + " tandem; use 'stats socket' and 'tandem status'");
                default -> {
                    // The proxy's.
                }
            }
        }
        // -C: what follows is relative to that directory.
        Path base = Path.of(directory == null ? "" : directory);
        return new GuardianOptions(
                List.of(words),
                files.stream().map(base::resolve).toList(),
                pidFile == null ? null : base.resolve(pidFile),
                systemd,
                daemon && !foreground && !systemd,
                quiet,
                name,
                soft,
                hard);
    }
}
