// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.Set;

/** Numeric patterns as {@code acl} lines write them, with operators between them (HAProxy manual 7.1.2). */
public final class Patterns {
    /** {@code ne} is read and means nothing: what follows is compared as with {@code eq}. HAProxy does that too. */
    private static final Set<String> OPERATORS = Set.of("eq", "gt", "ge", "lt", "le", "ne");

    private Patterns() {}

    public static boolean isOperator(String word) {
        return OPERATORS.contains(word);
    }

    /**
     * The pattern that {@code operator} in front of {@code text} stands for: {@code gt 5} is {@code 6:}.
     *
     * @param dotted whether numbers are versions such as {@code 3.1}
     */
    public static String behind(String operator, String text, boolean dotted) {
        return NumberPattern.behind(operator, text, dotted);
    }
}
