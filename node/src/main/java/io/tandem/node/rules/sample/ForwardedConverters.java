// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;

/**
 * Converters on one element of a {@code Forwarded} field (RFC 7239 section 4; HAProxy manual 7.3.1, from 2.8 on):
 * {@code for=192.0.2.1;proto=http}.
 */
final class ForwardedConverters {
    private static final List<byte[]> NAMES =
            List.of(Text.bytes("proto"), Text.bytes("host"), Text.bytes("for"), Text.bytes("by"));
    private static final int PROTO = 0;
    private static final int HOST = 1;
    private static final byte[] HTTP = Text.bytes("http");
    private static final byte[] HTTPS = Text.bytes("https");
    private static final byte[] UNKNOWN = Text.bytes("unknown");

    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("rfc7239_is_valid")
                    .returns(SampleType.BOOLEAN)
                    .doc("whether it is an element of a Forwarded field")
                    .simply((facts, in) -> {
                        in.set(read(facts, in, -1, new Sample()));
                        return true;
                    }),
            converter("rfc7239_field")
                    .args(string("field"))
                    .doc("the value of proto, host, for or by of an element of a Forwarded field")
                    .as(ForwardedConverters::field),
            converter("rfc7239_n2nn")
                    .returns(SampleType.ANY)
                    .doc("the name of a node of a Forwarded field: an address, 'unknown' or an obfuscated name")
                    .simply(ForwardedConverters::nodeName),
            converter("rfc7239_n2np")
                    .returns(SampleType.ANY)
                    .doc("the port of a node of a Forwarded field: a number or an obfuscated name")
                    .simply(ForwardedConverters::nodePort));

    private ForwardedConverters() {}

    private static int named(byte[] bytes, int start, int end) {
        for (int i = 0; i < NAMES.size(); i++) {
            if (Text.equals(bytes, start, end, NAMES.get(i), true)) {
                return i;
            }
        }
        return -1;
    }

    private static Converter field(Args args) {
        byte[] name = args.bytes(0);
        int wanted = named(name, 0, name.length);
        if (wanted < 0) {
            throw new SampleError("Unexpected field name '" + args.string(0)
                    + "'. Allowed values are 'proto', 'host', 'for' and 'by'");
        }
        return (facts, in) -> {
            Sample found = facts.scratch.other;
            found.set(SampleType.STRING, in.bytes, 0, 0);
            found.cursor = -1;
            if (!read(facts, in, wanted, found) || found.cursor < 0) {
                return false;
            }
            in.set(SampleType.STRING, found.bytes, found.start, found.end);
            return true;
        };
    }

    /**
     * Reads the pairs of an element.
     *
     * @param wanted which field's value to put into {@code out}, whose cursor is then 0; negative for none
     * @return whether all of it is well-formed, each name at most once
     */
    private static boolean read(Facts facts, Sample in, int wanted, Sample out) {
        byte[] bytes = in.bytes;
        int seen = 0;
        int at = in.start;
        while (true) {
            int name = at;
            while (at < in.end && isToken(bytes[at])) {
                at++;
            }
            int field = named(bytes, name, at);
            if (field < 0 || (seen & 1 << field) != 0 || at == in.end || bytes[at] != '=') {
                return false;
            }
            seen |= 1 << field;
            at++;
            Builder value = new Builder(facts.scratch);
            int end = value(bytes, at, in.end, value);
            Sample read = new Sample();
            if (end < 0 || !value.into(read) || !isGood(field, read)) {
                return false;
            }
            if (field == wanted) {
                out.set(SampleType.STRING, read.bytes, read.start, read.end);
                out.cursor = 0;
            }
            at = end;
            if (at == in.end) {
                return true;
            }
            if (bytes[at++] != ';') {
                return false;
            }
        }
    }

    /** Takes a token or a quoted string; answers what is behind it, negative where it is neither. */
    private static int value(byte[] bytes, int from, int end, Builder value) {
        int at = from;
        if (at == end || bytes[at] != '"') {
            while (at < end && isToken(bytes[at])) {
                value.append(bytes[at++]);
            }
            return at == from ? -1 : at;
        }
        at++;
        while (at < end && bytes[at] != '"') {
            if (bytes[at] == '\\' && at + 1 < end) {
                at++;
            }
            value.append(bytes[at++]);
        }
        return at == end ? -1 : at + 1;
    }

    private static boolean isToken(byte b) {
        return b > ' ' && b < 0x7F && "\"(),/:;<=>?@[\\]{}".indexOf(b) < 0;
    }

    private static boolean isGood(int field, Sample value) {
        if (field == PROTO) {
            return Text.equals(value.bytes, value.start, value.end, HTTP, true)
                    || Text.equals(value.bytes, value.start, value.end, HTTPS, true);
        }
        if (value.length() == 0) {
            return false;
        }
        if (field == HOST) {
            for (int i = value.start; i < value.end; i++) {
                if (value.bytes[i] <= ' ' || value.bytes[i] == '/' || value.bytes[i] == '@') {
                    return false;
                }
            }
            return true;
        }
        int name = nameEnd(value);
        return name > 0 && (name == value.end || isPort(value, name));
    }

    /** Where a node's name ends: at the colon of its port, or the end; negative where it is none. */
    private static int nameEnd(Sample node) {
        byte[] bytes = node.bytes;
        if (node.length() > 0 && bytes[node.start] == '[') {
            int close = node.start;
            while (close < node.end && bytes[close] != ']') {
                close++;
            }
            byte[] address = new byte[16];
            return close < node.end && Addresses.parseIpv6(bytes, node.start + 1, close, address, 0) ? close + 1 : -1;
        }
        int end = node.start;
        while (end < node.end && bytes[end] != ':') {
            end++;
        }
        boolean known = Text.equals(bytes, node.start, end, UNKNOWN, true)
                || isObfuscated(bytes, node.start, end)
                || Addresses.parseIpv4(bytes, node.start, end) >= 0;
        return known ? end : -1;
    }

    private static boolean isObfuscated(byte[] bytes, int start, int end) {
        if (end - start < 2 || bytes[start] != '_') {
            return false;
        }
        for (int i = start + 1; i < end; i++) {
            byte b = bytes[i];
            if (!(b >= '0' && b <= '9') && !(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') && "._-".indexOf(b) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPort(Sample node, int colon) {
        if (node.bytes[colon] != ':') {
            return false;
        }
        long port = Text.number(node.bytes, colon + 1, node.end);
        return (port >= 0 && port <= 65_535) || isObfuscated(node.bytes, colon + 1, node.end);
    }

    private static boolean nodeName(Facts facts, Sample in) {
        int end = nameEnd(in);
        if (end < 0 || (end < in.end && !isPort(in, end))) {
            return false;
        }
        boolean bracketed = in.bytes[in.start] == '[';
        in.set(SampleType.STRING, in.bytes, in.start + (bracketed ? 1 : 0), bracketed ? end - 1 : end);
        if (!Text.equals(in.bytes, in.start, in.end, UNKNOWN, true) && in.bytes[in.start] != '_') {
            return Casts.cast(SampleType.ADDRESS, facts.scratch, in);
        }
        return true;
    }

    private static boolean nodePort(Facts facts, Sample in) {
        int end = nameEnd(in);
        if (end < 0 || end == in.end || !isPort(in, end)) {
            return false;
        }
        long port = Text.number(in.bytes, end + 1, in.end);
        if (port >= 0) {
            in.set(port);
        } else {
            in.set(SampleType.STRING, in.bytes, end + 1, in.end);
        }
        return true;
    }
}
