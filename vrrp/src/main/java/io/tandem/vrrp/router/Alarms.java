// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an operator should be woken for. Each is logged when it begins and when it is over, counted, and told to a listener;
 * what stands can be asked for at any time. Thread-safe; never blocks, if the listener does not.
 */
public final class Alarms {
    /** What can be wrong. */
    public enum Kind {
        /** Another router has the addresses of one that is Active here. */
        TWO_ACTIVE,
        /** A router that no liveness link vouches for claims to own the addresses, or is refused: perhaps an impostor. */
        STRANGER,
        /** The cluster and the liveness links do not see the same nodes. */
        VIEWS_DIFFER,
        /** Neither a peer nor the witness can be reached: this node is the one that is cut off. */
        ISOLATED,
        /** The command or call on becoming active has failed for good. */
        HOOK_FAILED;

        /** As logged: {@code two-active}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * An alarm that stands.
     *
     * @param subject the router or node it is about
     * @param sinceMs wall clock, milliseconds since 1970
     */
    public record Standing(Kind kind, String subject, String detail, long sinceMs) {}

    /** Told of each beginning and end; must not block. */
    public interface Listener {
        void onAlarm(Kind kind, String subject, String detail, boolean stands);
    }

    /** Several for each of as many virtual routers as a host may have. */
    private static final int MOST = 4096;

    private final EventLog log;
    private final Listener listener;
    private final Map<String, Standing> standing = new TreeMap<>(); // guarded by this
    private final Map<Kind, AtomicLong> raised = new EnumMap<>(Kind.class);

    public Alarms(EventLog log, Listener listener) {
        this.log = log;
        this.listener = listener;
        for (Kind kind : Kind.values()) {
            raised.put(kind, new AtomicLong());
        }
    }

    /** It stands, as long as it is not {@linkplain #clear cleared}; saying so again changes nothing. */
    public void raise(Kind kind, String subject, String detail) {
        synchronized (this) {
            String key = kind + " " + subject;
            if (standing.containsKey(key) || standing.size() >= MOST) {
                return;
            }
            standing.put(key, new Standing(kind, subject, detail, System.currentTimeMillis()));
        }
        raised.getOrDefault(kind, new AtomicLong()).incrementAndGet();
        log.warning("alarm begin what=" + kind.word() + " of=" + subject + " " + detail);
        listener.onAlarm(kind, subject, detail, true);
    }

    /** It is over, if it stood; answers whether it did. */
    public boolean clear(Kind kind, String subject) {
        Standing was;
        synchronized (this) {
            if (standing.isEmpty()) {
                return false;
            }
            was = standing.remove(kind + " " + subject);
        }
        if (was == null) {
            return false;
        }
        log.info("alarm end what=" + kind.word() + " of=" + subject + " after-ms="
                + (System.currentTimeMillis() - was.sinceMs()));
        listener.onAlarm(kind, subject, was.detail(), false);
        return true;
    }

    /** Those that stand. */
    public synchronized List<Standing> standing() {
        return new ArrayList<>(standing.values());
    }

    /** How often each kind has begun. */
    public Map<Kind, Long> raised() {
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        raised.forEach((kind, count) -> counts.put(kind, count.get()));
        return counts;
    }
}
