// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** Converters of times to text (HAProxy manual 7.3.1; those of milli- and microseconds from 2.9 on). */
final class TimeConverters {
    private static final long MILLIS = 1000;
    private static final long MICROS = 1_000_000;
    private static final long FAR = 1L << 55;

    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("http_date")
                    .args(optionalInteger("offset"), optionalString("unit"))
                    .accepts(SampleType.INTEGER)
                    .doc("a time as HTTP writes it")
                    .as(TimeConverters::httpDate),
            time("ltime", "seconds", 1, ZoneId.systemDefault()),
            time("utime", "seconds", 1, ZoneOffset.UTC),
            time("ms_ltime", "milliseconds", MILLIS, ZoneId.systemDefault()),
            time("ms_utime", "milliseconds", MILLIS, ZoneOffset.UTC),
            time("us_ltime", "microseconds", MICROS, ZoneId.systemDefault()),
            time("us_utime", "microseconds", MICROS, ZoneOffset.UTC));

    private TimeConverters() {}

    private static Keyword<ConverterKind> time(String name, String unit, long perSecond, ZoneId zone) {
        return converter(name)
                .args(string("format"), optionalInteger("offset"))
                .accepts(SampleType.INTEGER)
                .doc("a time in " + unit + (zone.equals(ZoneOffset.UTC) ? " in UTC" : " in local time")
                        + ", by a format of strftime")
                .as(args -> {
                    String format = args.string(0);
                    long offset = args.number(1, 0);
                    return (facts, in) -> {
                        long moment = (perSecond == 1 ? CivilTime.bounded(in.number) : in.number) + offset;
                        long nanos = Math.floorMod(moment, perSecond) * (1_000_000_000L / perSecond);
                        CivilTime time = CivilTime.of(bounded(Math.floorDiv(moment, perSecond)), (int) nanos, zone);
                        return put(facts, in, StrfTime.format(format, time, perSecond > 1));
                    };
                });
    }

    /** Of finer units HAProxy tells the rest too, without zeros in front. */
    private static Converter httpDate(Args args) {
        long offset = args.number(0, 0);
        long perSecond =
                switch (args.string(1)) {
                    case "", "s" -> 1;
                    case "ms" -> MILLIS;
                    case "us" -> MICROS;
                    default -> throw new SampleError("expects 's', 'ms' or 'us', got '" + args.string(1) + "'");
                };
        return (facts, in) -> {
            long moment = in.number + offset;
            CivilTime time = CivilTime.of(CivilTime.bounded(moment / perSecond), 0, ZoneOffset.UTC);
            String rest = perSecond == 1 ? "" : "." + moment % perSecond;
            return put(facts, in, StrfTime.format("%a, %d %b %Y %H:%M:%S", time, false) + rest + " GMT");
        };
    }

    private static long bounded(long second) {
        return Math.max(-FAR, Math.min(second, FAR));
    }

    private static boolean put(Facts facts, Sample in, String text) {
        Builder builder = new Builder(facts.scratch);
        byte[] bytes = Text.bytes(text);
        builder.append(bytes, 0, bytes.length);
        return builder.into(in);
    }
}
