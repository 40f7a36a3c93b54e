// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.frontend.LogStep;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Format;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the access lines of a proxy go: to targets that take them as the proxy words them, and to those that name a {@code
 * log-profile}. Immutable; called by the exchange's loop.
 */
final class AccessTargets {
    private final ProxyLog plain;
    private final ProfiledLog[] profiled;
    private final Map<String, ProfiledLog> named;

    /**
     * @param plain of the targets without a profile
     * @param profiled of the others, each profile once
     * @param named of all targets, by the profile's name, for {@code do-log profile}
     */
    AccessTargets(ProxyLog plain, List<ProfiledLog> profiled, Map<String, ProfiledLog> named) {
        this.plain = plain;
        this.profiled = profiled.toArray(ProfiledLog[]::new);
        this.named = Map.copyOf(named);
    }

    /** The same without the targets that have no profile. */
    AccessTargets worded() {
        return new AccessTargets(ProxyLog.SILENT, List.of(profiled), named);
    }

    /** Whether a profile may word a line where the proxy has no format. */
    boolean hasProfiles() {
        return profiled.length > 0 || !named.isEmpty();
    }

    /** @param format the proxy's own, or null where it has none */
    void write(Facts facts, LogStep step, int level, @Nullable Format format, @Nullable Format structured) {
        if (format != null) {
            plain.format(facts, level, format, structured);
        }
        for (ProfiledLog log : profiled) {
            log.write(facts, step, level, format, structured);
        }
    }

    /** A line whose text is made already. */
    void write(Facts facts, LogStep step, int level, byte[] text) {
        plain.access(facts.loop.index(), level, text, 0, text.length, System.currentTimeMillis());
        for (ProfiledLog log : profiled) {
            log.write(facts, step, level, text);
        }
    }

    /** To all targets as that profile words it. */
    void write(
            String profile,
            Facts facts,
            LogStep step,
            int level,
            @Nullable Format format,
            @Nullable Format structured) {
        ProfiledLog log = named.get(profile);
        if (log != null) {
            log.write(facts, step, level, format, structured);
        }
    }

    /** How many lines there have been. Any thread. */
    long lines() {
        return plain.isSilent() && profiled.length > 0 ? profiled[0].lines() : plain.lines();
    }
}
