// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.sample.SampleError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Integers as ACLs write them: {@code 5}, {@code 1024:65535}, {@code gt 3} (HAProxy manual 7.1.2). */
final class Ranges {
    private final long[] bounds;

    private Ranges(List<Long> bounds) {
        this.bounds = bounds.stream().mapToLong(Long::longValue).toArray();
    }

    boolean contains(long number) {
        for (int i = 0; i < bounds.length; i += 2) {
            if (number >= bounds[i] && number <= bounds[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** @throws SampleError with HAProxy's complaint */
    static Ranges parse(List<String> words) {
        List<Long> bounds = new ArrayList<>();
        String operator = "eq";
        for (String word : words) {
            if (List.of("eq", "gt", "ge", "lt", "le").contains(word)) {
                operator = word;
            } else {
                add(word, operator, bounds);
            }
        }
        return new Ranges(bounds);
    }

    private static void add(String word, String operator, List<Long> bounds) {
        int colon = word.indexOf(':');
        Long low = number(colon < 0 ? word : word.substring(0, colon));
        Long high = colon < 0 ? low : number(word.substring(colon + 1));
        boolean open = colon >= 0;
        if ((low == null && !(open && colon == 0)) || (high == null && !(open && colon == word.length() - 1))) {
            throw new SampleError("'" + word + "' is neither a number nor a supported operator");
        }
        long from = low == null ? Long.MIN_VALUE : low;
        long to = high == null ? Long.MAX_VALUE : high;
        if (from > to) {
            throw new SampleError("'" + word + "' is not a valid number range");
        }
        switch (operator) {
            case "gt" -> {
                from = to == Long.MAX_VALUE ? to : to + 1;
                to = Long.MAX_VALUE;
            }
            case "ge" -> to = Long.MAX_VALUE;
            case "lt" -> {
                to = from == Long.MIN_VALUE ? from : from - 1;
                from = Long.MIN_VALUE;
            }
            case "le" -> from = Long.MIN_VALUE;
            default -> {}
        }
        bounds.add(from);
        bounds.add(to);
    }

    /** A number, or a version such as {@code 3.1} as HAProxy counts it: {@code (3 << 16) + 1}. */
    private static @Nullable Long number(String text) {
        int dot = text.indexOf('.');
        try {
            return dot < 0
                    ? Long.parseLong(text)
                    : (Long.parseLong(text.substring(0, dot)) << 16) + Long.parseLong(text.substring(dot + 1));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
