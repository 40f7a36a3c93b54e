// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A keyword of the language: declared once, beside its implementation, and read by {@code -c}, the run time, the hints,
 * {@code -dK} and the reference page alike.
 *
 * @param name as written; two words such as {@code option httplog} for options, {@code timeout client} for timeouts
 * @param sections where it is valid
 * @param arguments how its arguments are written, for the reference page and for errors
 * @param doc one line
 * @param standing whether it works, is retired, does nothing, or is refused
 * @param hint what to write instead (retired) or why it has no effect or is refused here; null when it works
 * @param most how many arguments it takes; {@link #ANY_NUMBER} where it looks itself
 * @param negatable whether {@code no} may stand in front of it: {@link Arguments#negated}
 * @param meaning what it does
 * @param <T> the kind of meaning: {@link Directive} for section lines
 */
public record Keyword<T>(
        String name,
        Set<SectionKind> sections,
        String arguments,
        String doc,
        Standing standing,
        @Nullable String hint,
        int most,
        boolean negatable,
        T meaning) {

    public static final int ANY_NUMBER = -1;

    /** What a user may expect of a keyword. */
    public enum Standing {
        /** Does what HAProxy's does. */
        WORKS,
        /** Retired by HAProxy, still given its meaning; a warning names the modern form. */
        RETIRED,
        /** Accepted, with a warning that says why it has no effect here. */
        NO_EFFECT,
        /** Known, and refused by name. */
        REFUSED
    }

    public Keyword {
        sections = Set.copyOf(sections);
    }

    /** Starts the declaration of a section line. */
    public static Builder<Directive> directive(String name, Set<SectionKind> sections) {
        return new Builder<>(name, sections);
    }

    /** Starts the declaration of a line of one section. */
    public static Builder<Directive> directive(String name, SectionKind section) {
        return new Builder<>(name, EnumSet.of(section));
    }

    /** Starts the declaration of a keyword that is valid in no section by itself, such as a fetch or a bind option. */
    public static <T> Builder<T> of(String name) {
        return new Builder<>(name, Set.of());
    }

    /** Collects a declaration; ends with {@link #as}. */
    public static final class Builder<T> {
        private final String name;
        private final Set<SectionKind> sections;
        private String arguments = "";
        private String doc = "";
        private Standing standing = Standing.WORKS;
        private @Nullable String hint;
        private int most = ANY_NUMBER;
        private boolean negatable;

        private Builder(String name, Set<SectionKind> sections) {
            this.name = name;
            this.sections = sections;
        }

        public Builder<T> arguments(String arguments) {
            this.arguments = arguments;
            return this;
        }

        public Builder<T> doc(String doc) {
            this.doc = doc;
            return this;
        }

        /** Retired by HAProxy: a warning says to write {@code instead}. */
        public Builder<T> retired(String instead) {
            standing = Standing.RETIRED;
            hint = instead;
            return this;
        }

        /** Accepted without effect: a warning says {@code why}. */
        public Builder<T> noEffect(String why) {
            standing = Standing.NO_EFFECT;
            hint = why;
            return this;
        }

        /** Refused by name: the error says {@code why}. In a line, where it is not the keyword, its meaning refuses it. */
        public Builder<T> refused(String why) {
            standing = Standing.REFUSED;
            hint = why;
            return this;
        }

        /** Takes no more arguments than that: one behind them is refused before anything else of the line. */
        public Builder<T> most(int arguments) {
            most = arguments;
            return this;
        }

        /** {@code no} may stand in front. */
        public Builder<T> negatable() {
            negatable = true;
            return this;
        }

        public Keyword<T> as(T meaning) {
            return new Keyword<>(name, sections, arguments, doc, standing, hint, most, negatable, meaning);
        }
    }
}
