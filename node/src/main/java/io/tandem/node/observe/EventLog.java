// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

import io.tandem.config.text.Severity;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the node, told to the operator: servers going up and down, proxies starting and stopping.
 *
 * <p>One line an event, worded as HAProxy's; a listener writes it to standard error, another to the logs of the proxy
 * concerned. Thread-safe; listeners must not block.
 */
public final class EventLog {
    /** Syslog's severities in use here (RFC 5424 section 6.2.1). */
    public enum Level {
        EMERG(0),
        ALERT(1),
        CRIT(2),
        ERR(3),
        WARNING(4),
        NOTICE(5),
        INFO(6);

        private final int code;

        Level(int code) {
            this.code = code;
        }

        /** 0..7, smaller is worse. */
        public int code() {
            return code;
        }

        /** As the console shows it: a server's way down and up is a warning there, as with HAProxy. */
        public Severity onConsole() {
            return this == EMERG || this == CRIT ? Severity.ALERT : this == INFO ? Severity.NOTICE : Severity.WARNING;
        }
    }

    /** Receives every event. */
    @FunctionalInterface
    public interface Listener {
        /** @param proxy the proxy concerned, whose logs receive the line; null for the process as a whole */
        void event(Level level, @Nullable String proxy, String text);
    }

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    public void tell(Level level, @Nullable String proxy, String text) {
        for (Listener listener : listeners) {
            listener.event(level, proxy, text);
        }
    }

    /** Receives what operators may want to hear of at once. */
    @FunctionalInterface
    public interface AlertListener {
        /** @param level 0..7, smaller is worse: not always that of the event */
        void alert(int level, String proxy, String text);
    }

    private final List<AlertListener> alertListeners = new CopyOnWriteArrayList<>();

    public void onAlert(AlertListener listener) {
        alertListeners.add(listener);
    }

    /** Something that is worth a mail has happened; the event itself is told apart. */
    public void alert(int level, String proxy, String text) {
        for (AlertListener listener : alertListeners) {
            listener.alert(level, proxy, text);
        }
    }
}
