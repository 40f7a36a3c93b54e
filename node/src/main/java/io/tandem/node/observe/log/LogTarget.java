// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

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
 */
public record LogTarget(
        Destination destination, int maxLength, Format format, int facility, int maxLevel, int minLevel) {

    /** The same target with the host's name in the header, where its format has room for one. */
    LogTarget withHost() {
        return format == Format.LOCAL
                ? new LogTarget(destination, maxLength, Format.RFC3164, facility, maxLevel, minLevel)
                : this;
    }

    /** Where a line can go. */
    public sealed interface Destination {
        /** Syslog over UDP (RFC 5426). */
        record Udp(InetSocketAddress address) implements Destination {}

        /** A datagram socket in the file system, such as {@code /dev/log}. */
        record Unix(String path) implements Destination {}

        /** An open file descriptor: 1 for {@code stdout}, 2 for {@code stderr}, {@code fd@N}. */
        record Descriptor(int fd) implements Destination {}
    }

    /** The forms of the header. */
    public enum Format {
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
                if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return format;
                }
            }
            return null;
        }
    }
}
