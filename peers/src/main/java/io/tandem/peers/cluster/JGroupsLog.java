// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jgroups.logging.CustomLogFactory;
import org.jgroups.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * JGroups' words: warnings and errors only, without stack traces, to the logger {@code org.jgroups}, at most
 * {@value #PER_MINUTE} a minute; the rest is counted. Any thread.
 */
final class JGroupsLog implements Log {
    private static final int PER_MINUTE = 10;
    private static final Logger LOG = Logger.getLogger("org.jgroups");
    private static final AtomicLong minute = new AtomicLong();
    private static final AtomicInteger inMinute = new AtomicInteger();
    private static final AtomicLong suppressed = new AtomicLong();

    /** Makes JGroups use it; before its first class is loaded. */
    static final class Factory implements CustomLogFactory {
        @Override
        public Log getLog(Class<?> type) {
            return new JGroupsLog();
        }

        @Override
        public Log getLog(String category) {
            return new JGroupsLog();
        }
    }

    private static void log(Level level, String text, @Nullable Throwable cause) {
        if (!LOG.isLoggable(level)) {
            return;
        }
        long now = System.nanoTime() / 60_000_000_000L;
        long before = minute.getAndSet(now);
        if (before != now) {
            inMinute.set(0);
        }
        if (inMinute.incrementAndGet() > PER_MINUTE) {
            suppressed.incrementAndGet();
            return;
        }
        long left = suppressed.getAndSet(0);
        LOG.log(
                level,
                () -> "jgroups " + text + (cause == null ? "" : ": " + cause)
                        + (left == 0 ? "" : " suppressed=" + left));
    }

    @SuppressWarnings("AnnotateFormatMethod") // JGroups brings its formats itself
    private static String format(String text, Object... args) {
        try {
            return String.format(text, args);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    @Override
    public boolean isFatalEnabled() {
        return true;
    }

    @Override
    public boolean isErrorEnabled() {
        return true;
    }

    @Override
    public boolean isWarnEnabled() {
        return LOG.isLoggable(Level.WARNING);
    }

    @Override
    public boolean isInfoEnabled() {
        return false;
    }

    @Override
    public boolean isDebugEnabled() {
        return false;
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public void fatal(String text) {
        log(Level.SEVERE, text, null);
    }

    @Override
    public void fatal(String text, Object... args) {
        log(Level.SEVERE, format(text, args), null);
    }

    @Override
    public void fatal(String text, Throwable cause) {
        log(Level.SEVERE, text, cause);
    }

    @Override
    public void error(String text) {
        log(Level.SEVERE, text, null);
    }

    @Override
    public void error(String text, Object... args) {
        log(Level.SEVERE, format(text, args), null);
    }

    @Override
    public void error(String text, Throwable cause) {
        log(Level.SEVERE, text, cause);
    }

    @Override
    public void warn(String text) {
        log(Level.WARNING, text, null);
    }

    @Override
    public void warn(String text, Object... args) {
        log(Level.WARNING, format(text, args), null);
    }

    @Override
    public void warn(String text, Throwable cause) {
        log(Level.WARNING, text, cause);
    }

    @Override
    public void info(String text) {}

    @Override
    public void info(String text, Object... args) {}

    @Override
    public void debug(String text) {}

    @Override
    public void debug(String text, Object... args) {}

    @Override
    public void debug(String text, Throwable cause) {}

    @Override
    public void trace(Object text) {}

    @Override
    public void trace(String text) {}

    @Override
    public void trace(String text, Object... args) {}

    @Override
    public void trace(String text, Throwable cause) {}

    @Override
    public void setLevel(String level) {}

    @Override
    public String getLevel() {
        return "warn";
    }
}
