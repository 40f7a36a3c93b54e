// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.integer;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converters on text (HAProxy manual 7.3.1). */
final class TextConverters {
    private static final Keyword<ConverterKind> LOWER = converter("lower")
            .doc("the text with ASCII letters in lower case")
            .simply((facts, text) -> mapAscii(facts.scratch, text, 'A', 32));

    private static final Keyword<ConverterKind> UPPER = converter("upper")
            .doc("the text with ASCII letters in upper case")
            .simply((facts, text) -> mapAscii(facts.scratch, text, 'a', -32));

    private static final Keyword<ConverterKind> FIELD = converter("field")
            .args(integer("index"), string("delimiters"), optionalInteger("count"))
            .doc("the index-th field between any of the delimiters; a negative index counts from the end")
            .as(args -> new Pieces(args, false)::take);

    private static final Keyword<ConverterKind> WORD = converter("word")
            .args(integer("index"), string("delimiters"), optionalInteger("count"))
            .doc("the index-th word; several delimiters in a row count as one")
            .as(args -> new Pieces(args, true)::take);

    private static final Keyword<ConverterKind> BYTES = converter("bytes")
            .args(integer("offset"), optionalInteger("length"))
            .accepts(SampleType.BINARY)
            .returns(SampleType.BINARY)
            .doc("a part of the bytes")
            .as(args -> {
                int offset = args.integer(0, 0);
                int length = args.has(1) ? args.integer(1, 0) : Integer.MAX_VALUE;
                if (offset < 0 || length < 0) {
                    throw new SampleError("offset and length must not be negative");
                }
                return (facts, in) -> {
                    int start = in.start + Math.min(in.length(), offset);
                    in.set(SampleType.BINARY, in.bytes, start, length < in.end - start ? start + length : in.end);
                    return true;
                };
            });

    private static final Keyword<ConverterKind> LENGTH = converter("length")
            .returns(SampleType.INTEGER)
            .doc("how many bytes the text has")
            .simply((facts, in) -> InternalFetches.number(in, in.length()));

    private static final Keyword<ConverterKind> LTRIM = converter("ltrim")
            .args(string("characters"))
            .doc("the text without those characters at its start")
            .as(args -> {
                byte[] set = args.bytes(0);
                return (facts, in) -> {
                    while (in.start < in.end && contains(set, in.bytes[in.start])) {
                        in.start++;
                    }
                    return true;
                };
            });

    private static final Keyword<ConverterKind> RTRIM = converter("rtrim")
            .args(string("characters"))
            .doc("the text without those characters at its end")
            .as(args -> {
                byte[] set = args.bytes(0);
                return (facts, in) -> {
                    while (in.start < in.end && contains(set, in.bytes[in.end - 1])) {
                        in.end--;
                    }
                    return true;
                };
            });

    private static final Keyword<ConverterKind> CUT_CRLF = converter("cut_crlf")
            .doc("the text up to its first CR or LF")
            .simply((facts, in) -> {
                for (int i = in.start; i < in.end; i++) {
                    if (in.bytes[i] == '\r' || in.bytes[i] == '\n') {
                        in.end = i;
                    }
                }
                return true;
            });

    private static final Keyword<ConverterKind> CONCAT = converter("concat")
            .args(optionalString("start"), optionalString("variable"), optionalString("end"))
            .doc("the text, then the start, the variable's value and the end")
            .as(TextConverters::concat);

    private static final Keyword<ConverterKind> ADD_ITEM = converter("add_item")
            .args(string("delimiter"), string("variable"), optionalString("suffix"))
            .doc("the text with an item appended: the variable's value and the suffix")
            .as(TextConverters::addItem);

    private static final Keyword<ConverterKind> IIF = converter("iif")
            .args(string("true"), string("false"))
            .accepts(SampleType.BOOLEAN)
            .doc("one text or the other")
            .as(args -> {
                byte[] yes = args.bytes(0);
                byte[] no = args.bytes(1);
                return (facts, in) -> {
                    in.text(in.number != 0 ? yes : no);
                    return true;
                };
            });

    private static final Keyword<ConverterKind> STRCMP = converter("strcmp")
            .args(string("variable"))
            .returns(SampleType.INTEGER)
            .doc("below, at or above 0 as the text sorts before, with or behind the variable's value")
            .as(args -> {
                Variable variable = comparedVariable(args);
                return (facts, in) -> {
                    Sample other = facts.scratch.other;
                    return facts.variables(variable.scope()).get(variable.name(), facts.scratch, other)
                            && Casts.cast(SampleType.STRING, facts.scratch, other)
                            && InternalFetches.number(in, compare(in, other));
                };
            });

    private static final Keyword<ConverterKind> REGSUB = converter("regsub")
            .args(string("regex"), string("substitution"), optionalString("flags"))
            .doc("the text with what the regex matches replaced; flags g (everywhere) and i (any case)")
            .as(TextConverters::regsub);

