// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.language.Keyword;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.Mode;
import java.util.ArrayList;
import java.util.List;

/** Compiles {@code fetch(args),conv(args),…} (HAProxy manual 7.3). */
public final class ExpressionParser {
    private final String text;
    private final Site site;
    private int at;
    private int blamedArgument = 1;

    private ExpressionParser(String text, Site site) {
        this.text = text;
        this.site = site;
    }

    /**
     * What was compiled, and how much of the text.
     *
     * @param name the fetch as written, with its arguments
     * @param end behind the last character used
     * @param last what it ends with: {@code converter 'lower'}
     */
    public record Result(Expression expression, String name, int end, String last) {
        /** The complaint about what follows where nothing should. */
        public SampleError extraText() {
            return new SampleError("missing comma after " + last);
        }
    }

    /**
     * Compiles the expression at the start of {@code text}.
     *
     * @throws SampleError with HAProxy's complaint
     */
    public static Result parse(String text, Site site) {
        return new ExpressionParser(text, site).parse();
    }

    /** The end of the name that begins at {@code from}. */
    public static int nameEnd(String text, int from) {
        int end = from;
        while (end < text.length() && isOfNames(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isOfNames(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-+:".indexOf(c) >= 0;
    }

    private Result parse() {
        at = nameEnd(text, 0);
        String name = text.substring(0, at);
        if (name.isEmpty()) {
            throw new SampleError("missing fetch method");
        }
        Keyword<FetchKind> keyword = SampleKeywords.fetch(name);
        if (keyword == null) {
            throw new SampleError(
                    KnownKeywords.has(KeywordFamily.FETCH, name)
                            ? RefusedSamples.complaint(name)
                            : "unknown fetch method '" + name + "'");
        }
        FetchKind kind = keyword.meaning();
        Fetch made = make(kind, name);
        Fetch fetch = kind.readsRequest() && site.proxy().mode() == Mode.TCP ? new ContentRequest(made) : made;
        String written = text.substring(0, at);
        return converters(new Expression(fetch, List.of(), kind.returns(), kind.need()), fetch, written, name);
    }

    private Fetch make(FetchKind kind, String name) {
        Args args;
        try {
            args = arguments(kind.parameters());
        } catch (SampleError error) {
            throw new SampleError("fetch method '" + name + "' : " + error.text());
        }
        try {
            return kind.factory().make(args);
        } catch (SampleError error) {
            throw new SampleError("invalid args in fetch method '" + name + "' : " + error.text());
        } catch (BackendReference.Missing missing) {
            site.missing(missing.worded(
                    site.context().isEmpty() ? "ACL keyword '" + name + "'" : "sample fetch keyword '" + name + "'",
                    site));
            return (facts, out) -> false;
        }
    }

    private Args arguments(List<Parameter> parameters) {
        if (at < text.length() && text.charAt(at) == '(') {
            ArgumentText reader = new ArgumentText(text, at + 1);
            try {
                return reader.read(parameters, site);
            } finally {
                blamedArgument = reader.blamed(parameters);
                at = reader.end();
            }
        }
        return ArgumentText.none(parameters, site);
    }

    /** Compiles the converters that follow a fetch made elsewhere; {@code from} points at the comma, if any. */
    private Result converters(Expression plain, Fetch fetch, String written, String fetchName) {
        List<Converter> steps = new ArrayList<>();
        SampleType type = plain.type();
        String last = "fetch keyword '" + fetchName + "'";
        while (at < text.length() && text.charAt(at) == ',') {
            while (at < text.length() && text.charAt(at) == ',') {
                at++;
            }
            int end = nameEnd(text, at);
            if (end == text.length() && at == end) {
                break; // nothing behind the last comma
            }
            String name = text.substring(at, end);
            Keyword<ConverterKind> keyword = SampleKeywords.converter(name);
            if (keyword == null) {
                throw new SampleError(
                        KnownKeywords.has(KeywordFamily.CONVERTER, name)
                                ? RefusedSamples.complaint(name)
                                : "unknown converter '" + name + "'");
            }
            at = end;
            ConverterKind kind = keyword.meaning();
            boolean isAddress = type == SampleType.IPV4 || type == SampleType.ADDRESS;
            if (!Casts.possible(type, kind.accepts()) || (isAddress && kind.accepts() == SampleType.BOOLEAN)) {
                throw new SampleError("converter '" + name + "' cannot be applied");
            }
            Converter converter = make(kind, name, fetchName);
            last = "converter '" + name + "'";
            if (kind.accepts() != SampleType.ANY && type != kind.accepts()) {
                SampleType accepts = kind.accepts();
                steps.add((facts, sample) -> Casts.cast(accepts, facts.scratch, sample));
            }
            steps.add(converter);
            if (kind.returns() != SampleType.ANY || kind.accepts() != SampleType.ANY) {
                type = kind.returns();
            }
        }
        return new Result(new Expression(fetch, steps, type, plain.need()), written, at, last);
    }

    private Converter make(ConverterKind kind, String name, String fetchName) {
        Args args;
        blamedArgument = 1;
        try {
            args = arguments(kind.parameters());
        } catch (SampleError error) {
            throw new SampleError(
                    "invalid arg " + badArgument(error) + " in converter '" + name + "' : " + error.text());
        }
        try {
            return kind.factory().make(args);
        } catch (SampleError error) {
            throw new SampleError("invalid args in converter '" + name + "' : " + error.text());
        } catch (BackendReference.Missing missing) {
            site.missing(missing.worded(
                    "conversion keyword '" + name + "' for "
                            + (site.context().isEmpty() ? "ACL keyword '" : "sample fetch keyword '")
                            + fetchName + "'",
                    site));
            return (facts, sample) -> false;
        }
    }

    /** HAProxy counts the argument its complaint is about from 1. */
    private int badArgument(SampleError error) {
        String complaint = error.text();
        int position = complaint.indexOf("at position ");
        if (position >= 0) {
            return Integer.parseInt(complaint.substring(position + 12).replaceAll("\\D.*", ""));
        }
        int got = complaint.indexOf("(got ");
        if (got >= 0) {
            return Integer.parseInt(complaint.substring(got + 5).replaceAll("\\D.*", "")) + 1;
        }
        return blamedArgument;
    }
}
