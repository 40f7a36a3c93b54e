// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.text.Nearest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The keywords of one kind of block, each declared once: with what it does, or with the word that it does nothing.
 *
 * @param <T> what the block becomes
 */
final class Keywords<T> {
    /** More would cost more than they help. */
    private static final int MOST_HINTS = 100;

    private final Map<String, BiConsumer<T, Statement>> meanings = new LinkedHashMap<>();
    private final Findings findings;

    Keywords(Findings findings) {
        this.findings = findings;
    }

    Keywords<T> on(String keyword, BiConsumer<T, Statement> meaning) {
        meanings.put(keyword, meaning);
        return this;
    }

    /** A keyword that keepalived will not take without a parameter. */
    Keywords<T> onParameter(String keyword, BiConsumer<T, Statement> meaning) {
        return on(keyword, (target, statement) -> {
            if (statement.parameters() == 0) {
                findings.missingParameter(statement, keyword, 2);
            } else {
                meaning.accept(target, statement);
            }
        });
    }

    /** A keyword that only a block follows. */
    Keywords<T> block(String keyword, BiConsumer<T, Statement> meaning) {
        return on(keyword, (target, statement) -> {
            if (statement.parameters() > 0) {
                findings.error(
                        statement.origin(),
                        "Block " + keyword + " has extra parameters " + statement.parameter(1) + " ...");
            }
            meaning.accept(target, statement);
        });
    }

    /** Keywords that need no word: what they ask for is so in any case, or is of no concern here. */
    Keywords<T> silent(String... keywords) {
        for (String keyword : keywords) {
            on(keyword, (target, statement) -> {});
        }
        return this;
    }

    /** Keywords whose absence changes nothing about where the addresses are. */
    Keywords<T> noEffect(String why, String... keywords) {
        for (String keyword : keywords) {
            on(keyword, (target, statement) -> findings.noEffect(statement.origin(), keyword, why));
        }
        return this;
    }

    /** Keywords that would change what the node does. */
    Keywords<T> unsupported(String... keywords) {
        for (String keyword : keywords) {
            on(keyword, (target, statement) -> findings.unsupported(statement.origin(), keyword));
        }
        return this;
    }

    void apply(T target, Iterable<Statement> statements) {
        for (Statement statement : statements) {
            BiConsumer<T, Statement> meaning = meanings.get(statement.keyword());
            if (meaning != null) {
                meaning.accept(target, statement);
            } else {
                String hint = findings.countUnknown() > MOST_HINTS
                        ? null
                        : Nearest.to(statement.keyword(), meanings.keySet())
                                .map(near -> "did you mean '" + near + "'?")
                                .orElse(null);
                findings.error(statement.origin(), "Unknown keyword '" + statement.keyword() + "'", hint);
            }
        }
    }
}
