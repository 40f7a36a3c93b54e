// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

/** Why a text is no regular expression. */
public final class RegexSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int offset;

    RegexSyntaxException(String reason, int offset) {
        super(reason, null, false, false);
        this.offset = offset;
    }

    /** The engine's words, as {@code missing closing parenthesis}. */
    public String reason() {
        return String.valueOf(getMessage());
    }

    /** Where the mistake was noticed, in characters. */
    public int offset() {
        return offset;
    }
}
