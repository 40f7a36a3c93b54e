// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code packaging/bench/run}: each case in turn; what is known so far is on disk after each of them, and a case that fails
 * does not keep the others from running.
 */
public final class BenchMain {
    private BenchMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.parse(List.of(args));
        } catch (Options.UsageException e) {
            System.err.println("bench: " + e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        if (options.list()) {
            Cases.all().forEach(c -> System.out.printf("%-22s %s%n", c.name(), c.doc()));
            return;
        }
        List<Row> rows = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        String machine = Machine.describe();
        System.out.print(machine);
        for (Experiment experiment : options.cases()) {
            try (Bench bench = new Bench(options)) {
                rows.addAll(experiment.run(bench));
            } catch (IOException | RuntimeException e) {
                failures.add(experiment.name() + ": " + e.getMessage());
                System.out.println("  FAILED " + experiment.name() + ": " + e);
            }
            write(options.json(), rows.stream().map(Row::json).collect(Collectors.joining(",\n ", "[", "]\n")));
            write(options.details(), rows.stream().map(Row::details).collect(Collectors.joining(",\n ", "[", "]\n")));
            write(options.markdown(), markdown(machine, args, rows, failures));
        }
        if (!rows.isEmpty()) {
            System.out.print(
                    Row.MARKDOWN_HEAD + rows.stream().map(Row::markdown).collect(Collectors.joining()));
        }
        System.exit(failures.isEmpty() ? 0 : 1);
    }

    private static String markdown(String machine, String[] args, List<Row> rows, List<String> failures) {
        StringBuilder text = new StringBuilder("```\n").append(machine);
        text.append("command: packaging/bench/run ")
                .append(String.join(" ", args))
                .append("\n```\n\n");
        text.append(Row.MARKDOWN_HEAD);
        rows.forEach(row -> text.append(row.markdown()));
        failures.forEach(failure -> text.append("\nFailed: ").append(failure).append('\n'));
        return text.toString();
    }

    /** Whole or not at all: a run cut short keeps what it had. */
    private static void write(@Nullable Path file, String text) throws IOException {
        if (file == null) {
            return;
        }
        Path whole = file.toAbsolutePath();
        Path part = whole.resolveSibling(whole.getFileName() + ".part");
        Files.writeString(part, text);
        Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    }
}
