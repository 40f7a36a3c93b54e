// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way to a value in a JSON text, of HAProxy's subset: {@code $.member[index]}, a backslash in front of a dot or a bracket
 * that is part of a name. What else RFC 9535 has (wildcards, slices, filters, negative indexes) finds nothing in HAProxy.
 * Immutable.
 */
final class JsonPath {
    /** Finds nothing. */
    private static final int NOWHERE = -1;

    private final List<byte @Nullable []> keys;
    private final List<Integer> indexes;

    private JsonPath(List<byte @Nullable []> keys, List<Integer> indexes) {
        this.keys = keys;
        this.indexes = indexes;
    }

    static JsonPath of(String text) {
        List<byte @Nullable []> keys = new ArrayList<>();
        List<Integer> indexes = new ArrayList<>();
        int at = text.startsWith("$") ? 1 : text.length() + 1;
        while (at < text.length()) {
            if (text.charAt(at) == '.') {
                StringBuilder name = new StringBuilder();
                at = name(text, at + 1, name);
                keys.add(Text.bytes(name.toString()));
                indexes.add(0);
            } else if (text.charAt(at) == '[') {
                int close = text.indexOf(']', at);
                int index = close < 0 ? NOWHERE : Text.smallNumber(text.substring(at + 1, close), 9999);
                keys.add(null);
                indexes.add(index);
                at = index < 0 ? text.length() : close + 1;
            } else {
                at = text.length() + 1;
            }
        }
        if (at > text.length()) {
            keys.add(null);
            indexes.add(NOWHERE);
        }
        return new JsonPath(keys, indexes);
    }

    private static int name(String text, int from, StringBuilder name) {
        int at = from;
        while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '[') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            name.append(text.charAt(at++));
        }
        return at;
    }

    /** How many steps it has. */
    int length() {
        return keys.size();
    }

    /** The member a step goes to; null for an element. */
    byte @Nullable [] key(int step) {
        return keys.get(step);
    }

    /** The element a step goes to; negative where there is none. */
    int index(int step) {
        return indexes.get(step);
    }
}
