// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import io.tandem.config.text.Bytes;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import io.tandem.config.text.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads files line by line into sections, which it hands on one by one, following directives and the environment keywords of global on the way. */
final class SectionReader {
    private static final Set<String> SECTIONS = Set.of(
            "global",
            "defaults",
            "frontend",
            "backend",
            "listen",
            "peers",
            "resolvers",
            "userlist",
            "mailers",
            "http-errors",
            "cache",
            "ring",
            "log-forward",
            "program",
            "fcgi-app",
            "crt-store",
            "traces",
            "log-profile",
            "acme");

    private static final Set<String> NEGATABLE_OUTSIDE = Set.of(
            "option",
            "log",
            "busy-polling",
            "set-dumpable",
            "strict-limits",
            "insecure-fork-wanted",
            "numa-cpu-mapping");

    private final Environment environment;
    private final Platform platform;
    private final boolean diagnostics;
    private final Problems problems;
    private final Predicate<Section> sections;

    private String file = "";
    private int lineNumber;
    private @Nullable Line header;
    private List<Line> lines = new ArrayList<>();
    private @Nullable Origin abortedAt;
    /** Whether whoever takes the sections wants no more. */
    private boolean enough;

    /** @param sections takes each section, and answers whether it wants more */
    SectionReader(
            Environment environment,
            Platform platform,
            boolean diagnostics,
            Problems problems,
            Predicate<Section> sections) {
        this.environment = environment;
        this.platform = platform;
        this.diagnostics = diagnostics;
        this.problems = problems;
        this.sections = sections;
    }

    /** Whether nothing more is to be read. */
    boolean isOver() {
        return enough || abortedAt != null;
    }

    @Nullable Origin abortedAt() {
        return abortedAt;
    }

    void read(HaproxyFiles.Source source) {
        file = source.file();
        lineNumber = 0;
        header = null;
        lines = new ArrayList<>();
        Directives directives = new Directives(new Conditions(platform, environment));
        String text = source.text();
        int at = 0;
        boolean stop = false;
        while (at < text.length() && !isOver() && !stop) {
            int newline = text.indexOf('\n', at);
            int end = newline < 0 ? text.length() : newline;
            stop = readPhysicalLine(text.substring(at, end), newline >= 0, end + 1 >= text.length(), directives);
            at = end + 1;
        }
        if (!isOver() && directives.unterminated()) {
            abort("non-terminated '.if' block.");
        }
        endSection();
    }

    /** Returns true when the rest of the file must not be read. */
    private boolean readPhysicalLine(String line, boolean terminated, boolean last, Directives directives) {
        lineNumber++;
        int nul = line.indexOf('\0');
        readLine(nul < 0 ? line : line.substring(0, nul), directives);
        if (nul >= 0 && last && abortedAt == null) { // all that HAProxy sees is that its end is missing
            complain("Missing LF on last line, file might have been truncated at position " + (nul + 1) + ".");
            return true;
        }
        if (nul >= 0 && abortedAt == null) {
            complain("Stray NUL character at position " + (nul + 1) + ".");
            return true;
        }
        if (!terminated && abortedAt == null) {
            complain(
                    "Missing LF on last line, file might have been truncated at position " + (line.length() + 1) + ".");
        }
        return false;
    }

    private void readLine(String line, Directives directives) {
        Tokenizer.Result result = new Tokenizer(line, file, lineNumber, this::variable).read();
        if (result.mistake() != null) {
            complainAboutWords(line, result, result.mistake());
            return;
        }
        if (result.words().isEmpty()) {
            return;
        }
        String first = result.words().get(0).text();
        if (Directives.isDirective(first)) {
            Directives.Complaint complaint = directives.follow(result.words());
            if (complaint != null) {
                String shown = complaint.at() < 0
                        ? ""
                        : "\n" + ErrorLine.show(Directives.join(result.words(), 0), complaint.at());
                abort(complaint.text() + shown);
                if (complaint.alsoUnterminated() && directives.unterminated()) {
                    complain("non-terminated '.if' block.");
                }
            }
        } else if (directives.active()) {
            readWords(result);
        }
    }

    private void readWords(Tokenizer.Result result) {
        List<Word> words = result.words();
        String first = words.get(0).text();
        if (first.isEmpty()) {
            return;
        }
        if (isMessage(first)) {
            message(first, words);
            return;
        }
        if (first.startsWith(".")) {
            abort("unknown directive '" + first + "'.");
            return;
        }
        Line line = new Line(result.endsInBlank() ? words.subList(0, words.size() - 1) : words);
        if (SECTIONS.contains(first)) {
            endSection();
            header = line;
        } else if (header == null) {
            refuseOutside(line);
        } else {
            if (header.keyword().equals("global")) {
                changeEnvironment(line);
            }
            lines.add(line);
        }
    }

