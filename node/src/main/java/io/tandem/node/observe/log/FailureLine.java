// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.frontend.LogStep;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.format.Format;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The line about a connection that failed before its first request (HAProxy manual 8.2.5): {@code 127.0.0.1:51180
 * [21/Nov/2026:13:07:59.090] f/3: SSL handshake failure}.
 */
final class FailureLine {
    private static final int ERR = 3;
    private static final int INFO = 6;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "dd/MMM/yyyy:HH:mm:ss.SSS", Locale.ENGLISH)
            .withZone(ZoneId.systemDefault());

    private final AccessTargets targets;
    private final @Nullable Format format;
    private final int level;

    /**
     * @param format {@code error-log-format}, or null for HAProxy's own line
     * @param separate whether lines about errors have a level of their own
     */
    FailureLine(AccessTargets targets, @Nullable Format format, boolean separate) {
        this.targets = targets;
        this.format = format;
        level = separate ? ERR : INFO;
    }

    /** Whether {@code error-log-format} says what they look like. */
    boolean isFormatted() {
        return format != null;
    }

    /** The format of lines about clients whose request was none, too; {@code usual} where there is none. */
    @Nullable Format formatOr(@Nullable Format usual) {
        return format == null ? usual : format;
    }

    void write(Facts facts, String why) {
        if (format != null || targets.hasProfiles()) {
            if (facts.status == 0) {
                facts.status = Facts.UNREADABLE;
            }
            if (facts.endNs == 0) {
                facts.endNs = facts.loop.nowNs();
            }
            facts.terminated(Termination.PROXY, Termination.IN_REQUEST);
        }
        if (format != null) {
            targets.write(facts, LogStep.ERROR, level, format, null);
            return;
        }
        String listener =
                facts.listenerName.startsWith("sock-") ? String.valueOf(facts.listenerId) : facts.listenerName;
        String text =
                ConnectLog.text(facts.source, facts) + " [" + DATE.format(Instant.ofEpochMilli(facts.acceptedAtMs))
                        + "] " + facts.frontend.name() + "/" + listener + ": " + why;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        targets.write(facts, LogStep.ERROR, level, bytes);
    }
}
