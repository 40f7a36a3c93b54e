// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.frontend.http.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the comma-separated values of a header field. */
final class HeaderValue {
    private HeaderValue() {}

    /**
     * The value, trimmed; null where there is none.
     *
     * @param field in lower case
     * @param which from 1, or from -1 for the last
     */
    static @Nullable String of(Headers headers, String field, int which) {
        byte[] name = field.getBytes(StandardCharsets.ISO_8859_1);
        List<String> values = new ArrayList<>();
        for (int i = headers.find(name, 0); i >= 0; i = headers.find(name, i + 1)) {
            int start = headers.valueStart(i);
            String text = new String(headers.bytes(), start, headers.valueEnd(i) - start, StandardCharsets.ISO_8859_1);
            for (String value : text.split(",", -1)) {
                values.add(value.strip());
            }
        }
        int index = which > 0 ? which - 1 : values.size() + which;
        return index >= 0 && index < values.size() ? values.get(index) : null;
    }
}
