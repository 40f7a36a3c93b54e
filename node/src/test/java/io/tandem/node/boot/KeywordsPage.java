// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.boot.Catalogue.Chapter;
import io.tandem.node.boot.Catalogue.Entry;
import io.tandem.node.language.Keyword.Standing;
import java.util.List;

/** The reference page of all keywords, as packaging/doc/keywords.md holds it. */
final class KeywordsPage {
    private static final String HEAD =
            """
            # Keywords

            Every keyword of HAProxy's language up to 3.x that Tandem knows, and what becomes of it. Generated from the
            declarations beside the implementations: do not edit. After a change of keywords write it again:

                mvn -o -q -B -Pfast -pl node -am test -Dtest=KeywordsPageTest -Dtandem.keywords=write \\
                    -Dsurefire.failIfNoSpecifiedTests=false

            | class | meaning |
            |---|---|
            | works | does what HAProxy's does |
            | retired | HAProxy dropped it; it still works, and a warning names what to write instead |
            | no effect | accepted, and a warning says why it means nothing here |
            | refused | known, and refused by name: `'x' is not supported by this version of tandem` |

            `tandem -dKall` lists what is accepted.

            """;

    private final StringBuilder out = new StringBuilder(HEAD);

    private KeywordsPage() {}

    static String text() {
        KeywordsPage page = new KeywordsPage();
        List<Entry> all = Catalogue.all();
        page.counts(all);
        for (Chapter chapter : Chapter.values()) {
            page.chapter(
                    chapter,
                    all.stream().filter(entry -> entry.chapter() == chapter).toList());
        }
        return page.out.toString().stripTrailing() + "\n";
    }

    private void counts(List<Entry> all) {
        out.append("| | works | retired | no effect | refused | all |\n|---|---:|---:|---:|---:|---:|\n");
        for (Chapter chapter : Chapter.values()) {
            row(
                    chapter.title(),
                    all.stream().filter(entry -> entry.chapter() == chapter).toList());
        }
        row("**All**", all);
        out.append('\n');
    }

    private void row(String title, List<Entry> entries) {
        out.append("| ").append(title).append(" |");
        for (Standing standing : Standing.values()) {
            long count = entries.stream()
                    .filter(entry -> entry.standing() == standing)
                    .count();
            out.append(' ').append(count).append(" |");
        }
        out.append(' ').append(entries.size()).append(" |\n");
    }

    private void chapter(Chapter chapter, List<Entry> entries) {
        out.append("## ").append(chapter.title()).append("\n\n");
        boolean places = entries.stream().anyMatch(entry -> !entry.where().isEmpty()) && chapter != Chapter.GLOBAL;
        out.append(
                places
                        ? "| keyword | where | class | |\n|---|---|---|---|\n"
                        : "| keyword | class | |\n|---|---|---|\n");
        for (Entry entry : entries) {
            out.append("| `").append(name(entry).replace("|", "\\|")).append("` | ");
            if (places) {
                out.append(String.join(", ", entry.where())).append(" | ");
            }
            out.append(word(entry.standing()))
                    .append(" | ")
                    .append(escaped(entry.note()))
                    .append(" |\n");
        }
        out.append('\n');
    }

    private static String name(Entry entry) {
        boolean adjacent = entry.arguments().isEmpty() || entry.arguments().startsWith("(");
        return entry.name() + (adjacent ? "" : " ") + entry.arguments();
    }

    private static String word(Standing standing) {
        return switch (standing) {
            case WORKS -> "works";
            case RETIRED -> "retired";
            case NO_EFFECT -> "no effect";
            case REFUSED -> "refused";
        };
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}
