// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Word;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A keyword with its parameters and, where braces follow, a block.
 *
 * @param words at least one
 * @param block null where no brace follows
 */
record Statement(List<Word> words, @Nullable List<Statement> block) {
    Statement {
        words = List.copyOf(words);
        block = block == null ? null : List.copyOf(block);
    }

    String keyword() {
        return words.get(0).text();
    }

    Origin origin() {
        return words.get(0).origin();
    }

    /** How many parameters follow the keyword. */
    int parameters() {
        return words.size() - 1;
    }

    /** Parameter {@code index} from 1, or the empty string. */
    String parameter(int index) {
        return index < words.size() ? words.get(index).text() : "";
    }

    /** The statements between the braces; none without braces. */
    List<Statement> body() {
        return block == null ? List.of() : block;
    }

    List<String> texts() {
        return words.stream().map(Word::text).toList();
    }
}
