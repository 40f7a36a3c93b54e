// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * What stands before a line's text. The text of one second is made once and kept: in the steady state a header is a copy.
 *
 * <p>Not thread-safe; one per thread that logs.
 */
final class SyslogHeader {
    private static final DateTimeFormatter RFC3164 = DateTimeFormatter.ofPattern("MMM d HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter PADDED = DateTimeFormatter.ofPattern("MMM  d HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter RFC5424 =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx", Locale.ROOT);
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxxx", Locale.ROOT);

    private final LogTarget.Format format;
    private final int facility;
    private final String hostName;
    private final String tag;
    private final long pid;
    private final byte[][] kept = new byte[8][];
    private long keptSecond = Long.MIN_VALUE;

    SyslogHeader(LogTarget target, LogWriter.Identity identity) {
        format = target.format();
        facility = target.facility();
        hostName = identity.hostName();
        tag = identity.tag();
        pid = identity.pid();
    }

    /**
     * The header of a line sent now.
     *
     * @param level 0..7
     * @param nowMs wall clock, milliseconds since 1970
     */
    byte[] of(int level, long nowMs) {
        boolean exact = format == LogTarget.Format.RFC5424 || format == LogTarget.Format.TIMED;
        if (exact) {
            return make(level, nowMs);
        }
        long second = Math.floorDiv(nowMs, 1000L);
        if (second != keptSecond) {
            java.util.Arrays.fill(kept, null);
            keptSecond = second;
        }
        byte[] header = kept[level];
        if (header == null) {
            header = make(level, nowMs);
            kept[level] = header;
        }
        return header;
    }

    private byte[] make(int level, long nowMs) {
        int priority = facility * 8 + level;
        ZonedDateTime now = Instant.ofEpochMilli(nowMs).atZone(ZoneId.systemDefault());
        String text =
                switch (format) {
                    case LOCAL -> "<" + priority + ">" + date(now) + " " + tag + "[" + pid + "]: ";
                    case RFC3164 -> "<" + priority + ">" + date(now) + " " + hostName + " " + tag + "[" + pid + "]: ";
                    case RFC5424 ->
                        "<" + priority + ">1 " + RFC5424.format(now) + " " + hostName + " " + tag + " " + pid + " - - ";
                    case PRIORITY -> "<" + priority + ">";
                    case SHORT -> "<" + level + ">";
                    case TIMED -> "<" + level + ">" + RFC5424.format(now) + " ";
                    case ISO -> ISO.format(now) + " ";
                    case RAW -> "";
                };
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String date(ZonedDateTime time) {
        return (time.getDayOfMonth() < 10 ? PADDED : RFC3164).format(time);
    }
}
