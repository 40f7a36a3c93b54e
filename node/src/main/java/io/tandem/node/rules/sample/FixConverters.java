// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Converters on messages of FIX, the Financial Information eXchange (HAProxy manual 7.3.1): {@code tag=value} fields, each
 * ended by SOH.
 *
 * @see <a href="https://www.fixtrading.org/standards/tagvalue-online/">FIX, tag=value encoding</a>
 */
final class FixConverters {
    private static final byte SOH = 1;
    /** {@code 8=FIX.4.2|9=5|35=0|10=161|}: nothing is said of less. */
    private static final int MIN_BYTES = 26;

    private static final int BEGIN_STRING = 8;
    private static final int BODY_LENGTH = 9;
    private static final int MSG_TYPE = 35;
    private static final int CHECK_SUM = 10;
    private static final int CHECK_SUM_DIGITS = 3;
    private static final Map<String, Long> NAMES = Map.of(
            "beginstring", (long) BEGIN_STRING,
            "bodylength", (long) BODY_LENGTH,
            "msgtype", (long) MSG_TYPE,
            "sendercompid", 49L,
            "targetcompid", 56L,
            "checksum", (long) CHECK_SUM);
    private static final List<byte[]> VERSIONS = List.of(
            Text.bytes("FIX.4.0"),
            Text.bytes("FIX.4.1"),
            Text.bytes("FIX.4.2"),
            Text.bytes("FIX.4.3"),
            Text.bytes("FIX.4.4"),
            Text.bytes("FIXT.1.1"));

    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("fix_is_valid")
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BOOLEAN)
                    .doc("whether it is a valid FIX message; nothing while bytes are missing")
                    .simply((facts, in) -> {
                        Validity validity = validity(in);
                        in.set(validity == Validity.VALID);
                        return validity != Validity.INCOMPLETE;
                    }),
            converter("fix_tag_value")
                    .args(string("tag"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("the value of the first field with that tag of a FIX message")
                    .as(args -> {
                        long tag = tag(args.string(0));
                        return (facts, in) -> find(in, tag);
                    }));

    private FixConverters() {}

    private enum Validity {
        VALID,
        INVALID,
        INCOMPLETE
    }

    private static long tag(String word) {
        Long named = NAMES.get(word.toLowerCase(Locale.ROOT));
        if (named != null) {
            return named;
        }
        byte[] digits = Text.bytes(word);
        long number = number(digits, 0, digits.length);
        if (number <= 0) {
            throw new SampleError("Unknown FIX tag name '" + word + "'");
        }
        return number;
    }

    /** The number whose digits fill the slice; negative where it is none. */
    private static long number(byte[] bytes, int start, int end) {
        if (start == end || end - start > 18) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static int indexOf(byte[] bytes, int from, int end, int b) {
        int at = from;
        while (at < end && bytes[at] != b) {
            at++;
        }
        return at;
    }

    private static boolean find(Sample in, long tag) {
        int at = in.start;
        while (at < in.end) {
            int equals = indexOf(in.bytes, at, in.end, '=');
            int end = indexOf(in.bytes, equals, in.end, SOH);
            if (end == in.end) {
                return false;
            }
            if (number(in.bytes, at, equals) == tag) {
                in.set(SampleType.BINARY, in.bytes, equals + 1, end);
                return true;
            }
            at = end + 1;
        }
        return false;
    }

    /** The first field is the version, the second the length of what stands between it and the last, the third the type. */
    private static Validity validity(Sample in) {
        byte[] bytes = in.bytes;
        if (in.length() < MIN_BYTES) {
            return Validity.INCOMPLETE;
        }
        int field = 0;
        int at = in.start;
        int bodyEnd = in.end;
        while (at < in.end) {
            int equals = indexOf(bytes, at, in.end, '=');
            int end = indexOf(bytes, equals, in.end, SOH);
            if (end == in.end) {
                return Validity.INCOMPLETE;
            }
            long tag = number(bytes, at, equals);
            field++;
            if (tag < 0 || !isInPlace(field, tag)) {
                return Validity.INVALID;
            }
            if (field == 1 && !isVersion(bytes, equals + 1, end)) {
                return Validity.INVALID;
            } else if (field == 2) {
                long length = number(bytes, equals + 1, end);
                if (length < 0) {
                    return Validity.INVALID;
                }
                if (length > in.end - end - 1) {
                    return Validity.INCOMPLETE;
                }
                bodyEnd = end + 1 + (int) length;
            } else if (tag == CHECK_SUM) {
                return at == bodyEnd
                                && end - equals - 1 == CHECK_SUM_DIGITS
                                && number(bytes, equals + 1, end) == sum(bytes, in.start, at)
                        ? Validity.VALID
                        : Validity.INVALID;
            }
            at = end + 1;
        }
        return Validity.INCOMPLETE;
    }

    private static boolean isInPlace(int field, long tag) {
        return switch (field) {
            case 1 -> tag == BEGIN_STRING;
            case 2 -> tag == BODY_LENGTH;
            case 3 -> tag == MSG_TYPE;
            default -> true;
        };
    }

    private static boolean isVersion(byte[] bytes, int start, int end) {
        for (byte[] version : VERSIONS) {
            if (Text.equals(bytes, start, end, version, false)) {
                return true;
            }
        }
        return false;
    }

    private static int sum(byte[] bytes, int start, int end) {
        int sum = 0;
        for (int i = start; i < end; i++) {
            sum += bytes[i];
        }
        return sum & 0xFF;
    }
}
