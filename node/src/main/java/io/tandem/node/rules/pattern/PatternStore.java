// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.rules.sample.SampleError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All pattern references of one configuration. One facet that all its proxies share: a reload reads the files again and
 * begins another.
 */
public final class PatternStore implements Facet {
    public static final FacetKey<PatternStore> KEY = new FacetKey<>(PatternStore.class, PatternStore::new);

    private final List<PatternReference> references = new ArrayList<>();
    private final Map<String, PatternReference> files = new LinkedHashMap<>();
    private final Map<Place, PatternReference> lines = new HashMap<>();
    private final Map<Place, Place> predefined = new HashMap<>();

    /** Where patterns are written: rules are compiled twice, and inherited ones for every proxy. */
    public record Place(String where, int line, int word) {
        /** Behind that word of a line. */
        public static Place inLine(Origin line, int word) {
            return new Place(line.file(), line.line(), word);
        }
    }

    /** Where the predefined ACL of that name stands for the proxy that first says it in that word of that line. */
    public Place predefined(Origin line, int word, String proxy, String name) {
        return predefined.computeIfAbsent(Place.inLine(line, word), said -> new Place(proxy + " " + name, 0, 0));
    }

    @Override
    public Facet inherit() {
        return this;
    }

    /**
     * The reference of a file, which is read the first time.
     *
     * @param withValues whether a line is a pattern and its value
     * @param acl whether an ACL asks
     * @throws SampleError in HAProxy's words if it cannot be read or is used in another way elsewhere
     */
    public PatternReference file(String written, boolean withValues, boolean acl, Origin user) {
        String name = PatternFile.plainName(written);
        PatternReference reference = files.get(name);
        if (reference == null) {
            List<PatternFile.Line> content = PatternFile.of(written).read(withValues);
            reference = new PatternReference(references.size(), name, "", withValues);
            reference.load(content);
            files.put(name, reference);
            references.add(reference);
        } else if (reference.withValues() != withValues) {
            throw new SampleError("The file \"" + name + "\" is already used as "
                    + (withValues
                            ? "one column file and cannot be used by as two column file."
                            : "two column file and cannot be used by as one column file."));
        }
        reference.usedBy((withValues ? "map" : "acl") + " at file '" + user.file() + "' line " + user.line(), acl);
        return reference;
    }

    /**
     * The reference of the patterns written in a line; its patterns are loaded by whoever first asks for it.
     *
     * @param place where they stand
     * @param user the line that asks
     * @param keyword the criterion
     * @param id the number that {@code -u} asks for, or {@link #NO_ID}
     * @throws SampleError in HAProxy's words if the number is taken
     */
    public PatternReference line(Place place, Origin user, String keyword, int id) {
        PatternReference known = lines.get(place);
        if (known != null) {
            return known;
        }
        if (id != NO_ID && references.stream().anyMatch(other -> other.id() == id)) {
            throw new SampleError("the id is already used");
        }
        PatternReference reference = new PatternReference(
                references.size(), null, "acl '" + keyword + "' file '" + user.file() + "' line " + user.line(), false);
        reference.id(id);
        lines.put(place, reference);
        references.add(reference);
        return reference;
    }

    /** No number was asked for. */
    public static final int NO_ID = PatternReference.NO_ID;

    /** Whether the patterns that stand there have been loaded. */
    public boolean isLoaded(Place place) {
        return lines.containsKey(place);
    }

    /** The reference of a file, or null. */
    public @Nullable PatternReference ofFile(String name) {
        PatternReference exact = files.get(PatternFile.plainName(name));
        if (exact != null) {
            return exact;
        }
        PatternReference optional = files.get("opt@" + name);
        return optional != null ? optional : files.get("virt@" + name);
    }

    /** The reference an operator means: {@code #3}, or a file. */
    synchronized @Nullable PatternReference find(String word) {
        if (!word.startsWith("#")) {
            return ofFile(word);
        }
        number();
        String digits = word.substring(1);
        if (digits.length() > 10 || !digits.chars().allMatch(Character::isDigit)) {
            return null;
        }
        int id = digits.isEmpty() ? 0 : (int) Long.parseLong(digits);
        return references.stream()
                .filter(reference -> reference.id() == id)
                .findFirst()
                .orElse(null);
    }

    /** All of them by their numbers. */
    synchronized List<PatternReference> all() {
        number();
        return references.stream()
                .sorted(Comparator.comparing(PatternReference::id, Integer::compareUnsigned))
                .toList();
    }

    /** Those that asked for no number get the free ones, in the order of the configuration. */
    private void number() {
        Set<Integer> taken = new HashSet<>();
        references.forEach(reference -> taken.add(reference.id()));
        int next = 0;
        for (PatternReference reference : references) {
            if (reference.id() == NO_ID) {
                while (!taken.add(next)) {
                    next++;
                }
                reference.id(next);
            }
        }
    }
}
