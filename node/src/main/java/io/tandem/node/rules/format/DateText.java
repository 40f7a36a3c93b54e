// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.rules.sample.Output;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Dates as logs write them. The text of a second is made once; any loop may make it, and read what another made.
 *
 * <p>{@code 21/Nov/2026:03:35:22.532}, {@code 21/Nov/2026:03:35:22 +0000}.
 */
final class DateText {
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss", Locale.ENGLISH);
    private static final DateTimeFormatter WITH_ZONE =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss xx", Locale.ENGLISH);

    /** Immutable, so that a racy publication is whole. */
    private record Second(long second, String local, String localClf, String utcClf) {}

    /** By the second's last digits: a kept connection's {@code %t} is long ago while its {@code %tr} is now. */
    private static final @Nullable Second[] RECENT = new Second[256];

    private DateText() {}

    private static Second at(long ms) {
        long second = Math.floorDiv(ms, 1000);
        int place = (int) second & RECENT.length - 1;
        Second known = RECENT[place];
        if (known == null || known.second() != second) {
            Instant instant = Instant.ofEpochSecond(second);
            ZonedDateTime local = instant.atZone(ZoneId.systemDefault());
            known = new Second(
                    second,
                    SECOND.format(local),
                    WITH_ZONE.format(local),
                    WITH_ZONE.format(instant.atZone(ZoneOffset.UTC)));
            RECENT[place] = known;
        }
        return known;
    }

    static void millis(Output out, long ms) {
        out.append(at(ms).local());
        out.append('.');
        out.appendPadded(Math.floorMod(ms, 1000L), 3);
    }

    static void clfLocal(Output out, long ms) {
        out.append(at(ms).localClf());
    }

    static void clfUtc(Output out, long ms) {
        out.append(at(ms).utcClf());
    }
}
