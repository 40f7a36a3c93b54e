// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRule;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Routes and rules in one line each, as ip-route(8) and ip-rule(8) write them, for other files than keepalived.conf. */
public final class RouteSyntax {
    private final Problems problems = new Problems();
    private final Findings findings = new Findings(problems);
    private final RuleReader rules = new RuleReader(findings);
    private int said;

    /** One for a whole file: rules without a preference get theirs one after the other. */
    public RouteSyntax() {}

    /** The route; nothing where {@link #complaints} say why. */
    public Optional<VirtualRoute> route(String line) {
        return read(line, (reader, statement) -> Optional.ofNullable(reader.read(statement)));
    }

    /** The rule; nothing where {@link #complaints} say why. */
    public Optional<VirtualRule> rule(String line) {
        return read(line, (unused, statement) -> Optional.ofNullable(rules.read(statement)));
    }

    /** What there was to say about the line read last, one text each. */
    public List<String> complaints() {
        return problems.all().stream()
                .skip(said)
                .map(Problem::text)
                .map(RouteSyntax::bare)
                .toList();
    }

    private <T> Optional<T> read(String line, BiFunction<RouteReader, Statement, Optional<T>> how) {
        said = problems.all().size();
        Origin origin = new Origin("", 1, 1);
        List<Word> words = new ArrayList<>();
        for (String word : line.strip().split("\\s+", -1)) {
            words.add(new Word(word, origin));
        }
        return how.apply(new RouteReader(findings), new Statement(words, null));
    }

    private static String bare(String text) {
        return text.replaceFirst("^\\([^)]*Line \\d+\\) ", "");
    }
}
