// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Text;
import java.util.List;

/** A compiled format: text, variables and expressions, written one after the other. Immutable. */
public final class Format {
    /** Writes nothing. */
    public static final Format EMPTY = new Format(List.of(), Style.VALUE, List.of());

    /** How values are written. */
    public enum Style {
        /** In headers, bodies and variables: as they are, nothing for a value that is missing. */
        VALUE,
        /** In binary protocols: byte for byte, nothing for a value that is missing. */
        BYTES,
        /** In the identity of a request: as they are, nothing for a value that is missing, runs of blanks as one. */
        IDENTITY,
        /** In logs: encoded, runs of blanks as one, {@code -} for a value that is missing. */
        LOG;

        /** Whether a blank is written once where several stand together, and never first. */
        boolean mergesBlanks() {
            return this == LOG || this == IDENTITY;
        }
    }

    /** One part. */
    @FunctionalInterface
    interface Part {
        void write(Facts facts, Output out);
    }

    /** Text that never changes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Literal(byte[] text) implements Part {
        @Override
        public void write(Facts facts, Output out) {
            out.append(text, 0, text.length);
        }

        /** Without its first blank where {@code merged}. */
        void write(Output out, boolean merged) {
            if (text.length > 1) {
                out.append(text, merged ? 1 : 0, text.length);
            } else if (!merged) {
                out.append((char) (text[0] & 0xFF)); // most of them are one slash or blank
            }
        }

        @Override
        public String toString() {
            return Text.string(text, 0, text.length);
        }
    }

    private final Part[] parts;
    private final Style style;
    private final List<String> ignored;

    Format(List<Part> parts, Style style, List<String> ignored) {
        this.parts = parts.toArray(Part[]::new);
        this.style = style;
        this.ignored = List.copyOf(ignored);
    }

    /** Those of its expressions that ask for bytes in a proxy that is in HTTP mode and has none; for warnings. */
    public List<String> ignored() {
        return ignored;
    }

    /** Whether it writes the same bytes for every exchange. */
    public boolean isConstant() {
        for (Part part : parts) {
            if (!(part instanceof Literal)) {
                return false;
            }
        }
        return true;
    }

    public Style style() {
        return style;
    }

    public boolean isEmpty() {
        return parts.length == 0;
    }

    /** Appends to {@code out}; what does not fit is cut off there. */
    public void write(Facts facts, Output out) {
        if (style.mergesBlanks()) {
            writeLine(facts, out);
            return;
        }
        for (Part part : parts) {
            part.write(facts, out);
        }
    }

    /** A blank is written once where what stood between two of them is empty, and never first. */
    private void writeLine(Facts facts, Output out) {
        int blankEnd = out.length();
        for (Part part : parts) {
            if (part instanceof Literal literal) {
                byte[] text = literal.text();
                literal.write(out, text[0] == ' ' && out.length() == blankEnd);
                blankEnd = text[text.length - 1] == ' ' ? out.length() : -1;
            } else {
                part.write(facts, out);
                if (style == Style.IDENTITY) {
                    blankEnd = -1; // empty or not, as HAProxy sees it
                }
            }
        }
    }

    /** Writes into the loop's own output from its start, and answers it: valid until the next format is written. */
    public Output render(Facts facts) {
        Output out = facts.scratch.output;
        out.clear();
        write(facts, out);
        return out;
    }
}
