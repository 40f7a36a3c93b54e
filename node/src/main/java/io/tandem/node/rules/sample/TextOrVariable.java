// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** An argument that is a constant, or names a variable whose value is taken at run time. Immutable. */
final class TextOrVariable {
    private final @Nullable Variable variable;
    private final byte[] text;
    private final boolean isBase64;

    private TextOrVariable(@Nullable Variable variable, byte[] text, boolean isBase64) {
        this.variable = variable;
        this.text = text;
        this.isBase64 = isBase64;
    }

    /** A word that is a variable's name means the variable. */
    static TextOrVariable of(String word) {
        Variable variable = variable(word);
        return new TextOrVariable(variable, variable == null ? Text.bytes(word) : new byte[0], false);
    }

    /**
     * As {@link #of}, of bytes in base64.
     *
     * @param what it is, for the complaint
     * @throws SampleError if it is neither base64 nor a variable's name
     */
    static TextOrVariable base64(String word, String what) {
        Variable variable = variable(word);
        if (variable != null) {
            return new TextOrVariable(variable, new byte[0], true);
        }
        try {
            if (word.length() % 4 == 0) {
                return new TextOrVariable(null, Base64.getDecoder().decode(word), false);
            }
        } catch (IllegalArgumentException e) {
            // no base64
        }
        throw new SampleError("failed to parse " + what
                + " : argument needs to be base64 encoded, and can either be a string or a variable");
    }

    private static @Nullable Variable variable(String word) {
        try {
            return Variable.parse(word);
        } catch (SampleError none) {
            return null;
        }
    }

    boolean isText() {
        return variable == null;
    }

    /** Puts the value into {@code out}; false where the variable has none, or none that is base64 where it should be. */
    boolean value(Facts facts, Sample out) {
        if (variable == null) {
            out.text(text);
            return true;
        }
        return facts.variables(variable.scope()).get(variable.name(), facts.scratch, out)
                && Casts.cast(SampleType.STRING, facts.scratch, out)
                && (!isBase64 || Base64Text.decode(facts.scratch, out));
    }
}
