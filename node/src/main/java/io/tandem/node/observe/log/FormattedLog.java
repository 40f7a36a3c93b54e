// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.frontend.AccessLog;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.format.Format;
import org.jspecify.annotations.Nullable;

/** Writes a line for each exchange by a compiled format, and at other steps where {@code log-steps} says so. Immutable. */
final class FormattedLog implements AccessLog {
    private static final int ERR = 3;
    private static final int INFO = 6;

    private final AccessTargets targets;
    private final @Nullable Format format;
    private final @Nullable Format structured;
    private final FailureLine failures;
    private final boolean dontLogNull;
    private final boolean dontLogNormal;
    private final boolean separateErrors;
    private final boolean early;
    private final int steps;

    /**
     * @param format null where only profiles say what lines look like
     * @param structured {@code log-format-sd}, or null where no target has room for structured data
     */
    FormattedLog(
            AccessTargets targets,
            @Nullable Format format,
            @Nullable Format structured,
            FailureLine failures,
            LogSettings settings) {
        this.targets = targets;
        this.format = format;
        this.structured = structured;
        this.failures = failures;
        dontLogNull = settings.dontLogNull;
        dontLogNormal = settings.dontLogNormal;
        separateErrors = settings.separateErrors;
        early = settings.asSoonAsPossible;
        steps = settings.steps;
    }

    @Override
    public boolean isEarly() {
        return early;
    }

    @Override
    public void accepted(Facts facts) {
        if (LogStep.ACCEPT.isIn(steps)) {
            more(facts, LogStep.ACCEPT, null);
        }
    }

    @Override
    public void more(Facts facts, LogStep step, @Nullable String profile) {
        if (facts.logLevel == Facts.SILENT) {
            return;
        }
        int level = facts.logLevel != Facts.DEFAULT_LEVEL ? facts.logLevel : INFO;
        long endNs = facts.endNs;
        facts.endNs = facts.loop.nowNs(); // durations are as of now
        if (profile == null) {
            targets.write(facts, step, level, format, structured);
        } else {
            targets.write(profile, facts, step, level, format, structured);
        }
        facts.endNs = endNs;
    }

    @Override
    public void log(Facts facts) {
        if (facts.logLevel == Facts.SILENT || (dontLogNull && facts.bytesIn == 0 && !facts.sentJunk)) {
            return;
        }
        boolean failed = facts.lacksRequest();
        boolean error = facts.status >= 500 || isAbnormal(facts) || facts.retries > 0 || facts.redispatched;
        if ((dontLogNormal && !error) || !(failed || LogStep.CLOSE.isIn(steps))) {
            return;
        }
        int level = facts.logLevel != Facts.DEFAULT_LEVEL ? facts.logLevel : error && separateErrors ? ERR : INFO;
        targets.write(
                facts,
                failed ? LogStep.ERROR : LogStep.CLOSE,
                level,
                failed ? failures.formatOr(format) : format,
                structured);
    }

    @Override
    public long lines() {
        return targets.lines();
    }

    @Override
    public void failed(Facts facts, String why) {
        boolean silent = why.startsWith("Connection ") || why.startsWith("Timeout "); // nothing was said
        if (!dontLogNull || !silent) {
            failures.write(facts, why);
        }
    }

    private static boolean isAbnormal(Facts facts) {
        return facts.terminationWho != Termination.NORMAL && facts.terminationWho != Termination.LOCAL;
    }
}
