// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Parameter.Kind;
import java.util.List;

/** Converters from one notation to another (HAProxy manual 7.3.1). */
final class CodecConverters {
    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("hex")
                    .accepts(SampleType.BINARY)
                    .doc("two hexadecimal digits a byte, in capitals")
                    .simply((facts, in) -> Casts.toHex(facts.scratch, in)),
            converter("hex2i")
                    .returns(SampleType.INTEGER)
                    .doc("hexadecimal digits as a number")
                    .simply(CodecConverters::hexToInteger),
            converter("base64")
                    .accepts(SampleType.BINARY)
                    .doc("base64")
                    .simply((facts, in) -> Base64Text.encode(facts.scratch, in)),
            converter("ub64enc")
                    .accepts(SampleType.BINARY)
                    .doc("base64 for URLs, without padding")
                    .simply((facts, in) -> Base64Text.encodeForUrl(facts.scratch, in)),
            converter("b64dec")
                    .returns(SampleType.BINARY)
                    .doc("what the base64 stands for")
                    .simply((facts, in) -> Base64Text.decode(facts.scratch, in)),
            converter("ub64dec")
                    .returns(SampleType.BINARY)
                    .doc("what the base64 of a URL stands for")
                    .simply((facts, in) -> Base64Text.decodeForUrl(facts.scratch, in)),
            converter("url_dec")
                    .args(optionalInteger("in_form"))
                    .doc("the text with %XX decoded, + too behind a question mark or where in_form is 1")
                    .as(CodecConverters::urlDecode),
            converter("url_enc")
                    .args(optionalString("charset"))
                    .doc("the text with what is special in URLs as %XX")
                    .as(CodecConverters::urlEncode),
            converter("json")
                    .args(optionalString("code"))
                    .doc("the text escaped for a JSON string")
                    .as(CodecConverters::json),
            converter("ipmask")
                    .args(Parameter.of(Kind.MASK4), Parameter.optional(Kind.MASK6))
                    .accepts(SampleType.ADDRESS)
                    .returns(SampleType.ADDRESS)
                    .doc("the network of an address")
                    .as(CodecConverters::ipMask));

    private CodecConverters() {}

    private static boolean hexToInteger(Facts facts, Sample in) {
        long number = 0;
        for (int i = in.start; i < in.end; i++) {
            int digit = Character.digit(in.bytes[i], 16);
            if (digit < 0) {
                return false;
            }
            number = (number << 4) | digit;
        }
        return InternalFetches.number(in, number);
    }

    static boolean put(Facts facts, Sample in, byte[] bytes, SampleType type) {
        if (bytes.length > facts.scratch.size()) {
            return false;
        }
        in.set(type, bytes, 0, bytes.length);
        return true;
    }

    private static Converter urlDecode(Args args) {
        boolean form = args.number(0, 0) != 0;
        return (facts, in) -> {
            boolean query = form;
            Builder text = new Builder(facts.scratch);
            for (int i = in.start; i < in.end; i++) {
                byte b = in.bytes[i];
                if (b == '%') {
                    int value = i + 2 < in.end ? hexPair(in.bytes, i + 1) : -1;
                    if (value < 0) {
                        return false;
                    }
                    text.append(value);
                    i += 2;
                } else {
                    query |= b == '?';
                    text.append(b == '+' && query ? ' ' : b);
                }
            }
            return text.into(in);
        };
    }

    private static int hexPair(byte[] bytes, int at) {
        int high = Character.digit(bytes[at], 16);
        int low = Character.digit(bytes[at + 1], 16);
        return high < 0 || low < 0 ? -1 : (high << 4) | low;
    }

    private static Converter urlEncode(Args args) {
        if (args.has(0) && !args.string(0).equals("query")) {
            throw new SampleError("Unexpected encode type. Allowed value is 'query'");
        }
        return (facts, in) -> {
            Builder text = Builder.cutting(facts.scratch, 1);
            for (int i = in.start; i < in.end; i++) {
                byte b = in.bytes[i];
                if (isUnreserved(b)) {
                    text.append(b);
                } else if (text.left() <= 3) {
                    break; // cut where HAProxy does
                } else {
                    text.append('%');
                    text.append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xF, 16)));
                    text.append(Character.toUpperCase(Character.forDigit(b & 0xF, 16)));
                }
            }
            return text.into(in);
        };
    }

    private static boolean isUnreserved(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '-'
                || b == '.'
                || b == '_'
                || b == '~';
    }

    private static Converter json(Args args) {
        String code = args.string(0);
        if (!List.of("", "ascii", "utf8", "utf8s", "utf8p", "utf8ps").contains(code)) {
            throw new SampleError("Unexpected input code type. Allowed value are 'ascii', 'utf8', 'utf8s', 'utf8p' and"
                    + " 'utf8ps'");
        }
        return new JsonText(code)::convert;
    }

    private static Converter ipMask(Args args) {
        long mask4 = args.number(0, 0xFFFFFFFFL);
        byte[] mask6 = args.address(1, Addresses.mask6(128));
        boolean hasMask6 = args.has(1);
        return (facts, in) -> {
            if (in.type == SampleType.IPV4) {
                in.number &= mask4;
                return true;
            }
            if (!hasMask6 || facts.scratch.room() < 16) {
                return false;
            }
            int at = facts.scratch.claim(16);
            byte[] out = facts.scratch.bytes();
            for (int i = 0; i < 16; i++) {
                out[at + i] = (byte) (in.bytes[in.start + i] & mask6[i]);
            }
            in.set(SampleType.IPV6, out, at, at + 16);
            return true;
        };
    }
}
