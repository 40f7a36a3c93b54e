// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

/** What separates the words of a path or of a domain. Immutable. */
enum Delimiters {
    PATH("/?"),
    DOMAIN("/?.:");

    private final String characters;

    Delimiters(String characters) {
        this.characters = characters;
    }

    boolean contains(byte b) {
        return characters.indexOf(b) >= 0;
    }

    /** The pattern without delimiters around it. */
    byte[] strip(byte[] pattern) {
        int from = 0;
        int to = pattern.length;
        while (from < to && contains(pattern[from])) {
            from++;
        }
        while (to > from && contains(pattern[to - 1])) {
            to--;
        }
        return java.util.Arrays.copyOfRange(pattern, from, to);
    }
}
