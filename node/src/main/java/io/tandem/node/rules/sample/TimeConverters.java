// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;

/** Converters of times to text (HAProxy manual 7.3.1; those of milli- and microseconds from 2.9 on). */
final class TimeConverters {
    private static final long MILLIS = 1000;
    private static final long MICROS = 1_000_000;

    /** What {@link java.time} can hold, in seconds, with room for offsets. */
    private static final long FIRST = -60_000_000_000L;

    private static final long LAST = 250_000_000_000L;

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
                        ZonedDateTime time =
                                instant(in.number + offset, perSecond).atZone(zone);
                        return put(facts, in, StrfTime.format(format, time, perSecond > 1));
                    };
                });
    }

    private static Converter httpDate(Args args) {
        long offset = args.number(0, 0);
        long perSecond =
                switch (args.string(1)) {
                    case "", "s" -> 1;
                    case "ms" -> MILLIS;
                    case "us" -> MICROS;
                    default -> throw new SampleError("expects 's', 'ms' or 'us', got '" + args.string(1) + "'");
                };
        return (facts, in) -> put(
                facts,
                in,
                StrfTime.format(
                        "%a, %d %b %Y %H:%M:%S GMT",
                        instant(in.number + offset, perSecond).atZone(ZoneOffset.UTC), false));
    }

    private static Instant instant(long time, long perSecond) {
        long second = Math.floorDiv(time, perSecond);
        long nanos = Math.floorMod(time, perSecond) * (1_000_000_000L / perSecond);
        return Instant.ofEpochSecond(Math.max(FIRST, Math.min(second, LAST)), nanos);
    }

    private static boolean put(Facts facts, Sample in, String text) {
        Builder builder = new Builder(facts.scratch);
        byte[] bytes = Text.bytes(text);
        builder.append(bytes, 0, bytes.length);
        return builder.into(in);
    }
}
