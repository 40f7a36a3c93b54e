// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Converters on integers: 64 bits, additions and multiplications stop at the limits (HAProxy manual 7.3.1). */
final class NumberConverters {
    static final List<Keyword<ConverterKind>> ALL = List.of(
            binary("add", "the sum", NumberConverters::add),
            binary("sub", "the difference", (a, b) -> add(a, b == Long.MIN_VALUE ? Long.MAX_VALUE : -b)),
            binary("mul", "the product", NumberConverters::multiply),
            binary("div", "the quotient; of a division by zero the largest number", NumberConverters::divide),
            binary("mod", "the remainder; of a division by zero 0", (a, b) -> b == 0 || b == -1 ? 0 : a % b),
            binary("and", "the bits both have", (a, b) -> a & b),
            binary("or", "the bits either has", (a, b) -> a | b),
            binary("xor", "the bits one of them has", (a, b) -> a ^ b),
            unary("neg", "the number with its sign changed", a -> a == Long.MIN_VALUE ? Long.MAX_VALUE : -a),
            unary("cpl", "the bits inverted", a -> ~a),
            bool("bool", "whether it is not 0", a -> a != 0),
            bool("not", "whether it is 0", a -> a == 0),
            bool("odd", "whether it is odd", a -> (a & 1) != 0),
            bool("even", "whether it is even", a -> (a & 1) == 0));

    private NumberConverters() {}

    @FunctionalInterface
    private interface Test {
        boolean of(long number);
    }

    private static Keyword<ConverterKind> unary(String name, String doc, LongUnaryOperator operator) {
        return converter(name)
                .accepts(SampleType.INTEGER)
                .returns(SampleType.INTEGER)
                .doc(doc)
                .simply((facts, in) -> InternalFetches.number(in, operator.applyAsLong(in.number)));
    }

    private static Keyword<ConverterKind> bool(String name, String doc, Test test) {
        return converter(name)
                .accepts(SampleType.INTEGER)
                .returns(SampleType.BOOLEAN)
                .doc(doc)
                .simply((facts, in) -> {
                    in.set(test.of(in.number));
                    return true;
                });
    }

    private static Keyword<ConverterKind> binary(String name, String doc, LongBinaryOperator operator) {
        return converter(name)
                .args(string("value"))
                .accepts(SampleType.INTEGER)
                .returns(SampleType.INTEGER)
                .doc(doc + "; the other operand is a number or a variable")
                .as(args -> {
                    Operand operand = Operand.of(args.string(0));
                    return (facts, in) -> {
                        long other = operand.value(facts);
                        return other != Text.NO_NUMBER
                                && InternalFetches.number(in, operator.applyAsLong(in.number, other));
                    };
                });
    }

    /** A number as written, or a variable's. */
    private record Operand(java.util.Optional<Variable> variable, long number) {
        static Operand of(String text) {
            if (text.matches("[-+]?[0-9]*")) {
                byte[] bytes = Text.bytes(text);
                return new Operand(java.util.Optional.empty(), Text.prefixNumber(bytes, 0, bytes.length));
            }
            try {
                return new Operand(java.util.Optional.of(Variable.parse(text)), 0);
            } catch (SampleError error) {
                throw new SampleError("expects an integer or a variable name");
            }
        }

        long value(Facts facts) {
            if (variable.isEmpty()) {
                return number;
            }
            Sample other = facts.scratch.other;
            Variable name = variable.get();
            return facts.variables(name.scope()).get(name.name(), facts.scratch, other)
                            && Casts.cast(SampleType.INTEGER, facts.scratch, other)
                    ? other.number
                    : Text.NO_NUMBER;
        }
    }

    private static long add(long a, long b) {
        long sum = a + b;
        if (((a ^ sum) & (b ^ sum)) < 0) {
            return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return sum;
    }

    private static long multiply(long a, long b) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        if ((high == 0 && low >= 0) || (high == -1 && low < 0)) {
            return low;
        }
        return (a < 0) == (b < 0) ? Long.MAX_VALUE : Long.MIN_VALUE;
    }

    private static long divide(long a, long b) {
        if (b == 0) {
            return Long.MAX_VALUE;
        }
        return a == Long.MIN_VALUE && b == -1 ? Long.MAX_VALUE : a / b;
    }
}
