// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What stands before a line's text. The text of one second is made once and kept; in the steady state a header is a copy, with
 * other milliseconds where it has any.
 *
 * <p>Not thread-safe; one per thread that logs.
 */
final class SyslogHeader {
    private static final DateTimeFormatter RFC3164 = DateTimeFormatter.ofPattern("MMM d HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter PADDED = DateTimeFormatter.ofPattern("MMM  d HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.000000xxx", Locale.ROOT);

    /** From the T of an ISO date to its milliseconds. */
    private static final int MILLIS = "T12:00:00.".length();

    private final LogTarget.Format format;
    private final int facility;
    private final @Nullable String hostName;
    private final String tag;
    private final long pid;
    private final byte[][] kept = new byte[8][];
    private final int[] millisAt = new int[8];
    private long keptSecond = Long.MIN_VALUE;

    SyslogHeader(LogTarget.Format format, int facility, LogWriter.Identity identity) {
        this.format = format;
        this.facility = facility;
        hostName = identity.hostName();
        tag = identity.tag();
        pid = identity.pid();
    }

    /**
     * The header of a line sent now; valid until the next call. That of RFC 5424 lacks its structured data.
     *
     * @param level 0..7
     * @param nowMs wall clock, milliseconds since 1970
     */
    byte[] of(int level, long nowMs) {
        long second = Math.floorDiv(nowMs, 1000L);
        if (second != keptSecond) {
            Arrays.fill(kept, null);
            keptSecond = second;
        }
        byte[] header = kept[level];
        if (header == null) {
            String text = make(level, nowMs);
            header = text.getBytes(StandardCharsets.UTF_8);
            kept[level] = header;
            millisAt[level] = hasFraction() ? text.indexOf('T') + MILLIS : -1;
        }
        int at = millisAt[level];
        if (at >= 0) {
            int ms = (int) (nowMs - second * 1000);
            header[at] = (byte) ('0' + ms / 100);
            header[at + 1] = (byte) ('0' + ms / 10 % 10);
            header[at + 2] = (byte) ('0' + ms % 10);
        }
        return header;
    }

    private boolean hasFraction() {
        return format == LogTarget.Format.RFC5424 || format == LogTarget.Format.TIMED || format == LogTarget.Format.ISO;
    }

    private String make(int level, long nowMs) {
        int priority = facility * 8 + level;
        ZonedDateTime now = Instant.ofEpochMilli(nowMs).atZone(ZoneId.systemDefault());
        return switch (format) {
            case AS_RECEIVED, LOCAL -> "<" + priority + ">" + date(now) + " " + tag + "[" + pid + "]: ";
            case RFC3164 ->
                "<" + priority + ">" + date(now) + " " + (hostName == null ? "localhost" : hostName) + " " + tag + "["
                        + pid + "]: ";
            case RFC5424 ->
                "<" + priority + ">1 " + ISO.format(now) + " " + (hostName == null ? "-" : hostName) + " " + tag + " "
                        + pid + " - ";
            case PRIORITY -> "<" + priority + ">";
            case SHORT -> "<" + level + ">";
            case TIMED -> "<" + level + ">" + ISO.format(now) + " ";
            case ISO -> ISO.format(now) + " ";
            case RAW -> "";
        };
    }

    /** {@code Nov  2 12:00:00}. */
    private static String date(ZonedDateTime time) {
        return (time.getDayOfMonth() < 10 ? PADDED : RFC3164).format(time);
    }
}
