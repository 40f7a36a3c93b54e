// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code language}: which of some languages an {@code Accept-Language} field prefers (RFC 9110 section 12.5.4). A language of
 * the field is one of the list where it is that or has a dash behind it; the first in the list wins. Immutable.
 */
final class Language {
    private static final int FULL = 1000;

    private final List<byte[]> known = new ArrayList<>();
    private final byte[] otherwise;

    /** From the arguments {@code value}, names with semicolons between them, and {@code default}. */
    Language(Args args) {
        for (String name : args.string(0).split(";", -1)) {
            if (!name.isEmpty()) {
                known.add(Text.bytes(name));
            }
        }
        otherwise = args.bytes(1);
    }

    boolean convert(Facts facts, Sample in) {
        byte[] bytes = in.bytes;
        int best = 0;
        byte[] chosen = otherwise;
        int at = in.start;
        while (at < in.end && best < FULL) {
            at = skipSpace(bytes, at, in.end);
            int name = at;
            while (at < in.end && bytes[at] != ',' && bytes[at] != ';' && !isSpace(bytes[at])) {
                at++;
            }
            byte[] language = named(bytes, name, at);
            if (language != null) {
                int weight = weight(bytes, at, in.end);
                if (weight > best) {
                    best = weight;
                    chosen = language;
                }
            }
            while (at < in.end && bytes[at] != ',') {
                at++;
            }
            at++;
        }
        in.text(chosen);
        return chosen.length > 0;
    }

    private byte @Nullable [] named(byte[] bytes, int start, int end) {
        for (int i = 0; i < known.size(); i++) {
            byte[] name = known.get(i);
            if (Text.startsWith(bytes, start, end, name, false)
                    && (start + name.length == end || bytes[start + name.length] == '-')) {
                return name;
            }
        }
        return null;
    }

    /** In thousandths, of the first parameter if that is {@code q}; all of it without, or where it is no number. */
    private static int weight(byte[] bytes, int from, int end) {
        int at = skipSpace(bytes, from, end);
        if (at == end || bytes[at] != ';') {
            return FULL;
        }
        at = skipSpace(bytes, at + 1, end);
        if (at == end || bytes[at] != 'q') {
            return FULL;
        }
        at = skipSpace(bytes, at + 1, end);
        if (at == end || bytes[at] != '=') {
            return FULL;
        }
        at = skipSpace(bytes, at + 1, end);
        if (at == end || !isDigit(bytes[at])) {
            return FULL;
        }
        int weight = (bytes[at++] - '0') * FULL;
        if (at < end && bytes[at++] == '.') {
            for (int unit = FULL / 10; unit > 0 && at < end && isDigit(bytes[at]); unit /= 10) {
                weight += (bytes[at++] - '0') * unit;
            }
        }
        return Math.min(weight, FULL);
    }

    private static int skipSpace(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
