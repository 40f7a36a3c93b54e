// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.LineError;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code cache} sections (HAProxy manual 6.2.1). What a configuration's caches hold ends with it. */
public final class CacheLines implements Feature {
    private static final FacetKey<Section> SECTION = new FacetKey<>(Section.class, Section::new);
    private static final FacetKey<Caches> CACHES = new FacetKey<>(Caches.class, Caches::new);
    private static final int MEGABYTE = 1024 * 1024;
    private static final int MOST_MEGABYTES = 4095;

    /** Lines of one section. */
    private static final class Section implements Facet {
        private long megabytes;
        private long maxObjectBytes;
        private int maxAgeS = 60;
        private boolean processVary;
        private int maxVariants = 10;

        @Override
        public Facet inherit() {
            return this; // the section has no defaults to inherit
        }
    }

    /** Those of a configuration, by name. */
    private static final class Caches implements Facet {
        private final Map<String, Cache> byName = new LinkedHashMap<>();

        @Override
        public Facet inherit() {
            return this;
        }
    }

    /** A parser of one setting. */
    private interface Setting {
        void read(String word, Section section, Arguments line);
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                line("total-max-size", "<megabytes>", "how much memory it may take", CacheLines::total),
                line("max-object-size", "<bytes>", "the largest response it stores", CacheLines::object),
                line("max-age", "<seconds>", "how long it keeps one at most", CacheLines::age),
                line("process-vary", "on|off", "whether it stores what varies", CacheLines::vary),
                line("max-secondary-entries", "<number>", "how many variants of one resource", CacheLines::variants));
    }

    private static Keyword<Directive> line(String name, String arguments, String doc, Setting setting) {
        return Keyword.directive(name, SectionKind.CACHE)
                .arguments(arguments)
                .doc(doc)
                .most(1)
                .as((line, draft) -> setting.read(line.next(), draft.facet(SECTION), line));
    }

    private static void total(String word, Section section, Arguments line) {
        if (!word.matches("-?[0-9]{1,9}")) {
            throw refused(line, "total-max-size wrong value '" + word + "'");
        }
        int megabytes = Integer.parseInt(word);
        if (megabytes < 0 || megabytes > MOST_MEGABYTES) {
            throw refused(line, "\"total-max-size\" (" + megabytes + ") must not be greater than " + MOST_MEGABYTES);
        }
        section.megabytes = megabytes;
    }

    private static void object(String word, Section section, Arguments line) {
        if (word.isEmpty()) {
            warn(line, "'max-object-size' expects a maximum file size parameter in bytes.");
        }
        if (!word.matches("[0-9]{1,10}")) {
            throw refused(line, "max-object-size wrong value '" + word + "'");
        }
        section.maxObjectBytes = Long.parseLong(word);
    }

    private static void age(String word, Section section, Arguments line) {
        if (word.isEmpty()) {
            warn(line, "'max-age' expects an age parameter in seconds.");
        }
        section.maxAgeS = Arguments.leadingInteger(word);
    }

    private static void vary(String word, Section section, Arguments line) {
        String complaint = "'process-vary' expects \"on\" or \"off\" (enable or disable vary processing).";
        if (word.isEmpty()) {
            warn(line, complaint);
        }
        switch (word) {
            case "on" -> section.processVary = true;
            case "off" -> section.processVary = false;
            default -> warn(line, complaint);
        }
    }

    private static void variants(String word, Section section, Arguments line) {
        if (word.isEmpty()) {
            warn(line, "'max-secondary-entries' expects a strictly positive number.");
        }
        if (!word.matches("-?[0-9]{1,9}") || Integer.parseInt(word) == 0) {
            throw refused(line, "max-secondary-entries wrong value '" + word + "'");
        }
        int number = Integer.parseInt(word);
        section.maxVariants = number < 0 ? Integer.MAX_VALUE : number; // as HAProxy takes it
    }

    private static String at(Origin origin) {
        return "parsing [" + origin.file() + ":" + origin.line() + "]: ";
    }

    private static void warn(Arguments line, String text) {
        line.context().problems().warning(line.origin(), at(line.origin()) + text);
    }

    /** HAProxy calls it a warning, and does not start. */
    private static LineError refused(Arguments line, String text) {
        return LineError.whole(line.origin(), at(line.origin()) + text);
    }

    /** The cache of that name in a configuration; null where it has none. */
    public static @Nullable Cache cache(Drafts drafts, String name) {
        return drafts.global().facet(CACHES).byName.get(name);
    }

    static Collection<Cache> all(Drafts drafts) {
        return drafts.global().facet(CACHES).byName.values();
    }

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        Map<String, Cache> caches = global.facet(CACHES).byName;
        for (Draft draft : assembly.drafts().others()) {
            if (draft.kind() != SectionKind.CACHE) {
                continue;
            }
            if (caches.containsKey(draft.name())) {
                assembly.problems()
                        .alert(draft.origin(), at(draft.origin()) + "Duplicate cache name '" + draft.name() + "'.");
                continue;
            }
            Cache cache = new Cache(settings(draft, assembly));
            caches.put(draft.name(), cache);
            assembly.lifetime().atEnd(cache::close);
        }
    }

    private static CacheSettings settings(Draft draft, Assembly assembly) {
        Section section = draft.facet(SECTION);
        long total = section.megabytes * MEGABYTE;
        if (total == 0) {
            assembly.problems().alert(draft.origin(), "Size not specified for cache '" + draft.name() + "'");
            total = MEGABYTE;
        } else if (section.maxObjectBytes > total / 2) {
            assembly.problems()
                    .alert(
                            draft.origin(),
                            "\"max-object-size\" is limited to an half of \"total-max-size\" => " + total / 2);
        }
        long object = section.maxObjectBytes == 0 ? total / 256 : section.maxObjectBytes;
        return new CacheSettings(
                draft.name(), total, object, section.maxAgeS, section.processVary, section.maxVariants);
    }
}
