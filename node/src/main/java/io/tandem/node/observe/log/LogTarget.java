// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.config.text.Origin;
import io.tandem.node.socket.UnixName;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One {@code log} line: where lines go and which (HAProxy manual 4.2, {@code log}).
 *
 * @param destination where
 * @param maxLength bytes of a line beyond which it is cut, header included; 80..65535
 * @param format the header's form
 * @param facility 0..23
 * @param maxLevel lines less important than that are not sent
 * @param minLevel lines more important than that are sent as if of that level
 * @param sample which lines are sent, or null for all
 * @param profile the log profile that words them, or null for none
 */
public record LogTarget(
        Destination destination,
        int maxLength,
        Format format,
        int facility,
        int maxLevel,
        int minLevel,
        @Nullable LogSample sample,
        @Nullable String profile) {

    /** One that sends every line. */
    LogTarget(Destination destination, int maxLength, Format format, int facility, int maxLevel, int minLevel) {
        this(destination, maxLength, format, facility, maxLevel, minLevel, null, null);
    }

    /** The same target with a header for lines of our own where the line does not name one. */
    LogTarget with(Format ours) {
        return format == Format.AS_RECEIVED
                ? new LogTarget(destination, maxLength, ours, facility, maxLevel, minLevel, sample, profile)
                : this;
    }

    /** Where a line can go. */
    public sealed interface Destination {
        /** Syslog over UDP (RFC 5426). */
        record Udp(InetSocketAddress address) implements Destination {}

        /** A datagram socket in the file system, such as {@code /dev/log}, or of an abstract name. */
        record Unix(DomainSocketAddress address) implements Destination {
            Unix(String path) {
                this(UnixName.path(path));
            }
        }

        /** A ring buffer; {@code origin} is the line that names it. */
        record Ring(String name, Origin origin) implements Destination {}

        /** An open file descriptor: 1 for {@code stdout}, 2 for {@code stderr}, {@code fd@N}. */
        record Descriptor(int fd) implements Destination {}
    }

    /** The forms of the header. */
    public enum Format {
        /** None is named: of lines of ours {@link #LOCAL}, of others' what they had. */
        AS_RECEIVED,
        /** RFC 3164 without the host name: the default. */
        LOCAL,
        RFC3164,
        RFC5424,
        /** Only the priority. */
        PRIORITY,
        /** Priority as number, no date: for systemd. */
        SHORT,
        /** Priority and date with microseconds. */
        TIMED,
        ISO,
        /** Nothing before the text. */
        RAW;

        /** The format of that name as configurations write it, or null. */
        public static @Nullable Format of(String name) {
            for (Format format : values()) {
                if (format != AS_RECEIVED
                        && format.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return format;
                }
            }
            return null;
        }
    }
}
