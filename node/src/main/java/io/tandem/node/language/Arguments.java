// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Times;
import io.tandem.config.text.Word;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of one line and a position among them.
 *
 * <p>Not thread-safe; lives while its line is read.
 */
public final class Arguments {
    private final Line line;
    private final LoadContext context;
    private final boolean negated;
    private final List<String> last = new ArrayList<>();
    private int next;

    /** @param first index of the first argument, after the words of the keyword itself */
    public Arguments(Line line, int first, LoadContext context) {
        this(line, first, false, context);
    }

    /** @param negated whether the line begins with {@code no} */
    public Arguments(Line line, int first, boolean negated, LoadContext context) {
        this.line = line;
        this.negated = negated;
        this.context = context;
        next = first;
    }

    /** Whether the line begins with {@code no}; only for keywords declared {@link Keyword#negatable}. */
    public boolean negated() {
        return negated;
    }

    public LoadContext context() {
        return context;
    }

    public Line line() {
        return line;
    }

    /** The file and line all words stand on. */
    public Origin origin() {
        return line.origin();
    }

    /** The keyword that opens the line. */
    public String keyword() {
        return line.keyword();
    }

    public boolean hasNext() {
        return next < line.size();
    }

    /** Index in the line of the word {@link #next} would return. */
    public int position() {
        return next;
    }

    public void position(int index) {
        next = index;
    }

    /** The next word without taking it, or the empty string at the end. */
    public String peek() {
        return line.text(next);
    }

    /** Takes the next word; the empty string at the end, as HAProxy sees it. */
    public String next() {
        String text = line.text(next);
        next++;
        return text;
    }

    /** Takes the next word, or ends the line with {@code complaint}. */
    public Word require(String complaint) {
        if (!hasNext()) {
            throw error(complaint);
        }
        return line.words().get(next++);
    }

    /** Takes the next word if it is {@code text}. */
    public boolean accept(String text) {
        if (hasNext() && peek().equals(text)) {
            next++;
            return true;
        }
        return false;
    }

    /** Refuses words behind the last that means something, as HAProxy words it. */
    public void noMore(String keyword) {
        if (hasNext()) {
            throw error("'" + keyword + "' cannot handle unexpected argument '" + peek() + "'.");
        }
    }

    /** Takes the next word as C's atoi reads it: {@code 5x} is 5, {@code x} is 0. */
    public int leadingInteger() {
        return leadingInteger(next());
    }

    /** {@code text} as C's atoi reads it: {@code 5x} is 5, {@code x} is 0; as much as an int holds. */
    public static int leadingInteger(String text) {
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        long number = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            number = Math.min(number * 10 + text.charAt(at++) - '0', Integer.MAX_VALUE);
        }
        return (int) (text.startsWith("-") ? -number : number);
    }

    /** The word last taken, for its origin. */
    public Word taken() {
        return line.words().get(Math.min(Math.max(next - 1, 0), line.size() - 1));
    }

    /** An error about the whole line; throw it. */
    public LineError error(String text) {
        return new LineError(origin(), text);
    }

    /** An error that HAProxy prints with its place twice. */
    public LineError errorPlacedTwice(String text) {
        return error("parsing [" + origin().place() + "] : " + text);
    }

    /** Takes the next word as a time, milliseconds; complaints as sections other than proxies have them. */
    public int millis(String keyword) {
        String word = next();
        return millis(word, word, keyword);
    }

    /**
     * {@code word} as a time, milliseconds; complaints as sections other than proxies have them.
     *
     * @param blamed the argument that is named where the time is too long
     */
    public int millis(String word, String blamed, String keyword) {
        Times time = Times.millis(word);
        if (time.ok()) {
            return (int) time.value();
        }
        String complaint = time.outcome() == Times.Outcome.OVERFLOW
                ? "timer overflow in argument <" + blamed + "> to <" + keyword
                        + ">, maximum value is 2147483647 ms (~24.8 days)."
                : "unexpected character '" + time.character() + "' in argument to <" + keyword + ">.";
        throw LineError.whole(origin(), "parsing [" + origin().place() + "]: " + complaint);
    }

    /** As {@link #warn}, behind all that is said about the line while it is read. */
    public void warnLast(String text) {
        last.add(text);
    }

    /** The line has been read: says what was to come last. */
    public void end() {
        last.forEach(this::warn);
        last.clear();
    }

    /** Reports a warning, worded {@code parsing [FILE:LINE] : text}. */
    public void warn(String text) {
        context.problems().warning(origin(), "parsing [" + origin().place() + "] : " + text);
    }

    /** Reports an error and goes on with the line. */
    public void alert(String text) {
        context.problems().alert(origin(), "parsing [" + origin().place() + "] : " + text);
    }
}
