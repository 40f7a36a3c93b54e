// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.backend.ServerOptions;
import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.frontend.tls.TlsFeature;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Keyword.Standing;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.Keywords;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.acl.Acls;
import io.tandem.node.rules.action.ActionKeywords;
import io.tandem.node.rules.action.RuleSet;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.RefusedSamples;
import io.tandem.node.rules.sample.SampleKeywords;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every keyword of the language and what a user may expect of it: the declarations beside the implementations, and the names
 * of HAProxy's that nothing here declares, which are refused. Serves {@code -dK} and the reference page.
 */
public final class Catalogue {
    private static final Keywords KEYWORDS = Assembler.KEYWORDS;

    private Catalogue() {}

    /** What kind of word it is, in the order of the reference page. */
    public enum Chapter {
        SECTION("Sections"),
        GLOBAL("Lines of global"),
        PROXY("Lines of defaults, frontend, listen and backend"),
        OPTION("Options of proxies"),
        OTHER("Lines of other sections"),
        BIND("Options of bind lines"),
        SERVER("Options of server and default-server lines"),
        CRT_LIST("Options of lines in a crt-list"),
        ACTION("Actions"),
        FETCH("Sample fetches"),
        CONVERTER("Converters"),
        CRITERION("Criteria of ACLs that imply a way to match"),
        LOG_VARIABLE("Log variables");

        private final String title;

