// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table of cases as read from its resource; {@link TableDifferentialTest} describes the format. */
final class CaseTable {
    private static final String END = "@end";
    private static final String PLAIN_REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String PLAIN_RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** A difference that is known, and why it stays. */
    record Known(String pattern, String reason) {
        boolean covers(Case one) {
            String regex = "(?s)" + ("\\Q" + pattern + "\\E").replace("*", "\\E.*\\Q");
            return Pattern.matches(regex, one.title()) || Pattern.matches(regex, one.text());
        }
    }

    final List<Case> cases = new ArrayList<>();
    final List<Known> known = new ArrayList<>();
    final List<Pattern> masks = new ArrayList<>();
    final Map<String, String> templates = new LinkedHashMap<>();
    private final StringBuilder global = new StringBuilder();
    private final StringBuilder sections = new StringBuilder();
    private final StringBuilder frontend = new StringBuilder();
    private final Map<String, String> requests = new LinkedHashMap<>();
    private final Map<String, String> responses = new LinkedHashMap<>();

    private final Set<String> raw = new HashSet<>();

    private List<String> over = List.of();
    private int patienceMs = Bench.PATIENCE_MS;
    private String template = Templates.EXPRESSION;
    private String requestName = "";
    private String responseName = "";

    private CaseTable() {
        templates.putAll(Templates.BUILT_IN);
        requests.put("", PLAIN_REQUEST);
        responses.put("", PLAIN_RESPONSE);
    }

    static CaseTable read(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(CaseTable.class.getResourceAsStream(resource), resource)) {
            CaseTable table = new CaseTable();
            Iterator<String> lines = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .iterator();
            while (lines.hasNext()) {
                table.line(lines.next(), lines);
            }
            return table;
        }
    }

    /** Where the tables are, and files that they name. */
    static Path directory() {
        try {
            return Objects.requireNonNull(
                    Path.of(Objects.requireNonNull(CaseTable.class.getResource("converters.table"))
                                    .toURI())
                            .getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The names of all tables that end so. */
    static Stream<String> resources(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /** The known difference of a case, or null. */
    @Nullable Known known(Case one) {
        return known.stream().filter(k -> k.covers(one)).findFirst().orElse(null);
    }

    String global() {
        return global.toString();
    }

    String sections() {
        return sections.toString();
    }

    String frontend() {
        return frontend.toString();
    }

    private void line(String line, Iterator<String> rest) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        if (!line.startsWith("@")) {
            add(line);
            return;
        }
        String[] words = line.split(" ", 2);
        String argument = words.length > 1 ? words[1].strip() : "";
        switch (words[0]) {
            case "@global" -> global.append(block(rest));
            case "@sections" -> sections.append(block(rest));
            case "@frontend" -> frontend.append(block(rest));
            case "@template" -> {
                templates.put(argument, block(rest));
                template = argument;
            }
            case "@in" -> template = existing(templates, argument);
            case "@request" -> {
                requests.put(argument, Message.of(block(rest)));
                requestName = argument;
            }
            case "@bytes" -> {
                requests.put(argument, Message.bytes(block(rest)));
                raw.add(argument);
                requestName = argument;
            }
            case "@over" -> over = argument.equals("tcp") ? List.of() : List.of(argument.split(" ", -1));
            case "@patience" -> patienceMs = Integer.parseInt(argument);
            case "@with" -> requestName = existing(requests, argument.equals("plain") ? "" : argument);
            case "@response" -> {
                responses.put(argument, Message.of(block(rest)));
                responseName = argument;
            }
            case "@answering" -> responseName = existing(responses, argument.equals("plain") ? "" : argument);
            case "@matrix" -> matrix(rest);
            case "@mask" -> masks.add(Pattern.compile(argument));
            case "@differs" -> {
                String[] parts = argument.split(" ## ", 2);
                if (parts.length < 2 || parts[1].isBlank()) {
                    throw new IllegalArgumentException("a difference needs a reason: " + line);
                }
                known.add(new Known(parts[0].strip(), parts[1].strip()));
            }
            default -> throw new IllegalArgumentException("no directive of a table: " + line);
        }
    }

    private static String existing(Map<String, String> all, String name) {
        if (!all.containsKey(name)) {
            throw new IllegalArgumentException("not declared above: " + name);
        }
        return name;
    }

    private static String block(Iterator<String> rest) {
        StringBuilder text = new StringBuilder();
        while (true) {
            if (!rest.hasNext()) {
                throw new IllegalArgumentException("a block without " + END);
            }
            String line = rest.next();
            if (line.equals(END)) {
                return text.toString();
            }
            text.append(line).append('\n');
        }
    }

    /** Every input through every chain of converters. */
    private void matrix(Iterator<String> rest) {
        String[] halves = block(rest).split("(?m)^through$\n", 2);
        if (halves.length < 2) {
            throw new IllegalArgumentException("a matrix without 'through'");
        }
        List<String> inputs = items(halves[0]);
        for (String chain : items(halves[1])) {
            inputs.forEach(input -> add(input + "," + chain));
        }
    }

    private static List<String> items(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private void add(String text) {
        cases.add(new Case(
                cases.size(),
                template,
                text.replace(" ;; ", "\n"),
                requestName,
                new Client(raw.contains(requestName), over, patienceMs),
                Objects.requireNonNull(requests.get(requestName)),
                Objects.requireNonNull(responses.get(responseName))));
    }
}
