// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;

/** Converters between bytes and numbers (HAProxy manual 7.3.1). */
final class BinaryConverters {
    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("be2hex")
                    .args(optionalString("separator"), optionalInteger("chunk_size"), optionalInteger("truncate"))
                    .accepts(SampleType.BINARY)
                    .doc("two hexadecimal digits a byte, a separator between chunks")
                    .as(BinaryConverters::chunksToHex),
            converter("be2dec")
                    .args(string("separator"), optionalInteger("chunk_size"), optionalInteger("truncate"))
                    .accepts(SampleType.BINARY)
                    .doc("a decimal number for each chunk, its highest byte first, a separator between them")
                    .as(args -> chunksToDecimal(args, true)),
            converter("le2dec")
                    .args(string("separator"), optionalInteger("chunk_size"), optionalInteger("truncate"))
                    .accepts(SampleType.BINARY)
                    .doc("a decimal number for each chunk, its lowest byte first, a separator between them")
                    .as(args -> chunksToDecimal(args, false)),
            converter("htonl")
                    .accepts(SampleType.INTEGER)
                    .returns(SampleType.BINARY)
                    .doc("the low 32 bits as four bytes, the highest first")
                    .simply(BinaryConverters::toNetworkOrder));

    private BinaryConverters() {}

    private static boolean toNetworkOrder(Facts facts, Sample in) {
        if (facts.scratch.room() < 4) {
            return false;
        }
        int at = facts.scratch.claim(4);
        byte[] out = facts.scratch.bytes();
        for (int i = 0; i < 4; i++) {
            out[at + i] = (byte) (in.number >> (24 - 8 * i));
        }
        in.set(SampleType.BINARY, out, at, at + 4);
        return true;
    }

    private static boolean truncates(Args args) {
        long truncate = args.number(2, 0);
        if (truncate != 0 && truncate != 1) {
            throw new SampleError("Unsupported truncate value (" + truncate + ")");
        }
        return truncate == 1;
    }

    private static Converter chunksToHex(Args args) {
        long chunk = args.number(1, 0);
        if (chunk <= 0 && (args.has(0) || args.number(2, 0) != 0)) {
            throw new SampleError("chunk_size needs to be positive (" + chunk + ")");
        }
        boolean truncates = truncates(args);
        byte[] separator = args.bytes(0);
        return (facts, in) -> {
            int size = (int) Math.min(chunk > 0 ? chunk : Integer.MAX_VALUE, Math.max(1, in.length()));
            int end = truncates ? in.start + in.length() / size * size : in.end;
            Builder text = Builder.cutting(facts.scratch, 0);
            for (int at = in.start; at < end && text.left() >= 2 + separator.length; at++) {
                if (at > in.start && (at - in.start) % size == 0) {
                    text.append(separator, 0, separator.length);
                }
                text.append(Casts.hexDigit(in.bytes[at] >> 4));
                text.append(Casts.hexDigit(in.bytes[at]));
            }
            return text.into(in);
        };
    }

    private static Converter chunksToDecimal(Args args, boolean highestFirst) {
        long chunk = args.number(1, 0);
        if (chunk < 1 || chunk > 8) {
            throw new SampleError("chunk_size out of [1..8] range (" + chunk + ")");
        }
        boolean truncates = truncates(args);
        byte[] separator = args.bytes(0);
        return (facts, in) -> {
            int size = (int) chunk;
            int end = truncates ? in.start + in.length() / size * size : in.end;
            Builder text = Builder.cutting(facts.scratch, 1);
            for (int at = in.start; at < end && text.left() > separator.length; at += size) {
                int before = text.length();
                if (at > in.start) {
                    text.append(separator, 0, separator.length);
                }
                int last = Math.min(at + size, end) - 1;
                long number = 0;
                for (int i = at; i <= last; i++) {
                    number = number << 8 | in.bytes[highestFirst ? i : last - (i - at)] & 0xFF;
                }
                if (!text.appendUnsigned(number)) {
                    text.length(before);
                    break;
                }
            }
            return text.into(in);
        };
    }
}
