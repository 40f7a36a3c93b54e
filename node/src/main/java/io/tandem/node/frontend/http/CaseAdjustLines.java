// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code h1-case-adjust} and {@code h1-case-adjust-file} of the {@code global} section (HAProxy manual 3.1). */
final class CaseAdjustLines {
    private static final class Names implements Facet {
        private final Map<String, String> names = new LinkedHashMap<>();
        private @Nullable String file;
        private @Nullable CaseAdjust adjust;

        /** Not inherited: there is one process. */
        @Override
        public Facet inherit() {
            return this;
        }

        /** What is wrong with a pair, or nothing: then it is taken. */
        private String add(String from, String to) {
            if (!from.equalsIgnoreCase(to)) {
                return "<from> and <to> must not differ execpt the case"; // HAProxy's spelling
            }
            return names.putIfAbsent(from, to) == null ? "" : "duplicate entry '" + from + "'";
        }
    }

    private static final FacetKey<Names> NAMES = new FacetKey<>(Names.class, Names::new);

    private CaseAdjustLines() {}

    static List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("h1-case-adjust", SectionKind.GLOBAL)
                        .arguments("FROM TO")
                        .doc("how a field name is written where an option asks for it")
                        .as(CaseAdjustLines::name),
                Keyword.directive("h1-case-adjust-file", SectionKind.GLOBAL)
                        .arguments("FILE")
                        .doc("a file of such names, a pair a line")
                        .as((line, draft) -> draft.facet(NAMES).file = line.require(
                                        "'h1-case-adjust-file' expects <file> as argument.")
                                .text()));
    }

    private static void name(Arguments line, Draft draft) {
        String usage = "'h1-case-adjust' expects <from> and <to> as argument.";
        String from = line.require(usage).text();
        String to = line.require(usage).text();
        line.noMore("h1-case-adjust");
        String complaint = draft.facet(NAMES).add(from, to);
        if (!complaint.isEmpty()) {
            throw line.error(complaint);
        }
    }

    /** Reads the file, once all lines are known. */
    static void complete(Draft global, Assembly assembly) {
        Names names = global.facet(NAMES);
        if (names.file != null) {
            String complaint = read(names, names.file);
            if (!complaint.isEmpty()) {
                assembly.problems()
                        .alert(
                                new Origin("", 0, 0),
                                "h1-headers-case-adjust-file '" + names.file + "'" + complaint + ".");
            }
        }
        names.adjust = names.names.isEmpty() ? null : new CaseAdjust(names.names);
    }

    private static String read(Names names, String file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1);
        } catch (IOException | InvalidPathException unreadable) {
            return ": failed to open file";
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("[ \t]+", 2);
            String complaint = words.length < 2 ? "expect <to>" : names.add(words[0], words[1]);
            if (!complaint.isEmpty()) {
                return " : " + complaint + " at line " + (i + 1);
            }
        }
        return "";
    }

    /** The names to write, or null where none is declared. */
    static @Nullable CaseAdjust of(Drafts drafts) {
        return drafts.global().facet(NAMES).adjust;
    }
}
