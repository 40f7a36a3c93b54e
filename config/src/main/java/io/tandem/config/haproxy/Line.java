// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Word;
import java.util.List;

/**
 * One line of haproxy.cfg that holds at least one word.
 *
 * @param words at least one, at most 64 (HAProxy manual 2.2)
 */
public record Line(List<Word> words) {
    public Line {
        words = List.copyOf(words);
    }

    /** The first word: a section's or an ordinary keyword. */
    public String keyword() {
        return words.get(0).text();
    }

    public Origin origin() {
        return words.get(0).origin();
    }

    public int size() {
        return words.size();
    }

    /** The text of word {@code index}, or the empty string beyond the last: HAProxy's view of a short line. */
    public String text(int index) {
        return index < words.size() ? words.get(index).text() : "";
    }
}
