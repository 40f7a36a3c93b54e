// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.integer;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Host;
import io.tandem.node.rules.sample.Parameter.Kind;
import io.tandem.node.setup.Assembly;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Fetches on nothing of the exchange: constants, variables, the clock, the process (HAProxy manual 7.3.2). */
final class InternalFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("always_true").returns(SampleType.BOOLEAN).doc("true").simply((facts, out) -> bool(out, true)),
            fetch("always_false").returns(SampleType.BOOLEAN).doc("false").simply((facts, out) -> bool(out, false)),
            fetch("bool")
                    .args(string("value"))
                    .returns(SampleType.BOOLEAN)
                    .doc("that value")
                    .as(InternalFetches::constantBoolean),
            fetch("int")
                    .args(integer("value"))
                    .returns(SampleType.INTEGER)
                    .doc("that value")
                    .as(args -> {
                        long value = args.number(0, 0);
                        return (facts, out) -> number(out, value);
                    }),
            fetch("str").args(string("value")).doc("that value").as(args -> {
                byte[] value = args.bytes(0);
                return (facts, out) -> {
                    out.text(value);
                    return true;
                };
            }),
            fetch("bin")
                    .args(string("hex"))
                    .returns(SampleType.BINARY)
                    .doc("that value")
                    .as(args -> {
                        byte[] value = Hex.parse(args.string(0));
                        return (facts, out) -> {
                            out.set(SampleType.BINARY, value, 0, value.length);
                            return true;
                        };
                    }),
            fetch("ipv4")
                    .args(Parameter.of(Kind.IPV4))
                    .returns(SampleType.IPV4)
                    .doc("that value")
                    .as(args -> {
                        long value = args.number(0, 0);
                        return (facts, out) -> {
                            out.ipv4(value);
                            return true;
                        };
                    }),
            fetch("ipv6")
                    .args(Parameter.of(Kind.IPV6))
                    .returns(SampleType.IPV6)
                    .doc("that value")
                    .as(args -> {
                        byte[] value = args.address(0, new byte[16]);
                        return (facts, out) -> {
                            out.set(SampleType.IPV6, value, 0, 16);
                            return true;
                        };
                    }),
            fetch("meth")
                    .args(string("method"))
                    .returns(SampleType.METHOD)
                    .doc("that value")
                    .as(args -> {
                        byte[] value = args.bytes(0);
                        return (facts, out) -> {
                            out.set(SampleType.METHOD, value, 0, value.length);
                            return true;
                        };
                    }),
            fetch("env")
                    .args(string("name"))
                    .doc("an environment variable as it was at start")
                    .as(InternalFetches::env),
            fetch("var")
                    .args(string("name"), optionalString("default"))
                    .returns(SampleType.ANY)
                    .doc("a variable")
                    .as(InternalFetches::variable),
            fetch("date")
                    .args(optionalInteger("offset"), optionalString("unit"))
                    .returns(SampleType.INTEGER)
                    .doc("the time, in seconds since 1970 unless another unit is asked for")
                    .as(InternalFetches::date),
            fetch("date_us")
                    .returns(SampleType.INTEGER)
                    .doc("the microseconds of the time")
                    .simply((facts, out) -> {
                        return number(out, micros(facts) % 1_000_000);
                    }),
            fetch("rand")
                    .args(optionalInteger("range"))
                    .returns(SampleType.INTEGER)
                    .doc("a random number below the range, or of 32 bits")
                    .as(args -> {
                        long range = args.number(0, 0);
                        long bound = range > 0 ? range : 1L << 32;
                        return (facts, out) ->
                                number(out, ThreadLocalRandom.current().nextLong(bound));
                    }),
            fetch("uuid")
                    .args(optionalInteger("version"))
                    .doc("a UUID of version 4, random, or 7, whose order is that of time (RFC 9562)")
                    .as(InternalFetches::uuid),
            fetch("nbproc")
                    .returns(SampleType.INTEGER)
                    .doc("the number of processes: 1")
                    .simply((facts, out) -> number(out, 1)),
            fetch("proc")
                    .returns(SampleType.INTEGER)
                    .doc("the number of the process: 1")
                    .simply((facts, out) -> number(out, 1)),
            fetch("thread")
                    .returns(SampleType.INTEGER)
                    .doc("the number of the event loop, from 0")
                    .simply((facts, out) -> number(out, facts.loop.index())),
            fetch("pid").returns(SampleType.INTEGER).doc("the process's number").simply((facts, out) -> {
                return number(out, Host.pid());
            }),
            fetch("hostname").doc("the name of this host").simply((facts, out) -> {
                out.text(Host.name());
                return true;
            }));

    private static final int UUID_LENGTH = 36;
    private static final byte[] UUID_DIGITS = Text.bytes("0123456789abcdef");

    private InternalFetches() {}

    static boolean bool(Sample out, boolean value) {
        out.set(value);
        return true;
    }

    static boolean number(Sample out, long value) {
        out.set(value);
        return true;
    }

    private static Fetch constantBoolean(Args args) {
        boolean value =
                switch (args.string(0)) {
                    case "true", "1" -> true;
                    case "false", "0" -> false;
                    default -> throw new SampleError("Expects 'true', 'false', '0' or '1'");
                };
        return (facts, out) -> bool(out, value);
    }

    private static Fetch env(Args args) {
        Assembly assembly = args.site().assembly();
        String text = assembly == null ? null : assembly.drafts().environment().get(args.string(0));
        if (text == null) {
            return (facts, out) -> false;
        }
        byte[] value = Text.bytes(text);
        return (facts, out) -> {
            out.text(value);
            return true;
        };
    }

    private static Fetch variable(Args args) {
        Variable variable = Variable.parse(args.string(0));
        byte[] otherwise = args.bytes(1);
        boolean hasDefault = args.count() > 1;
        return (facts, out) -> {
            if (facts.variables(variable.scope()).get(variable.name(), facts.scratch, out)) {
                return true;
            }
            out.text(otherwise);
            return hasDefault;
        };
    }

    private static Fetch date(Args args) {
        long offset = args.number(0, 0);
        TimeUnitName unit = TimeUnitName.of(args.string(1));
        return (facts, out) -> number(out, unit.ofMicros(micros(facts)) + offset);
    }

    /** Microseconds since 1970: the loop's clock, whose finer digits are those of the monotonic one. */
    private static long micros(Facts facts) {
        return facts.loop.nowMs() * 1000 + facts.loop.nowNs() / 1000 % 1000;
    }

    private static Fetch uuid(Args args) {
        long version = args.number(0, 4);
        if (version != 4 && version != 7) {
            throw new SampleError("Unsupported UUID version: '" + version + "'");
        }
        return (facts, out) -> {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            long high = version == 4 ? random.nextLong() : facts.loop.nowMs() << 16 | random.nextInt(1 << 16);
            return writeUuid(high & ~0xF000L | version << 12, random.nextLong() >>> 2 | 1L << 63, facts.scratch, out);
        };
    }

    private static boolean writeUuid(long high, long low, Scratch scratch, Sample out) {
        if (scratch.room() < UUID_LENGTH) {
            return false;
        }
        byte[] bytes = scratch.bytes();
        int start = scratch.claim(UUID_LENGTH);
        int at = start;
        for (int digit = 0; digit < 32; digit++) {
            if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
                bytes[at++] = '-';
            }
            long half = digit < 16 ? high : low;
            bytes[at++] = UUID_DIGITS[(int) (half >>> (60 - digit % 16 * 4)) & 0xF];
        }
        out.set(SampleType.STRING, bytes, start, at);
        return true;
    }
}
