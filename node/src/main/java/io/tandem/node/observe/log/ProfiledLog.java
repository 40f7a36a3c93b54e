// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.frontend.LogStep;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Format;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The access lines of one proxy as one {@code log-profile} words them, to the targets that name it. Immutable. */
final class ProfiledLog {
    private final ProxyLog log;
    private final Map<LogStep, Wording> wordings;
    private final @Nullable Wording otherwise;

    /**
     * What a profile says of a step.
     *
     * @param drop there is no line
     * @param format what the line says, or null for what the proxy's own format says
     * @param structured the same of its structured data
     */
    record Wording(boolean drop, @Nullable Format format, @Nullable Format structured) {}

    /** @param otherwise of steps that are not named, or null */
    ProfiledLog(ProxyLog log, Map<LogStep, Wording> wordings, @Nullable Wording otherwise) {
        this.log = log;
        this.wordings = new EnumMap<>(LogStep.class);
        this.wordings.putAll(wordings);
        this.otherwise = otherwise;
    }

    private @Nullable Wording of(LogStep step) {
        Wording own = wordings.get(step);
        return own == null ? otherwise : own;
    }

    /**
     * Writes the line about a step.
     *
     * @param format the proxy's own, or null where it has none: then there is a line where the profile has a format
     * @param structured the proxy's own, or null
     */
    void write(Facts facts, LogStep step, int level, @Nullable Format format, @Nullable Format structured) {
        Wording wording = of(step);
        Format text = wording == null || wording.format() == null ? format : wording.format();
        if (text == null || (wording != null && wording.drop())) {
            return;
        }
        Format data = wording == null || wording.structured() == null ? structured : wording.structured();
        log.format(facts, level, text, data);
    }

    /** The same of a line whose text is made already; the profile's own takes its place. */
    void write(Facts facts, LogStep step, int level, byte[] text) {
        Wording wording = of(step);
        if (wording != null && (wording.drop() || wording.format() != null)) {
            write(facts, step, level, null, null);
            return;
        }
        Format data = wording == null ? null : wording.structured();
        if (data != null) {
            log.structured(facts, data);
        }
        log.access(facts.loop.index(), level, text, 0, text.length, System.currentTimeMillis());
    }

    long lines() {
        return log.lines();
    }
}
