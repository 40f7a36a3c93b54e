// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.rules.Facts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The line about a connection that failed before its first request (HAProxy manual 8.2.5): {@code 127.0.0.1:51180
 * [21/Nov/2026:13:07:59.090] f/3: SSL handshake failure}.
 */
final class FailureLine {
    private static final int INFO = 6;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "dd/MMM/yyyy:HH:mm:ss.SSS", Locale.ENGLISH)
            .withZone(ZoneId.systemDefault());

    private FailureLine() {}

    static void write(ProxyLog log, Facts facts, String why) {
        String listener =
                facts.listenerName.startsWith("sock-") ? String.valueOf(facts.listenerId) : facts.listenerName;
        String text = ConnectLog.text(facts.source) + " [" + DATE.format(Instant.ofEpochMilli(facts.acceptedAtMs))
                + "] " + facts.frontend.name() + "/" + listener + ": " + why;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.access(facts.loop.index(), INFO, bytes, 0, bytes.length, System.currentTimeMillis());
    }
}