    private static final Keyword<ConverterKind> HOST_ONLY = converter("host_only")
            .doc("the host of a Host field in lower case, without its port")
            .simply((facts, in) -> {
                in.end = hostEnd(in);
                return mapAscii(facts.scratch, in, 'A', 32);
            });

    private static final Keyword<ConverterKind> PORT_ONLY = converter("port_only")
            .returns(SampleType.INTEGER)
            .doc("the port of a Host field, 0 for none")
            .simply((facts, in) -> InternalFetches.number(in, port(in)));

    private static final Keyword<ConverterKind> PARAM = converter("param")
            .args(string("name"), optionalString("delimiters"))
            .doc(
                    "the value of the first name=value of that name; any of the delimiters, & at first, stands between them")
            .as(TextConverters::param);

    private static final Keyword<ConverterKind> LANGUAGE = converter("language")
            .args(string("value"), optionalString("default"))
            .doc("which of some languages an Accept-Language field prefers")
            .as(args -> new Language(args)::convert);

    static final List<Keyword<ConverterKind>> ALL = List.of(
            LANGUAGE, PARAM, LOWER, UPPER, FIELD, WORD, BYTES, LENGTH, LTRIM, RTRIM, CUT_CRLF, CONCAT, ADD_ITEM, IIF,
            STRCMP, REGSUB, HOST_ONLY, PORT_ONLY);

    private TextConverters() {}

    /** From HAProxy 2.7 on. A name without an equals sign has an empty value. */
    private static Converter param(Args args) {
        byte[] name = args.bytes(0);
        byte[] delimiters = args.has(1) ? args.bytes(1) : Text.bytes("&");
        return (facts, in) -> {
            int at = in.start;
            while (at < in.end) {
                int end = at;
                while (end < in.end && !contains(delimiters, in.bytes[end])) {
                    end++;
                }
                int value = at + name.length;
                if (Text.startsWith(in.bytes, at, end, name, false) && (value == end || in.bytes[value] == '=')) {
                    in.start = Math.min(end, value + 1);
                    in.end = end;
                    return true;
                }
                at = end + 1;
            }
            return false;
        };
    }

    private static boolean mapAscii(Scratch scratch, Sample text, char first, int shift) {
        int length = Math.min(text.length(), scratch.room() - 1); // cut where HAProxy does
        if (length < 0) {
            return false;
        }
        int at = scratch.claim(length);
        byte[] out = scratch.bytes();
        for (int i = 0; i < length; i++) {
            byte b = text.bytes[text.start + i];
            out[at + i] = b >= first && b < first + 26 ? (byte) (b + shift) : b;
        }
        text.set(SampleType.STRING, out, at, at + length);
        return true;
    }

    private static boolean contains(byte[] set, byte b) {
        for (byte member : set) {
            if (member == b) {
                return true;
            }
        }
        return false;
    }

    /** The last colon behind any bracket, or the end. */
    private static int hostEnd(Sample in) {
        for (int i = in.end - 1; i >= in.start && in.bytes[i] != ']'; i--) {
            if (in.bytes[i] == ':') {
                return i;
            }
        }
        return in.end;
    }

    /** What HAProxy makes of the text behind the colon, be it digits or not. */
    private static long port(Sample in) {
        int port = 0;
        for (int i = hostEnd(in) + 1; i < in.end; i++) {
            port = port * 10 + (in.bytes[i] & 0xFF) - '0';
        }
        return port & 0xFFFFFFFFL;
    }

