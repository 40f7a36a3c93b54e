// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registry of section lines: joins the lists that the features declare. Immutable. */
public final class Keywords {
    private final Map<String, Keyword<Directive>> directives = new LinkedHashMap<>();

    /** @throws IllegalStateException if two features declare the same name */
    public Keywords(Collection<List<Keyword<Directive>>> families) {
        for (List<Keyword<Directive>> family : families) {
            for (Keyword<Directive> keyword : family) {
                if (directives.put(keyword.name(), keyword) != null) {
                    throw new IllegalStateException("keyword declared twice: " + keyword.name());
                }
            }
        }
    }

    /** The directive of that name, two words joined by a blank where a family has them. */
    public @Nullable Keyword<Directive> directive(String name) {
        return directives.get(name);
    }

    public Collection<Keyword<Directive>> directives() {
        return directives.values();
    }
}
