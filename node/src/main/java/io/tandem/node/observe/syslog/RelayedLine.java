// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.syslog;

import io.tandem.node.observe.log.LogTarget;
import io.tandem.node.observe.log.Relay;
import io.tandem.node.observe.syslog.SyslogMessage.Kind;
import io.tandem.node.observe.syslog.SyslogMessage.Part;
import io.tandem.node.rules.sample.Output;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A message in the form that a target wants. What the message does not have stands there as HAProxy has it: the time of its
 * coming, {@code localhost} or {@code -}, the facility of the {@code log} line. One per event loop.
 */
final class RelayedLine implements Relay {
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx", Locale.ROOT);

    private static final DateTimeFormatter RFC3164 = DateTimeFormatter.ofPattern("MMM d HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter PADDED = DateTimeFormatter.ofPattern("MMM  d HH:mm:ss", Locale.ROOT);

    private final SyslogMessage message = new SyslogMessage();
    private final Output out;
    private ZonedDateTime now = Instant.EPOCH.atZone(ZoneId.systemDefault());

    /** @param size what the longest line takes */
    RelayedLine(int size) {
        out = new Output(size);
    }

    /** The message at hand from now on; the bytes must stay as they are. */
    void read(byte[] bytes, int start, int end, long nowMs) {
        message.read(bytes, start, end);
        now = Instant.ofEpochMilli(nowMs).atZone(ZoneId.systemDefault());
    }

    @Override
    public int level() {
        return message.level();
    }

    @Override
    public Output compose(LogTarget.Format wanted, int facility, int level, @Nullable String hostName) {
        out.clear();
        LogTarget.Format format = wanted == LogTarget.Format.AS_RECEIVED ? asReceived() : wanted;
        long priority = message.priority < 0 ? facility * 8L + level : (message.priority & ~7L) + level;
        switch (format) {
            case LOCAL, RFC3164 -> {
                priority(priority);
                date3164();
                out.append(' ');
                if (format == LogTarget.Format.RFC3164) {
                    hostOr(hostName == null ? "localhost" : hostName);
                    out.append(' ');
                }
                tag();
            }
            case RFC5424 -> {
                priority(priority);
                header5424(hostName);
            }
            case PRIORITY -> priority(priority);
            case SHORT -> priority(level);
            case TIMED -> {
                priority(level);
                isoDate();
                out.append(' ');
            }
            case ISO -> {
                isoDate();
                out.append(' ');
            }
            default -> {}
        }
        append(message.text);
        return out;
    }

    /** What it came in, as far as there is something to be seen of it. */
    private LogTarget.Format asReceived() {
        if (!message.host.isEmpty()) {
            return message.kind == Kind.RFC5424 ? LogTarget.Format.RFC5424 : LogTarget.Format.RFC3164;
        }
        if (!message.tag.isEmpty()) {
            return LogTarget.Format.LOCAL;
        }
        return message.priority >= 0 ? LogTarget.Format.PRIORITY : LogTarget.Format.RAW;
    }

    /** Of a number that is none of syslog's, the last three digits, as HAProxy has it. */
    private void priority(long value) {
        out.append('<');
        if (value >= 1000) {
            out.appendPadded(value % 1000, 3);
        } else {
            out.append(value);
        }
        out.append('>');
    }

    private void tag() {
        if (!message.tag.isEmpty()) {
            append(message.tag);
            if (!message.process.isEmpty()) {
                out.append('[');
                append(message.process);
                out.append(']');
            }
            out.append(':');
            out.append(' ');
        }
    }

    private void header5424(@Nullable String hostName) {
        out.append('1');
        out.append(' ');
        if (message.kind == Kind.RFC5424 && message.time.isEmpty()) {
            out.append('-');
        } else {
            isoDate();
        }
        out.append(' ');
        hostOr(hostName == null ? "-" : hostName);
        out.append(' ');
        orDash(message.tag);
        orDash(message.process);
        orDash(message.id);
        orDash(message.data);
    }

    private void orDash(Part part) {
        if (part.isEmpty()) {
            out.append('-');
        } else {
            append(part);
        }
        out.append(' ');
    }

    private void hostOr(String name) {
        if (message.host.isEmpty()) {
            out.append(name.getBytes(StandardCharsets.UTF_8));
        } else {
            append(message.host);
        }
    }

    private void append(Part part) {
        out.append(message.bytes(), part.start, part.end);
    }

    // ---- dates

    private void date3164() {
        Part time = message.time;
        if (message.kind == Kind.RFC3164) {
            append(time);
            return;
        }
        int month = time.isEmpty() ? -1 : message.month5424();
        if (month < 0) {
            text((now.getDayOfMonth() < 10 ? PADDED : RFC3164).format(now));
            return;
        }
        text(SyslogMessage.monthName(month));
        out.append(' ');
        byte tens = message.bytes()[time.start + 8];
        out.append(tens == '0' ? ' ' : (char) (tens & 0xFF));
        out.append(message.bytes(), time.start + 9, time.start + 10);
        out.append(' ');
        out.append(message.bytes(), time.start + 11, time.start + 19);
    }

    private void isoDate() {
        Part time = message.time;
        if (time.isEmpty()) {
            text(ISO.format(now));
        } else if (message.kind == Kind.RFC5424) {
            append(time);
        } else {
            out.append(now.getYear());
            out.append('-');
            out.appendPadded(message.month3164() + 1L, 2);
            out.append('-');
            byte tens = message.bytes()[time.start + 4];
            out.append(tens == ' ' ? '0' : (char) (tens & 0xFF));
            out.append(message.bytes(), time.start + 5, time.start + 6);
            out.append('T');
            out.append(message.bytes(), time.start + 7, time.end);
            text("-00:00"); // RFC 3339: of an unknown zone
        }
    }

    private void text(String text) {
        out.append(text.getBytes(StandardCharsets.US_ASCII));
    }
}
