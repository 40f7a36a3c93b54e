// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Text;
import org.jspecify.annotations.Nullable;

/** {@code tcp-check send} and its three kin: bytes for the server. */
record SendStep(Payload payload, String comment) implements Step {
    /** What is sent. */
    @FunctionalInterface
    interface Payload {
        /** The bytes; null where they cannot be made. */
        byte @Nullable [] of(Facts facts);
    }

    /** Bytes that never change. */
    static SendStep of(byte[] bytes) {
        return new SendStep(facts -> bytes, "");
    }

    static SendStep read(RuleWords words) {
        boolean hex = words.name().startsWith("send-binary");
        boolean format = words.name().endsWith("-lf");
        String text = words.value(
                "'" + (hex && !format ? "binary string" : "string") + "' expects a " + words.name() + " as argument");
        Payload payload;
        if (format) {
            FormatText source = FormatText.read(words, text);
            payload = hex ? facts -> HexText.bytes(source.of(facts)) : facts -> source.of(facts);
        } else if (hex) {
            byte[] bytes = HexText.read(words, text, "'" + text + "' invalid binary string (", ").\n");
            payload = facts -> bytes;
        } else {
            byte[] bytes = Text.bytes(text);
            payload = facts -> bytes;
        }
        String comment = "";
        if (words.hasNext()) {
            String word = words.next();
            if (!word.equals("comment")) {
                throw words.error("expects 'comment' but got '" + word + "' as argument.");
            }
            comment = words.value("'comment' expects a string as argument.");
            if (words.hasNext()) {
                throw words.error("expects 'comment' but got '" + words.next() + "' as argument.");
            }
        }
        return new SendStep(payload, comment);
    }
}
