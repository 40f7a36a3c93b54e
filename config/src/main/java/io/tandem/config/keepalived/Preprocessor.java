// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.text.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves what keepalived resolves before words mean anything: comments, {@code include}, {@code @id} lines and
 * {@code $NAME=} definitions.
 */
final class Preprocessor {
    private static final int MAX_LINES = 200_000;
    private static final int MAX_INCLUDE_DEPTH = 16;
    private static final int MAX_SUBSTITUTIONS = 64;
    private static final int MAX_SUBSTITUTED_LINES = 100_000;
    private static final int MAX_LINE_CHARS = 65_536;
    /** Stand in for {@code ${_HASH}} and {@code ${_BANG}}, which start no comment. */
    private static final char HASH = '\ue000';

    private static final char BANG = '\ue001';
    private static final Pattern DEFINITION = Pattern.compile("\\$([A-Za-z_][A-Za-z0-9_]*)=(.*)", Pattern.DOTALL);
    private static final Pattern USE =
            Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?:\\s+([^}]*))?\\}|\\$([A-Za-z_][A-Za-z0-9_]*)(?=\\s|$)");
    private static final Pattern CONDITION = Pattern.compile("@(\\^?)(\\S*)\\s*(.*)", Pattern.DOTALL);
    private static final Pattern INCLUDE = Pattern.compile("include([rmwba]?)\\s+(\\S.*)");
    private static final Pattern INCLUDE_CHECK = Pattern.compile("include_check(\\s+.*)?");
    private static final String ALL_CHECKS = "rmwb";
    private static final Map<String, String> CHECKS =
            Map.of("readable", "r", "match", "m", "wildcard_match", "w", "brace_match", "b");

    private final Map<String, String> environment;
    private final String configId;
    private final Findings findings;
    private final Map<String, String> definitions = new HashMap<>();
    private final List<Text> lines = new ArrayList<>();
    private int substitutedLines;
    private String checks = "";
    private @Nullable Random random;

    Preprocessor(Map<String, String> environment, String configId, Findings findings) {
        this.environment = environment;
        this.configId = configId;
        this.findings = findings;
    }

    /** @return the lines of the file and of all it includes, without comments, none of them empty */
    List<Text> read(Path file) {
        readFile(file, file.toString(), 0);
        return lines;
    }

    private void readFile(Path file, String name, int depth) {
        List<String> raw;
        try {
            raw = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            findings.broken(null, "Unable to read " + name + " (" + e.getClass().getSimpleName() + ")", null);
            return;
        }
        Deque<Text> pending = new ArrayDeque<>();
        for (int i = 0; i < raw.size(); i++) {
            pending.add(new Text(raw.get(i), new Origin(name, i + 1, 0)));
        }
        while (!pending.isEmpty()) {
            if (lines.size() >= MAX_LINES) {
                findings.fatal(pending.getFirst().origin(), "more than " + MAX_LINES + " lines");
                return;
            }
            process(pending, file, depth);
        }
    }

    private void process(Deque<Text> pending, Path file, int depth) {
        Text line = pending.removeFirst();
        Text stripped = applyCondition(line.with(withoutComment(line.text()).strip()));
        if (stripped.text().isEmpty()) {
            return;
        }
        Matcher definition = DEFINITION.matcher(stripped.text());
        if (definition.matches()) {
            definitions.put(
                    definition.group(1), definitionValue(definition.group(2).strip(), pending));
            return;
        }
        if (Sequence.isOne(stripped.text())) {
            repeat(stripped, pending);
            return;
        }
        String substituted = substitute(stripped, file);
        if (!substituted.equals(stripped.text())) {
            if (++substitutedLines > MAX_SUBSTITUTED_LINES) {
                findings.fatal(line.origin(), "a definition that refers to itself");
                pending.clear();
                return;
            }
            // A definition may hold several lines, conditions and definitions: process what came out of it.
            List<String> parts = List.of(substituted.split("\n"));
            for (int i = parts.size() - 1; i >= 0; i--) {
                pending.addFirst(line.with(parts.get(i)));
            }
            return;
        }
        Matcher include = INCLUDE.matcher(stripped.text());
        if (include.matches()) {
            String more = include.group(1).equals("a") ? ALL_CHECKS : include.group(1);
            include(stripped, unquote(include.group(2)), more + checks, file, depth);
            return;
        }
        Matcher check = INCLUDE_CHECK.matcher(stripped.text());
        if (check.matches()) {
            includeCheck(check.group(1) == null ? "" : check.group(1).strip());
        }
        lines.add(stripped.with(stripped.text().replace(HASH, '#').replace(BANG, '!')));
    }

    private void repeat(Text line, Deque<Text> pending) {
        List<String> repeated = Sequence.expand(line.text());
        String kind = line.text().substring(0, 4);
        if (repeated == null) {
            findings.error(line.origin(), "Invalid " + kind + " specification '" + line.text() + "'");
            return;
        }
        substitutedLines += repeated.size();
        if (substitutedLines > MAX_SUBSTITUTED_LINES) {
            findings.fatal(line.origin(), kind + " makes more than " + MAX_SUBSTITUTED_LINES + " lines");
            pending.clear();
            return;
        }
        for (int i = repeated.size() - 1; i >= 0; i--) {
            pending.addFirst(line.with(repeated.get(i)));
        }
    }

    /** Holds until the end of its file. What it does not know is complained of where global_defs is read. */
    private void includeCheck(String options) {
        if (options.isEmpty()) {
            checks = ALL_CHECKS;
            return;
        }
        String wanted = options.matches("[+-].*") ? checks : "";
        for (String option : options.split("\\s+", -1)) {
            String check = CHECKS.get(option.replaceFirst("^[+-]", ""));
            if (check != null) {
                wanted = option.startsWith("-") ? wanted.replace(check, "") : wanted + check;
            }
        }
        checks = wanted;
    }

    private Text applyCondition(Text line) {
        Matcher condition = CONDITION.matcher(line.text());
        if (!condition.matches()) {
            return line;
        }
        boolean negated = !condition.group(1).isEmpty();
        boolean holds = condition.group(2).equals(configId) != negated;
        return line.with(holds ? condition.group(3) : "");
    }

    /** A value that ends in a backslash goes on with the next line. */
    private static String definitionValue(String first, Deque<Text> pending) {
        StringBuilder value = new StringBuilder();
        String part = first;
        while (part.endsWith("\\") && !pending.isEmpty()) {
            value.append(part, 0, part.length() - 1).append('\n');
            part = withoutComment(pending.removeFirst().text()).strip();
        }
        return value.append(part).toString().strip();
    }

    private String substitute(Text line, Path file) {
        String text = line.text();
        for (int round = 0; round < MAX_SUBSTITUTIONS; round++) {
            String next = substituteOnce(text, file);
            if (next.equals(text) || next.indexOf('\n') >= 0) {
                return next;
            }
            if (next.length() > MAX_LINE_CHARS) {
                break;
            }
            text = next;
        }
        findings.fatal(line.origin(), "a definition that refers to itself");
        return "";
    }

    private String substituteOnce(String text, Path file) {
        Matcher use = USE.matcher(text);
        StringBuilder out = new StringBuilder();
        while (use.find()) {
            String name = use.group(1) == null ? use.group(3) : use.group(1);
            String argument = use.group(2) == null ? "" : use.group(2).strip();
            String value = value(name, argument, file);
            use.appendReplacement(out, Matcher.quoteReplacement(value == null ? use.group() : value));
        }
        return use.appendTail(out).toString();
    }

    private @Nullable String value(String name, String argument, Path file) {
        return switch (name) {
            case "_PWD" -> String.valueOf(file.toAbsolutePath().getParent());
            case "_INSTANCE" -> configId;
            case "_HASH" -> String.valueOf(HASH);
            case "_BANG" -> String.valueOf(BANG);
            case "_RANDOM" -> random(argument, file);
            case "_ENV" -> environment.getOrDefault(argument, "");
            default -> definitions.get(name);
        };
    }

    /** Other than keepalived's the same at every reload: nothing moves that nobody touched. */
    private String random(String range, Path file) {
        if (random == null) {
            random = new Random(file.toString().hashCode());
        }
        String[] words = range.isEmpty() ? new String[0] : range.split("\\s+");
        int low = words.length > 0 && words[0].matches("\\d{1,9}") ? Integer.parseInt(words[0]) : 0;
        int high = words.length > 1 && words[1].matches("\\d{1,9}") ? Integer.parseInt(words[1]) : 32_767;
        return Integer.toString(high <= low ? low : low + random.nextInt(high - low + 1));
    }

    /** @param strict which of the letters of includer, includem, includew and includeb hold */
    private void include(Text line, String pattern, String strict, Path file, int depth) {
        if (depth >= MAX_INCLUDE_DEPTH) {
            findings.fatal(line.origin(), "include nested deeper than " + MAX_INCLUDE_DEPTH);
            return;
        }
        Path parent = file.toAbsolutePath().getParent();
        IncludePattern include = new IncludePattern(pattern);
        List<Path> found = include.files(parent == null ? Path.of("") : parent);
        if (found.isEmpty()) {
            boolean fails = include.hasBraces()
                    ? strict.contains("b")
                    : strict.contains("w") || (strict.contains("m") && !include.hasWildcard());
            String text = "Config files missing '" + pattern + "'.";
            if (fails) {
                findings.unreadable(line.origin(), text);
            } else {
                // Good enough for keepalived; the operator surely wants to know.
                findings.warn(line.origin(), text);
            }
        }
        String before = checks;
        for (Path each : found) {
            checks = before;
            readFile(each, each.toString(), depth + 1);
        }
        checks = before;
    }

    /** Both # and ! start a comment, unless quoted. */
    private static String withoutComment(String line) {
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && quote != 0) {
                i++;
            } else if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '#' || c == '!') {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private static String unquote(String text) {
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