    private void endSection() {
        if (header != null && !enough) {
            enough = !sections.test(new Section(header, lines));
        }
        header = null;
        lines = new ArrayList<>();
    }

    private void refuseOutside(Line line) {
        boolean prefixed = line.keyword().equals("no") || line.keyword().equals("default");
        if (prefixed && !NEGATABLE_OUTSIDE.contains(line.text(1))) {
            complain("negation/default currently supported only for options, log, busy-polling, set-dumpable,"
                    + " strict-limits, insecure-fork-wanted and numa-cpu-mapping.");
        }
        String keyword = line.keyword();
        if (keyword.equals("no") || (prefixed && line.size() > 1)) {
            keyword = line.text(1);
        }
        complain("unknown keyword '" + keyword + "' out of section.");
    }

    private static boolean isMessage(String word) {
        return switch (word) {
            case ".notice", ".warning", ".alert", ".diag" -> true;
            default -> false;
        };
    }

    private void message(String directive, List<Word> words) {
        if (words.size() > 2 && !words.get(2).text().isEmpty()) {
            complain("Unexpected argument '" + words.get(2) + "' for '" + directive
                    + "'. Use quotes if the message should contain spaces.");
            return;
        }
        String text = "'" + (words.size() > 1 ? words.get(1).text() : "") + "'.";
        switch (directive) {
            case ".notice" -> add(Severity.NOTICE, text);
            case ".warning" -> add(Severity.WARNING, text);
            case ".alert" -> abort(text);
            default -> {
                if (diagnostics) {
                    add(Severity.DIAG, text);
                }
            }
        }
    }

    /** {@code setenv} and its like act on the lines below them; the keyword's declaration has nothing left to do. */
    private void changeEnvironment(Line line) {
        switch (line.keyword()) {
            case "setenv", "presetenv" -> {
                if (!line.text(4).isEmpty()) {
                    problems.alert(
                            line.origin(),
                            "parsing [" + file + ":" + lineNumber + "] : '" + line.keyword()
                                    + "' cannot handle unexpected argument '" + line.text(4) + "'.");
                } else if (line.text(1).isEmpty() || line.text(2).isEmpty()) {
                    complain("'" + line.keyword() + "' expects a name and a value.");
                } else if (line.keyword().equals("setenv")) {
                    environment.set(line.text(1), line.text(2));
                } else {
                    environment.preset(line.text(1), line.text(2));
                }
            }
            case "unsetenv" -> {
                if (line.size() < 2) {
                    complain("'unsetenv' expects at least one variable name.");
                }
                names(line).forEach(environment::unset);
            }
            case "resetenv" -> environment.retainOnly(names(line));
            default -> {}
        }
    }

    private static List<String> names(Line line) {
        return line.words().stream().skip(1).map(Word::text).toList();
    }

    private @Nullable String variable(String name) {
        return switch (name) {
            case ".FILE" -> Bytes.fromUnicode(file);
            case ".LINE" -> Integer.toString(lineNumber);
            case ".SECTION" -> section();
            default -> name.startsWith(".") ? null : environment.get(name);
        };
    }

    private String section() {
        if (header == null) {
            return "";
        }
        return header.text(1).isEmpty() ? header.keyword() : header.text(1);
    }

    private void complainAboutWords(String line, Tokenizer.Result result, Tokenizer.Mistake mistake) {
        if (mistake == Tokenizer.Mistake.TOO_MANY_WORDS) {
            int last = Tokenizer.MAX_WORDS - 1;
            int position = Directives.join(result.words().subList(0, last), 0).length() + 2;
            complain(mistake.text + ", position " + position + ": <"
                    + result.words().get(last) + ">.");
            return;
        }
        complain(mistake.text + " at position " + (result.at() + 1) + ":\n" + ErrorLine.show(line, result.at()));
    }

    private void abort(String text) {
        complain(text);
        abortedAt = new Origin(file, lineNumber, 0);
    }

    private void complain(String text) {
        add(Severity.ALERT, text);
    }

    private void add(Severity severity, String text) {
        Origin origin = new Origin(file, lineNumber, 0);
        problems.add(new Problem(severity, origin, "parsing [" + file + ":" + lineNumber + "]: " + text, null));
    }
}