    private static int compare(Sample a, Sample b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            int difference = (a.bytes[a.start + i] & 0xFF) - (b.bytes[b.start + i] & 0xFF);
            if (difference != 0) {
                return difference;
            }
        }
        return Integer.signum(a.length() - b.length());
    }

    /** The variable that a value is compared with. */
    static Variable comparedVariable(Args args) {
        if (!args.has(0)) {
            throw new SampleError("missing variable name");
        }
        try {
            return Variable.parse(args.string(0));
        } catch (SampleError error) {
            throw new SampleError("failed to register variable name '" + args.string(0) + "'");
        }
    }

    private static @Nullable Variable optionalVariable(Args args, int index) {
        if (!args.has(index)) {
            return null;
        }
        try {
            return Variable.parse(args.string(index));
        } catch (SampleError error) {
            throw new SampleError("failed to register variable name '" + args.string(index) + "'");
        }
    }

    private static Converter concat(Args args) {
        byte[] before = args.bytes(0);
        Variable variable = optionalVariable(args, 1);
        byte[] after = args.bytes(2);
        return (facts, in) -> {
            Sample other = facts.scratch.other;
            boolean has = variable != null
                    && facts.variables(variable.scope()).get(variable.name(), facts.scratch, other)
                    && Casts.cast(SampleType.STRING, facts.scratch, other);
            Builder text = Builder.cutting(facts.scratch, 1);
            text.append(in);
            text.append(before, 0, before.length);
            if (has) {
                text.append(other);
            }
            text.append(after, 0, after.length);
            return text.into(in);
        };
    }

    private static Converter addItem(Args args) {
        byte[] delimiter = args.bytes(0);
        Variable variable = optionalVariable(args, 1);
        byte[] suffix = args.bytes(2);
        if (variable == null && suffix.length == 0) {
            throw new SampleError("one of the optional arguments has to be nonempty");
        }
        return (facts, in) -> {
            Sample other = facts.scratch.other;
            boolean has = variable != null
                    && facts.variables(variable.scope()).get(variable.name(), facts.scratch, other)
                    && Casts.cast(SampleType.STRING, facts.scratch, other);
            if ((!has || other.length() == 0) && suffix.length == 0) {
                return true;
            }
            Builder text = Builder.cutting(facts.scratch, 1);
            text.append(in);
            if (in.length() > 0) {
                text.append(delimiter, 0, delimiter.length);
            }
            if (has) {
                text.append(other);
            }
            text.append(suffix, 0, suffix.length);
            return text.into(in);
        };
    }

    private static Converter regsub(Args args) {
        for (char flag : args.string(2).toCharArray()) {
            if (flag != 'i' && flag != 'g') {
                throw new SampleError("invalid regex flag '" + flag + "', only 'i' and 'g' are supported");
            }
        }
        Regex regex = regex(args.string(0), args.string(2).contains("i"));
        byte[] substitution = args.bytes(1);
        boolean everywhere = args.string(2).contains("g");
        return (facts, in) -> regex.substitute(facts, in, substitution, everywhere);
    }

    /** HAProxy compiles it once all proxies are known. */
    private static Regex regex(String text, boolean ignoreCase) {
        if (text.isEmpty()) {
            throw new BackendReference.Missing("missing regex in arg 1");
        }
        try {
            return Regex.compile(text, ignoreCase);
        } catch (SampleError error) {
            throw new BackendReference.Missing("error in regex '" + text + "' in arg 1", " : " + error.text() + ".");
        }
    }

    /** {@code field} and {@code word}: pieces between delimiters, counted from either end. */
    private static final class Pieces {
        private final int index;
        private final byte[] delimiters;
        private final int count;
        private final boolean words;

        Pieces(Args args, boolean words) {
            index = args.integer(0, 0);
            if (index == 0) {
                throw new SampleError("Unexpected value 0 for index");
            }
            delimiters = args.bytes(1);
            if (delimiters.length == 0) {
                throw new SampleError("Empty separators list");
            }
            // 0 means up to the end
            count = args.has(2) ? args.integer(2, 1) : 1;
            this.words = words;
        }

        boolean take(Facts facts, Sample in) {
            return index > 0 ? fromStart(in) : fromEnd(in);
        }

        private boolean fromStart(Sample in) {
            int at = words ? skip(in, in.start) : in.start;
            int limit = in.end;
            int start = -1;
            for (int n = 1; at <= limit; n++) {
                if (n == index) {
                    start = at;
                }
                int end = pieceEnd(in, at);
                if (start >= 0 && count > 0 && n == index + count - 1) {
                    return set(in, start, end);
                }
                if (end == limit) {
                    break;
                }
                at = words ? skip(in, end) : end + 1;
                if (words && at == limit) {
                    break;
                }
            }
            return start >= 0 ? set(in, start, limit) : set(in, limit, limit) && words; // no field, but an empty word
        }

        private boolean fromEnd(Sample in) {
            int limit = in.end;
            if (words) {
                while (limit > in.start && contains(delimiters, in.bytes[limit - 1])) {
                    limit--;
                }
            }
            int end = -1;
            for (int n = 1; limit >= in.start; n++) {
                if (n == -index) {
                    end = limit;
                }
                int start = limit;
                while (start > in.start && !contains(delimiters, in.bytes[start - 1])) {
                    start--;
                }
                if (end >= 0 && count > 0 && n == -index + count - 1) {
                    return set(in, start, end);
                }
                if (start == in.start) {
                    break;
                }
                limit = start - 1;
                while (words && limit > in.start && contains(delimiters, in.bytes[limit - 1])) {
                    limit--;
                }
            }
            return end >= 0 ? set(in, in.start, end) : set(in, in.end, in.end) && words;
        }

        private int skip(Sample in, int from) {
            int at = from;
            while (at < in.end && contains(delimiters, in.bytes[at])) {
                at++;
            }
            return at;
        }

        private int pieceEnd(Sample in, int from) {
            int at = from;
            while (at < in.end && !contains(delimiters, in.bytes[at])) {
                at++;
            }
            return at;
        }

        private static boolean set(Sample in, int start, int end) {
            in.start = start;
            in.end = end;
            return true;
        }
    }
}
