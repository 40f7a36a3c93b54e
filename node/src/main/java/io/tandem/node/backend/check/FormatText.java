// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.SampleError;
import java.util.Arrays;

/** A text of a check that may differ from one to the next: a log format. Immutable. */
record FormatText(Format format) implements ExpectStep.Words {
    /** Reads it; a mistake in it is worded with the whole text. */
    static FormatText read(RuleWords words, String text) {
        try {
            return parse(words, text);
        } catch (SampleError error) {
            throw words.error("'" + text + "' invalid log-format string (" + error.text() + ").\n");
        }
    }

    /** @throws SampleError with HAProxy's complaint */
    static FormatText parse(RuleWords words, String text) {
        return new FormatText(FormatParser.parse(text, words.site(), Format.Style.VALUE));
    }

    /** What it comes to now. */
    @Override
    public byte[] of(Facts facts) {
        facts.scratch.reset();
        Output out = format.render(facts);
        return Arrays.copyOf(out.bytes(), out.length());
    }
}
