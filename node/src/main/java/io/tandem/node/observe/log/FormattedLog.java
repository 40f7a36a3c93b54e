// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.frontend.AccessLog;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.sample.Output;
import org.jspecify.annotations.Nullable;

/** Writes a line for each exchange by a compiled format. Immutable. */
final class FormattedLog implements AccessLog {
    private static final int ERR = 3;
    private static final int INFO = 6;

    private final ProxyLog log;
    private final Format format;
    private final @Nullable Format structured;
    private final FailureLine failures;
    private final boolean dontLogNull;
    private final boolean dontLogNormal;
    private final boolean separateErrors;
    private final boolean early;
    /** By loop, of lines that may be longer than a loop's own output; made on first use. Each is its loop's. */
    private final @Nullable Output[] longLines;

    /** @param structured {@code log-format-sd}, or null where no target has room for structured data */
    FormattedLog(ProxyLog log, Format format, @Nullable Format structured, FailureLine failures, LogSettings settings) {
        this.log = log;
        this.format = format;
        this.structured = structured;
        this.failures = failures;
        dontLogNull = settings.dontLogNull;
        dontLogNormal = settings.dontLogNormal;
        separateErrors = settings.separateErrors;
        early = settings.asSoonAsPossible;
        longLines = new Output[log.loops()];
    }

    @Override
    public boolean isEarly() {
        return early;
    }

    @Override
    public void log(Facts facts) {
        if (facts.logLevel == Facts.SILENT || (dontLogNull && facts.bytesIn == 0 && !facts.sentJunk)) {
            return;
        }
        boolean error = facts.status >= 500 || isAbnormal(facts) || facts.retries > 0 || facts.redispatched;
        if (dontLogNormal && !error) {
            return;
        }
        int level = facts.logLevel != Facts.DEFAULT_LEVEL ? facts.logLevel : error && separateErrors ? ERR : INFO;
        if (structured != null) {
            Output data = structured.render(facts);
            log.structured(facts.loop.index(), data.bytes(), data.length());
        }
        Output line = output(facts);
        line.clear();
        (facts.lacksRequest() ? failures.formatOr(format) : format).write(facts, line);
        log.access(facts.loop.index(), level, line.bytes(), 0, line.length(), System.currentTimeMillis());
    }

    private Output output(Facts facts) {
        Output usual = facts.scratch.output;
        int loop = facts.loop.index();
        if (log.longest() <= usual.bytes().length || loop >= longLines.length) {
            return usual;
        }
        Output own = longLines[loop];
        if (own == null) {
            own = new Output(log.longest());
            longLines[loop] = own;
        }
        return own;
    }

    @Override
    public long lines() {
        return log.lines();
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
