// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.LineError;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Need;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import org.jspecify.annotations.Nullable;

/** The words of one rule of a check behind its name, and how HAProxy words what is wrong with them. */
final class RuleWords {
    private final Arguments line;
    private final ProxyDraft proxy;
    private final boolean http;
    private final String name;
    private final @Nullable Assembly assembly;

    /**
     * @param name of the rule, {@code connect}; its words follow
     * @param assembly null while the line is read, given once all proxies are known
     */
    RuleWords(Arguments line, ProxyDraft proxy, boolean http, String name, @Nullable Assembly assembly) {
        this.line = line;
        this.proxy = proxy;
        this.http = http;
        this.name = name;
        this.assembly = assembly;
    }

    String name() {
        return name;
    }

    boolean isHttp() {
        return http;
    }

    Arguments line() {
        return line;
    }

    /** Whether a word follows; an empty one is none, as HAProxy sees it. */
    boolean hasNext() {
        return line.hasNext() && !line.peek().isEmpty();
    }

    String peek() {
        return line.peek();
    }

    /** The next word; empty at the end. */
    String next() {
        return line.next();
    }

    boolean accept(String word) {
        return line.accept(word);
    }

    /** The next word, or the line ends with {@code complaint}. */
    String value(String complaint) {
        if (!hasNext()) {
            throw error(complaint);
        }
        return line.next();
    }

    /** An error about the rule, a full stop behind it; throw it. */
    LineError error(String text) {
        return line.error("'" + (http ? "http-check " : "tcp-check ") + name + "' : " + text + ".");
    }

    Site site() {
        return new Site(proxy, Place.CHECK, "in tcp-check expression", line.origin(), assembly);
    }

    /**
     * The next word as an expression that can be evaluated in a check.
     *
     * @param what how complaints name it: {@code port}
     */
    Expression expression(String what, String text) {
        String before = "error detected while parsing " + what + " expression : ";
        ExpressionParser.Result result;
        try {
            result = ExpressionParser.parse(text, site());
            if (result.end() < text.length()) {
                throw result.extraText();
            }
        } catch (SampleError error) {
            throw error(before + error.text());
        }
        Need need = result.expression().need();
        if (!need.isMetIn(Place.CHECK)) {
            throw error(before + " fetch method '" + result.name() + "' extracts information from '" + need.wording()
                    + "', none of which is available here.\n");
        }
        return result.expression();
    }
}
