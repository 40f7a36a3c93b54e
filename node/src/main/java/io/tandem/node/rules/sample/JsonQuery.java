// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.loop.LoopLocal;
import io.tandem.node.rules.Facts;

/** {@code json_query}: the value at a path of a JSON text, as a string, a boolean or, where asked for, an integer. Immutable. */
final class JsonQuery {
    private static final LoopLocal<Json> READERS = new LoopLocal<>(loop -> new Json());

    private final JsonPath path;
    private final boolean asInteger;

    private JsonQuery(String path, boolean asInteger) {
        this.path = JsonPath.of(path);
        this.asInteger = asInteger;
    }

    /**
     * From the arguments {@code path} and {@code output_type}.
     *
     * @throws SampleError if the type is none
     */
    static JsonQuery of(Args args) {
        boolean hasType = args.count() > 1;
        if (hasType && !args.string(1).equals("int")) {
            throw new SampleError("output_type only supports \"int\" as argument");
        }
        return new JsonQuery(args.string(0), hasType);
    }

    boolean convert(Facts facts, Sample in) {
        Json json = READERS.of(facts.loop);
        Json.Kind kind = json.find(path, in.bytes, in.start, in.end);
        switch (kind) {
            case STRING -> {
                return unescape(facts, in.bytes, json.start(), json.end(), in);
            }
            case NUMBER -> {
                return asInteger
                        ? integer(in.bytes, json.start(), json.end(), in)
                        : text(facts, in.bytes, json.start(), json.end(), in);
            }
            case TRUE, FALSE -> {
                in.set(kind == Json.Kind.TRUE);
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    /** What the number begins with; none where that is beyond 64 bits. */
    private static boolean integer(byte[] bytes, int start, int end, Sample out) {
        int at = start + (bytes[start] == '-' ? 1 : 0);
        long number = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            int digit = bytes[at++] - '0';
            if (number < (Long.MIN_VALUE + digit) / 10) {
                return false;
            }
            number = number * 10 - digit;
        }
        if (bytes[start] != '-') {
            number = -number;
            if (number == Long.MIN_VALUE) {
                return false;
            }
        }
        out.set(number);
        return true;
    }

    /** The number as HAProxy prints it: six digits. */
    private static boolean text(Facts facts, byte[] bytes, int start, int end, Sample out) {
        int last = end;
        while (last > start && (bytes[last - 1] < '0' || bytes[last - 1] > '9') && bytes[last - 1] != '.') {
            last--; // an exponent without digits
        }
        boolean hasDigit = false;
        for (int i = start; i < last; i++) {
            hasDigit |= bytes[i] >= '0' && bytes[i] <= '9';
        }
        double value = hasDigit ? Double.parseDouble(Text.string(bytes, start, last)) : 0;
        Builder text = new Builder(facts.scratch);
        byte[] printed = Text.bytes(CNumber.general(value));
        text.append(printed, 0, printed.length);
        return text.into(out);
    }

    /** The text of a string; none where it has an escape that HAProxy does not read: a character beyond Latin-1, a slash. */
    private static boolean unescape(Facts facts, byte[] bytes, int start, int end, Sample out) {
        Builder text = new Builder(facts.scratch);
        int at = start;
        while (at < end) {
            byte b = bytes[at++];
            if (b != '\\' || at == end) {
                text.append(b);
                continue;
            }
            int meaning = bytes[at] == 'u' && at + 4 < end ? latin1(bytes, at + 1) : escape(bytes[at]);
            if (meaning < 0) {
                return false;
            }
            text.append(meaning);
            at += bytes[at] == 'u' ? 5 : 1;
        }
        return text.into(out);
    }

    private static int latin1(byte[] bytes, int at) {
        if (bytes[at] != '0' || bytes[at + 1] != '0') {
            return -1;
        }
        int high = Character.digit(bytes[at + 2], 16);
        int low = Character.digit(bytes[at + 3], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int escape(byte b) {
        return switch (b) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '\\', '"' -> b;
            default -> -1;
        };
    }
}
