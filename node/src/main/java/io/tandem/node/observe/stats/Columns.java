// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of {@code show stat} in HAProxy's order: names, kinds, types and descriptions are data, in
 * {@code columns.tsv}.
 */
public final class Columns {
    /**
     * One column.
     *
     * @param name as the header prints it; {@code -} parts the common columns from those of modules
     * @param tags origin, nature and scope, one letter each, as {@code typed} prints them
     * @param type {@code u32}, {@code u64}, {@code s32} or {@code str}
     */
    public record Column(String name, String tags, String type, String doc) {}

    static final List<Column> ALL = table("columns.tsv").stream()
            .map(f -> new Column(f[0], f[1], f[2], f[3]))
            .toList();

    private static final Map<String, Integer> INDEX = new HashMap<>();

    static {
        for (int i = 0; i < ALL.size(); i++) {
            INDEX.put(ALL.get(i).name(), i);
        }
    }

    private Columns() {}

    /** @throws IllegalArgumentException if there is no such column: a mistake in our own code */
    static int index(String name) {
        Integer index = INDEX.get(name);
        if (index == null) {
            throw new IllegalArgumentException("no statistics column named " + name);
        }
        return index;
    }

    /** The lines of a tab-separated resource beside this class, split, short lines padded. */
    static List<String[]> table(String resource) {
        return resource(resource).lines().map(line -> line.split("\t", -1)).toList();
    }

    /** The text of a resource beside this class. */
    static String resource(String resource) {
        try (InputStream in = Columns.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource missing: " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
