// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Problems;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keywords;
import io.tandem.node.language.LoadContext;
import io.tandem.node.rules.Rules;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The rule lines of a proxy, in file order. They are kept as lines: each is compiled when it is read, for its mistakes, and
 * again once all proxies are known, for what it refers to; also for each proxy that inherits it from a {@code defaults}.
 */
final class RuleLines implements Facet {
    static final FacetKey<RuleLines> KEY = new FacetKey<>(RuleLines.class, RuleLines::new);

    /** What HAProxy processes one after the other, whatever order it is written in. */
    enum Stage {
        CONNECTION("tcp-request"),
        SESSION("tcp-request session"),
        CONTENT("tcp-request content"),
        MONITOR_FAIL("monitor fail"),
        REQUEST("http-request"),
        REDIRECT("redirect"),
        USE_BACKEND("use_backend");

        private final String words;

        Stage(String words) {
            this.words = words;
        }

        /** With its article, as a warning names it. */
        String worded() {
            return (this == REQUEST ? "an '" : "a '") + words + "'";
        }
    }

    /**
     * One line.
     *
     * @param first where its first argument is: behind the words that name the set
     * @param keywords the registry
     */
    record Entry(Line line, int first, Keywords keywords) {
        static Entry of(Arguments line, int first) {
            return new Entry(line.line(), first, line.context().keywords());
        }

        /** Its words once more; what is wrong with them was said when they were read first. */
        Arguments again(Drafts drafts) {
            return new Arguments(line, first, new LoadContext(new Problems(), keywords, drafts));
        }
    }

    private final Map<RuleSet, List<Entry>> bySet = new EnumMap<>(RuleSet.class);
    private final Map<Stage, List<Entry>> byStage = new EnumMap<>(Stage.class);
    private final Set<Stage> seen = EnumSet.noneOf(Stage.class);
    private final Map<RuleSet, Rules> compiled = new EnumMap<>(RuleSet.class);
    private final Set<RuleSet> ended = EnumSet.noneOf(RuleSet.class);
    int inspectDelayMs;
    /** Whether the section itself has named it. */
    boolean delayed;

    int responseInspectDelayMs;

    List<Entry> of(RuleSet set) {
        return bySet.getOrDefault(set, List.of());
    }

    /** Those that have a line. */
    Set<RuleSet> sets() {
        return bySet.keySet();
    }

    List<Entry> of(Stage stage) {
        return byStage.getOrDefault(stage, List.of());
    }

    /** The rules of a set, compiled once however many sides of a {@code listen} ask for them. */
    Rules compiled(RuleSet set, Supplier<Rules> compile) {
        return compiled.computeIfAbsent(set, s -> compile.get());
    }

    void add(RuleSet set, Entry entry) {
        bySet.computeIfAbsent(set, s -> new ArrayList<>()).add(entry);
    }

    void add(Stage stage, Entry entry) {
        byStage.computeIfAbsent(stage, s -> new ArrayList<>()).add(entry);
    }

    /** Whether the last rule of the set ends it without a condition; then remembers whether this one does. */
    boolean followsEnd(RuleSet set, boolean ends) {
        boolean follows = ended.contains(set);
        if (ends) {
            ended.add(set);
        } else {
            ended.remove(set);
        }
        return follows;
    }

    /** The next later stage that has a line already, in words; empty when the order is as it will be processed. */
    String misplaced(Stage stage) {
        for (Stage later : Stage.values()) {
            if (later.compareTo(stage) > 0 && seen.contains(later)) {
                seen.add(stage);
                return later.worded();
            }
        }
        seen.add(stage);
        return "";
    }

    @Override
    public Facet inherit() {
        RuleLines copy = new RuleLines();
        bySet.forEach((set, entries) -> copy.bySet.put(set, new ArrayList<>(entries)));
        copy.inspectDelayMs = inspectDelayMs;
        copy.responseInspectDelayMs = responseInspectDelayMs;
        return copy;
    }
}