        Chapter(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    /**
     * One keyword.
     *
     * @param where the sections or rules it is valid in, as they are written; empty where the chapter says it
     * @param arguments how its arguments are written, or empty
     * @param note what it does; of one that does not work, why or what to write instead; may be empty
     */
    public record Entry(
            Chapter chapter, String name, List<String> where, String arguments, Standing standing, String note) {}

    /** All keywords, by chapter and name. */
    public static List<Entry> all() {
        List<Entry> all = new ArrayList<>();
        sections(all);
        directives(all);
        options(all);
        actions(all);
        family(all, Chapter.FETCH, SampleKeywords.fetches(), KeywordFamily.FETCH);
        family(all, Chapter.CONVERTER, SampleKeywords.converters(), KeywordFamily.CONVERTER);
        named(all, Chapter.CRITERION, KnownKeywords.names(KeywordFamily.ACL), Acls::hasCriterion);
        Set<String> variables = new TreeSet<>(FormatParser.variables());
        Set<String> both = new TreeSet<>(variables);
        both.add("o");
        both.addAll(KnownKeywords.names(KeywordFamily.LOG_VARIABLE));
        named(all, Chapter.LOG_VARIABLE, both, name -> name.equals("o") || variables.contains(name));
        return all;
    }

    private static void sections(List<Entry> all) {
        for (SectionKind kind : SectionKind.values()) {
            Standing standing = kind == SectionKind.GLOBAL || SectionKind.PROXIES.contains(kind)
                    ? Standing.WORKS
                    : KEYWORDS.standing(kind);
            String why = standing == Standing.WORKS
                    ? ""
                    : KEYWORDS.directives(kind).stream()
                            .map(Keyword::hint)
                            .filter(hint -> hint != null)
                            .findFirst()
                            .orElse("");
            all.add(new Entry(Chapter.SECTION, kind.keyword(), List.of(), "", standing, why));
        }
    }

    private static void directives(List<Entry> all) {
        List<Entry> found = new ArrayList<>();
        for (Keyword<Directive> keyword : KEYWORDS.directives()) {
            for (Chapter chapter : List.of(Chapter.GLOBAL, Chapter.PROXY, Chapter.OTHER)) {
                List<String> where = Arrays.stream(SectionKind.values())
                        .filter(kind -> keyword.sections().contains(kind) && chapterOf(kind) == chapter)
                        .map(SectionKind::keyword)
                        .toList();
                boolean option = chapter == Chapter.PROXY && keyword.name().startsWith("option ");
                if (!where.isEmpty()) {
                    found.add(entry(option ? Chapter.OPTION : chapter, keyword, where));
                }
            }
        }
        for (SectionKind kind : SectionKind.values()) {
            if (!SectionKind.PROXIES.contains(kind)) {
                refused(
                        found,
                        chapterOf(kind),
                        KeywordFamily.of(kind),
                        List.of(kind.keyword()),
                        firstWords(Set.of(kind)));
            }
        }
        refused(found, Chapter.PROXY, KeywordFamily.PROXY, List.of(), firstWords(SectionKind.PROXIES));
        LegacyLines.names()
                .forEach((name, instead) ->
                        found.add(new Entry(Chapter.PROXY, name, List.of(), "", Standing.RETIRED, "write " + instead)));
        Set<String> declared = found.stream()
                .filter(entry -> entry.chapter() == Chapter.OPTION)
                .map(entry -> entry.name().substring("option ".length()))
                .collect(Collectors.toSet());
        for (String name : unknownTo(declared, KeywordFamily.OPTION)) {
            found.add(new Entry(Chapter.OPTION, "option " + name, List.of(), "", Standing.REFUSED, ""));
        }
        all.addAll(sorted(found));
    }

    private static Chapter chapterOf(SectionKind kind) {
        return kind == SectionKind.GLOBAL
                ? Chapter.GLOBAL
                : SectionKind.PROXIES.contains(kind) ? Chapter.PROXY : Chapter.OTHER;
    }

    private static Set<String> firstWords(Set<SectionKind> kinds) {
        return KEYWORDS.directives().stream()
                .filter(keyword -> kinds.stream().anyMatch(keyword.sections()::contains))
                .map(keyword -> keyword.name().split(" ", 2)[0])
                .collect(Collectors.toSet());
    }

    private static void options(List<Entry> all) {
        List<Keyword<BindOption>> bind = new ArrayList<>();
        List<Keyword<BindOption>> ofLists = new ArrayList<>();
        for (String name : KEYWORDS.names(BindOption.class)) {
            Keyword<BindOption> option = KEYWORDS.find(BindOption.class, name);
            if (option != null) {
                bind.add(option);
                if (TlsFeature.crtListOptions().contains(name)) {
                    ofLists.add(option);
                }
            }
        }
        family(all, Chapter.BIND, bind, KeywordFamily.BIND_OPTION);
        family(all, Chapter.SERVER, ServerOptions.ALL, KeywordFamily.SERVER_OPTION);
        family(all, Chapter.CRT_LIST, ofLists, KeywordFamily.CRT_LIST_OPTION);
    }

    private static void actions(List<Entry> all) {
        List<Entry> found = new ArrayList<>();
        for (var keyword : ActionKeywords.all()) {
            List<String> where = Arrays.stream(RuleSet.values())
                    .filter(set -> keyword.meaning().sets().contains(set))
                    .map(RuleSet::words)
                    .toList();
            found.add(entry(Chapter.ACTION, keyword, where));
        }
        Set<String> refused = new TreeSet<>(KnownKeywords.newer(KeywordFamily.ACTION));
        for (RuleSet set : RuleSet.values()) {
            refused.addAll(ActionKeywords.refused(set));
        }
        for (String name : refused) {
            List<String> where = Arrays.stream(RuleSet.values())
                    .filter(set -> ActionKeywords.refused(set).contains(name))
                    .map(RuleSet::words)
                    .toList();
            boolean newer = where.isEmpty()
                    && found.stream().noneMatch(entry -> entry.name().equals(name));
            if (newer || !where.isEmpty()) {
                found.add(new Entry(Chapter.ACTION, name, where, "", Standing.REFUSED, ""));
            }
        }
        all.addAll(sorted(found));
    }

    private static <T> void family(
            List<Entry> all, Chapter chapter, Collection<Keyword<T>> declared, KeywordFamily known) {
        List<Entry> found = new ArrayList<>();
        declared.forEach(keyword -> found.add(entry(chapter, keyword, List.of())));
        Set<String> names = declared.stream().map(Keyword::name).collect(Collectors.toSet());
        refused(found, chapter, known, List.of(), names);
        all.addAll(sorted(found));
    }

    private static void named(List<Entry> all, Chapter chapter, Set<String> names, Predicate<String> works) {
        for (String name : new TreeSet<>(names)) {
            Standing standing = works.test(name) ? Standing.WORKS : Standing.REFUSED;
            all.add(new Entry(chapter, name, List.of(), "", standing, ""));
        }
    }

    private static void refused(
            List<Entry> found, Chapter chapter, KeywordFamily known, List<String> where, Set<String> declared) {
        for (String name : unknownTo(declared, known)) {
            boolean sample = chapter == Chapter.FETCH || chapter == Chapter.CONVERTER;
            String why = sample ? RefusedSamples.reason(name) : "";
            found.add(new Entry(chapter, name, where, "", Standing.REFUSED, why));
        }
    }

    /** HAProxy's names of a family that are not declared, in order. */
    private static Set<String> unknownTo(Set<String> declared, KeywordFamily known) {
        Set<String> names = new TreeSet<>(KnownKeywords.names(known));
        names.addAll(KnownKeywords.newer(known));
        names.removeAll(declared);
        return names;
    }

    private static Entry entry(Chapter chapter, Keyword<?> keyword, List<String> where) {
        return new Entry(
                chapter, keyword.name(), where, keyword.arguments(), keyword.standing(), note(keyword, keyword.hint()));
    }

    private static String note(Keyword<?> keyword, @Nullable String hint) {
        return switch (keyword.standing()) {
            case WORKS -> keyword.doc();
            case RETIRED -> "write " + hint;
            case NO_EFFECT, REFUSED -> String.valueOf(hint);
        };
    }

    private static List<Entry> sorted(List<Entry> entries) {
        return entries.stream()
                .sorted(Comparator.comparing(Entry::chapter)
                        .thenComparing(Entry::name)
                        .thenComparing(entry -> String.join(" ", entry.where())))
                .toList();
    }
}
