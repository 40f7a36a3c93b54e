// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Problems;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Keywords;
import io.tandem.node.language.LineError;
import io.tandem.node.language.LoadContext;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.setup.Assembly;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code tcp-check} or {@code http-check} rules of a section in their order, and what may follow what. */
final class Ruleset {
    private static final String FIRST = "first step MUST also be a 'connect', optionally preceded by a 'set-var', an"
            + " 'unset-var' or a 'comment', when there is a 'connect' step in the tcp-check ruleset";

    /** A line, kept to be read again once all proxies are known, and what it came to the first time. */
    private record Rule(Line line, Keywords keywords, Step step) {}

    private final boolean http;
    private final List<Rule> rules = new ArrayList<>();
    private boolean inherited;
    /** Whether a request that {@code option httpchk} asks has its place among the rules. */
    private boolean countsRequest;

    Ruleset(boolean http) {
        this.http = http;
    }

    Ruleset inherit() {
        Ruleset copy = new Ruleset(http);
        copy.rules.addAll(rules);
        copy.inherited = true;
        copy.countsRequest = countsRequest;
        return copy;
    }

    boolean isInherited() {
        return inherited;
    }

    boolean isEmpty() {
        return rules.isEmpty();
    }

    void clear() {
        rules.clear();
        inherited = false;
        countsRequest = false;
    }

    /** {@code option httpchk} stands in the section. */
    void hasRequest() {
        countsRequest = true;
    }

    /**
     * Adds the rule of a line whose next word names it; a mistake in one makes HAProxy forget those above it.
     *
     * @param ordered whether the option that uses the rules stands above
     */
    void add(Arguments line, ProxyDraft proxy, boolean ordered) {
        if (inherited) {
            clear();
        }
        try {
            append(line, proxy, ordered);
        } catch (LineError mistake) {
            clear();
            throw mistake;
        }
    }

    private void append(Arguments line, ProxyDraft proxy, boolean ordered) {
        Step step = read(line, proxy, http, null);
        String name = step instanceof ConnectStep ? "connect" : step instanceof HttpSendStep ? "send" : "expect";
        RuleWords words = new RuleWords(line, proxy, http, name, null);
        Step before = lastWord();
        if (step instanceof ConnectStep && before != null && !(firstWord() instanceof ConnectStep)) {
            throw words.error(FIRST);
        }
        if (http && ordered) {
            follow(step, before, name, words);
        }
        if (step instanceof HttpSendStep && before == null && !rules.isEmpty()) {
            countsRequest = false;
        }
        if (step instanceof HttpSendStep && before instanceof ConnectStep) {
            countsRequest = false;
        }
        rules.add(new Rule(line.line(), line.context().keywords(), step));
    }

    private void follow(Step step, @Nullable Step before, String name, RuleWords words) {
        String missing = null;
        if (step instanceof HttpSendStep && before != null && !(before instanceof ConnectStep)) {
            missing = "connect";
        } else if (step instanceof ConnectStep && before != null && !(before instanceof ExpectStep)) {
            missing = "expect";
        } else if (step instanceof ExpectStep && before instanceof ConnectStep) {
            missing = "send";
        }
        if (missing != null) {
            int number = rules.size() + (countsRequest ? 1 : 0);
            throw words.error("unable to add http-check " + name + " rule at step " + number + " (missing " + missing
                    + " rule).");
        }
    }

    private static boolean isSilent(Step step) {
        return step instanceof CommentStep || step instanceof VariableStep;
    }

    private @Nullable Step lastWord() {
        for (int i = rules.size() - 1; i >= 0; i--) {
            if (!isSilent(rules.get(i).step())) {
                return rules.get(i).step();
            }
        }
        return null;
    }

    private @Nullable Step firstWord() {
        for (Rule rule : rules) {
            if (!isSilent(rule.step())) {
                return rule.step();
            }
        }
        return null;
    }

    /** The steps once more, with what they refer to. */
    List<Step> steps(ProxyDraft proxy, Assembly assembly) {
        List<Step> steps = new ArrayList<>();
        for (Rule rule : rules) {
            Drafts drafts = assembly.drafts();
            Arguments again = new Arguments(rule.line(), 1, new LoadContext(new Problems(), rule.keywords(), drafts));
            steps.add(read(again, proxy, http, assembly));
        }
        return steps;
    }

    private static Step read(Arguments line, ProxyDraft proxy, boolean http, @Nullable Assembly assembly) {
        String name = line.next();
        RuleWords words = new RuleWords(line, proxy, http, name, assembly);
        String action = VariableStep.action(name);
        if (action != null) {
            return VariableStep.read(words, action);
        }
        return switch (name) {
            case "comment" -> CommentStep.read(words);
            case "connect" -> ConnectStep.read(words);
            case "expect" -> ExpectStep.read(words);
            case "send" -> http ? HttpSendStep.read(words) : SendStep.read(words);
            case "send-lf", "send-binary", "send-binary-lf" -> {
                if (http) {
                    throw unknown(line, true, name);
                }
                yield SendStep.read(words);
            }
            default -> throw unknown(line, http, name);
        };
    }

    private static LineError unknown(Arguments line, boolean http, String name) {
        return line.error((http
                        ? "'http-check' only supports 'disable-on-404', 'send-state', 'comment', 'connect',"
                                + " 'send', 'expect',"
                        : "'tcp-check' only supports 'comment', 'connect', 'send', 'send-binary', 'expect',")
                + " 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but got '" + name + "'");
    }
}
