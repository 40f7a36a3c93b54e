// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import io.tandem.config.text.Bytes;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds and reads the files that {@code -f} names, and parses them as one configuration. */
public final class HaproxyFiles {
    private HaproxyFiles() {}

    /** The content of one file, one character a byte. */
    public record Source(String file, String text) {}

    /**
     * The files behind the arguments of {@code -f}: a directory stands for its {@code *.cfg} in the order of their names,
     * without hidden ones.
     */
    public static List<String> expand(List<String> arguments, Problems problems) {
        List<String> files = new ArrayList<>();
        for (String argument : arguments) {
            Path path = Path.of(argument);
            if (Files.isDirectory(path)) {
                files.addAll(inDirectory(argument, path, problems));
            } else if (Files.exists(path)) {
                files.add(argument);
            } else {
                problems.add(Problem.alert(
                        null, "Cannot open configuration file/directory " + argument + " : No such file or directory"));
            }
        }
        return files;
    }

    private static List<String> inDirectory(String argument, Path directory, Problems problems) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> !Files.isDirectory(entry))
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> name.endsWith(".cfg") && !name.startsWith("."))
                    .sorted()
                    .map(name -> argument + "/" + name)
                    .toList();
        } catch (IOException e) {
            problems.add(Problem.alert(null, "Cannot open configuration directory " + argument + " : " + reason(e)));
            return List.of();
        }
    }

    /** Reads whole files; what cannot be read is an alert and is left out. */
    public static List<Source> read(List<String> files, Problems problems) {
        List<Source> sources = new ArrayList<>();
        for (String file : files) {
            try {
                byte[] bytes = Files.readAllBytes(Path.of(file));
                sources.add(new Source(file, new String(bytes, StandardCharsets.ISO_8859_1)));
            } catch (IOException e) {
                problems.add(Problem.alert(null, "Could not open configuration file " + file + " : " + reason(e)));
            }
        }
        return sources;
    }

    /** Parses sources as one configuration; the environment is changed by what global says about it. */
    public static ParsedConfig parse(
            List<Source> sources, Environment environment, Platform platform, boolean diagnostics, Problems problems) {
        List<Section> sections = new ArrayList<>();
        Origin abortedAt = parse(sources, environment, platform, diagnostics, problems, sections::add);
        return new ParsedConfig(sections, environment, names(sources), abortedAt);
    }

    /**
     * The same section by section: of a large configuration no more than one has to be in memory at a time.
     *
     * @param sections takes each section as soon as it is complete, in order, the environment being as it left it; answers
     *     false where nothing more is to be read
     * @return where reading stopped for a mistake after which HAProxy reads nothing more; null when everything was read
     */
    public static @Nullable Origin parse(
            List<Source> sources,
            Environment environment,
            Platform platform,
            boolean diagnostics,
            Problems problems,
            Predicate<Section> sections) {
        environment.set("HAPROXY_CFGFILES", Bytes.fromUnicode(String.join(";", names(sources))));
        SectionReader reader = new SectionReader(environment, platform, diagnostics, problems, sections);
        for (Source source : sources) {
            reader.read(source);
            if (reader.isOver()) {
                break;
            }
        }
        return reader.abortedAt();
    }

    /** What the files are called, in order, as problems show them. */
    public static List<String> names(List<Source> sources) {
        return sources.stream().map(Source::file).toList();
    }

    /** All three steps for the arguments of {@code -f}; without any readable file there are no sections. */
    public static ParsedConfig load(
            List<String> arguments,
            Environment environment,
            Platform platform,
            boolean diagnostics,
            Problems problems) {
        return parse(read(expand(arguments, problems), problems), environment, platform, diagnostics, problems);
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
