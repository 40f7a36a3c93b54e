// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The names of all of HAProxy's keywords, so that one which Tandem does not have is refused as such rather than as a typing
 * mistake. Read from a resource when the first unknown word is met: a good configuration never needs it.
 */
public final class KnownKeywords {
    private static final String RESOURCE = "known-keywords.txt";

    private KnownKeywords() {}

    /** Whether a HAProxy up to 3.x has a keyword of that name in that family. */
    public static boolean has(KeywordFamily family, String name) {
        return names(family).contains(name) || newer(family).contains(name);
    }

    /** All of HAProxy 2.6's names of a family. */
    public static Set<String> names(KeywordFamily family) {
        return Names.BY_FAMILY.getOrDefault(family, Set.of());
    }

    /** The names of a family that came with HAProxy 2.7 or later; nothing is taken for a mistyped one of these. */
    public static Set<String> newer(KeywordFamily family) {
        return Names.NEWER.getOrDefault(family, Set.of());
    }

    /** How a keyword of HAProxy's that Tandem does not have is refused. */
    public static String notSupported(String name) {
        return "'" + name + "' is not supported by this version of tandem";
    }

    private static final class Names {
        static final Map<KeywordFamily, Set<String>> BY_FAMILY = load("");
        static final Map<KeywordFamily, Set<String>> NEWER = load("+");

        private Names() {}

        /** @param mark what stands behind the family's name */
        private static Map<KeywordFamily, Set<String>> load(String mark) {
            Map<KeywordFamily, Set<String>> all = new EnumMap<>(KeywordFamily.class);
            try (InputStream in = Objects.requireNonNull(KnownKeywords.class.getResourceAsStream(RESOURCE), RESOURCE);
                    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
                reader.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                    int colon = line.indexOf(':');
                    for (KeywordFamily family : KeywordFamily.values()) {
                        if ((family.key() + mark).equals(line.substring(0, colon))) {
                            all.put(family, Set.of(line.substring(colon + 2).split(" ")));
                        }
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return all;
        }
    }
}
