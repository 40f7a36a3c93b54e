// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.language.Arguments;
import org.jspecify.annotations.Nullable;

/** The numbers of a {@code server-template}: {@code 3} is 1 to 3, {@code 2-5} as written. */
record TemplateRange(int first, int last) {
    /** More servers than that cannot be meant, and would only fill the memory. */
    private static final int MOST = 100_000;

    /** The range so written, read as C's atoi does; null where HAProxy takes it for none. */
    static @Nullable TemplateRange parse(String text) {
        if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
            return null;
        }
        int hyphen = text.indexOf('-');
        if (hyphen < 0) {
            int count = Arguments.leadingInteger(text);
            return count < 1 || count > MOST ? null : new TemplateRange(1, count);
        }
        String upper = text.substring(hyphen + 1);
        if (upper.isEmpty() || !Character.isDigit(upper.charAt(0))) {
            return null;
        }
        int first = Arguments.leadingInteger(text);
        int last = Arguments.leadingInteger(upper);
        return last < first || last - first >= MOST ? null : new TemplateRange(first, last);
    }
}
