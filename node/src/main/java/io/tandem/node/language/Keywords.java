// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The registry: joins the lists that the features declare, section lines and the families whose keywords stand within a
 * line, such as the options of {@code bind}.
 */
public final class Keywords {
    private final Map<String, List<Keyword<Directive>>> directives = new LinkedHashMap<>();
    private final Map<Class<?>, Map<String, Keyword<?>>> families = new LinkedHashMap<>();

    /** @throws IllegalStateException if two features declare the same name for one section */
    public Keywords(Collection<List<Keyword<Directive>>> families) {
        for (List<Keyword<Directive>> family : families) {
            for (Keyword<Directive> keyword : family) {
                List<Keyword<Directive>> same = directives.computeIfAbsent(keyword.name(), n -> new ArrayList<>());
                if (same.stream().anyMatch(k -> !Collections.disjoint(k.sections(), keyword.sections()))) {
                    throw new IllegalStateException("keyword declared twice: " + keyword.name());
                }
                same.add(keyword);
            }
        }
    }

    /** A directive of that name, two words joined by a blank where a family has them. */
    public @Nullable Keyword<Directive> directive(String name) {
        List<Keyword<Directive>> same = directives.get(name);
        return same == null ? null : same.get(0);
    }

    /** The directive of that name which is valid in {@code section}; any other of that name where none is. */
    public @Nullable Keyword<Directive> directive(String name, SectionKind section) {
        List<Keyword<Directive>> same = directives.get(name);
        if (same == null) {
            return null;
        }
        for (Keyword<Directive> keyword : same) {
            if (keyword.sections().contains(section)) {
                return keyword;
            }
        }
        for (Keyword<Directive> keyword : same) {
            if (keyword.sections().contains(SectionKind.LISTEN)) {
                return keyword; // which may belong to the other side of a proxy
            }
        }
        return same.get(0);
    }

    /** The directives that are valid in {@code section}, in the order of their declaration. */
    public List<Keyword<Directive>> directives(SectionKind section) {
        return directives.values().stream()
                .flatMap(List::stream)
                .filter(keyword -> keyword.sections().contains(section))
                .toList();
    }

    /**
     * What a user may expect of a whole section: it works as soon as one of its lines does, and is refused as long as none is
     * declared.
     */
    public Keyword.Standing standing(SectionKind section) {
        List<Keyword<Directive>> lines = directives(section);
        if (lines.stream()
                .anyMatch(line ->
                        line.standing() == Keyword.Standing.WORKS || line.standing() == Keyword.Standing.RETIRED)) {
            return Keyword.Standing.WORKS;
        }
        return lines.stream().anyMatch(line -> line.standing() == Keyword.Standing.NO_EFFECT)
                ? Keyword.Standing.NO_EFFECT
                : Keyword.Standing.REFUSED;
    }

    public Collection<Keyword<Directive>> directives() {
        return directives.values().stream().flatMap(List::stream).toList();
    }

    /**
     * Adds keywords of a family that is valid within lines. Called while the registry is made.
     *
     * @param family the type of their meaning
     * @throws IllegalStateException if a name is declared twice
     */
    public <T> Keywords with(Class<T> family, List<Keyword<T>> keywords) {
        Map<String, Keyword<?>> names = families.computeIfAbsent(family, f -> new LinkedHashMap<>());
        for (Keyword<T> keyword : keywords) {
            if (names.put(keyword.name(), keyword) != null) {
                throw new IllegalStateException(family.getSimpleName() + " declared twice: " + keyword.name());
            }
        }
        return this;
    }

    /** The keyword of that name in a family, or null. */
    @SuppressWarnings("unchecked") // with() lets only keywords of T into T's map
    public <T> @Nullable Keyword<T> find(Class<T> family, String name) {
        Map<String, Keyword<?>> names = families.get(family);
        return names == null ? null : (Keyword<T>) names.get(name);
    }

    /** All names of a family, for hints and listings. */
    public Collection<String> names(Class<?> family) {
        Map<String, Keyword<?>> names = families.get(family);
        return names == null ? List.of() : names.keySet();
    }
}
