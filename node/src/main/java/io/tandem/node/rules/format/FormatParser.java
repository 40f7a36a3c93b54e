// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.language.Mode;
import io.tandem.node.rules.sample.Casts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Need;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compiles format strings: text, {@code %var}, <code>%{flags}var</code>, {@code %[expression]}, {@code %%}. */
public final class FormatParser {
    private final String text;
    private final Site site;
    private final Format.Style style;

    private final List<Format.Part> parts = new ArrayList<>();
    private final List<String> ignored = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();
    private Flags flags;
    private int at;

    private FormatParser(String text, Site site, Format.Style style) {
        this.text = text;
        this.site = site;
        this.style = style;
        flags = Flags.of(style);
    }

    /**
     * Compiles a format.
     *
     * @throws SampleError with HAProxy's complaint, without its full stop
     */
    public static Format parse(String text, Site site, Format.Style style) {
        return new FormatParser(text, site, style).parse();
    }

    /** The names of all variables, without the percent sign. */
    public static Set<String> variables() {
        return LogVariable.names();
    }

    private Format parse() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != '%') {
                literal(c);
                at++;
            } else if (at + 1 < text.length() && text.charAt(at + 1) == '%') {
                literal.append('%');
                at += 2;
            } else {
                special();
            }
        }
        flush();
        return new Format(parts, style, ignored);
    }

    private void literal(char c) {
        boolean merged =
                style.mergesBlanks() && c == ' ' && literal.length() > 0 && literal.charAt(literal.length() - 1) == ' ';
        if (!merged) {
            literal.append(c);
        }
    }

    private void flush() {
        if (literal.length() > 0) {
            parts.add(new Format.Literal(Text.bytes(literal.toString())));
            literal.setLength(0);
        }
    }

    private void special() {
        int percent = at++;
        Flags own = flags;
        boolean modified = false;
        while (at < text.length() && (text.charAt(at) == '{' || text.charAt(at) == '(')) {
            char close = text.charAt(at) == '{' ? '}' : ')';
            int end = text.indexOf(close, at);
            if (end < 0 && close == ')') {
                at = text.length(); // HAProxy takes the rest for a hint that it no longer knows
                return;
            }
            if (end < 0) {
                throw new SampleError("truncated line after '" + text.substring(at + 1) + "'");
            }
            if (close == '}') {
                own = own.with(text.substring(at + 1, end));
            }
            modified |= close == '}';
            at = end + 1;
        }
        if (at == text.length() && text.charAt(at - 1) == ')' && !modified) {
            return;
        }
        if (at == text.length()) {
            throw new SampleError(
                    modified
                            ? "parse argument modifier without variable name near '" + text.substring(percent, at) + "'"
                            : "truncated line after '%'");
        }
        if (text.charAt(at) == '[') {
            expression(own);
        } else if (Character.isLetter(text.charAt(at)) || (modified && Character.isDigit(text.charAt(at)))) {
            variable(own);
        } else if (modified) {
            throw new SampleError(
                    "parse argument modifier without variable name near '" + text.substring(percent, at) + "'");
        } else if (at == percent + 1 && (Character.isDigit(text.charAt(at)) || text.charAt(at) == ' ')) {
            throw new SampleError("unexpected variable name near '" + text.charAt(at) + "' at position " + at
                    + " line : '" + text + "'. Maybe you want to write a single '%', use the syntax '%%'");
        } else {
            literal.append('%');
        }
    }

    private void variable(Flags own) {
        int start = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        String name = text.substring(start, at);
        // HAProxy reads as far as the name goes on: "%ci" followed by a letter is another variable.
        if (name.equals("o")) {
            flags = own;
            return;
        }
        LogVariable variable = LogVariable.named(name);
        if (variable == null) {
            throw new SampleError("no such format variable '" + name
                    + "'. If you wanted to emit the '%' character verbatim, you need to use '%%'");
        }
        if (variable.needsHttp() && site.proxy().mode() != Mode.HTTP) {
            throw new SampleError("format variable '" + name + "' is reserved for HTTP mode");
        }
        flush();
        parts.add(variable.part(own, style));
    }

    private void expression(Flags own) {
        int start = at + 1;
        String rest = text.substring(start);
        ExpressionParser.Result result;
        try {
            result = ExpressionParser.parse(rest, site);
        } catch (SampleError error) {
            throw new SampleError("failed to parse sample expression <" + rest + "> : " + error.text());
        }
        if (result.end() >= rest.length()) {
            throw new SampleError("missing ']' after '" + rest + "'");
        }
        if (rest.charAt(result.end()) != ']') {
            throw new SampleError("expected ']' after '" + rest.substring(0, result.end()) + "', but found '"
                    + rest.charAt(result.end()) + "'");
        }
        Expression expression = result.expression();
        Need need = expression.need();
        Place place = site.place();
        if (place != null && !need.isMetIn(place)) {
            throw new SampleError("sample fetch <" + rest + "> may not be reliably used here because it needs '"
                    + need.wording() + "' which is not available here");
        }
        if (need.isBytes() && site.proxy().mode() == Mode.HTTP) {
            ignored.add(rest);
        }
        flush();
        parts.add(value(expression, own));
        at = start + result.end() + 1;
    }

    private Format.Part value(Expression expression, Flags own) {
        return (facts, out) -> {
            Sample sample = out.value();
            int mark = facts.scratch.position();
            boolean any = expression.evaluate(facts, sample);
            if (any && style == Format.Style.BYTES && sample.type == SampleType.BINARY) {
                out.append(sample.bytes, sample.start, sample.end);
            } else if (any
                    && Casts.cast(SampleType.STRING, facts.scratch, sample)
                    && (sample.length() > 0 || !isLog())) {
                Encoding.text(out, sample.bytes, sample.start, sample.end, own, own.quote() && isLog(), style);
            } else if (isLog()) {
                LogVariable.absent(out, own);
            }
            facts.scratch.release(mark);
        };
    }

    private boolean isLog() {
        return style == Format.Style.LOG;
    }
}
