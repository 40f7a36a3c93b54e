// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.observe.ring.Ring;
import io.tandem.node.observe.ring.RingFeature;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.NodeRuntime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** The log of one proxy: a writer for each event loop, and one for what no loop tells. Thread-safe. */
public final class ProxyLog {
    /** A proxy without a log target. */
    public static final ProxyLog SILENT = new ProxyLog(new LogWriter[0], null, new LogSockets(), null);

    /** Between two loops' counters: a cache line. */
    private static final int APART = 8;

    private final LogWriter[] loops;
    private final @Nullable LogWriter events; // guarded by sockets
    private final LogSockets sockets;
    private final @Nullable String hostName;
    private final AtomicLongArray lines; // each loop writes its own, read by any

    private ProxyLog(LogWriter[] loops, @Nullable LogWriter events, LogSockets sockets, @Nullable String hostName) {
        this.hostName = hostName;
        this.loops = loops;
        lines = new AtomicLongArray(loops.length * APART);
        this.events = events;
        this.sockets = sockets;
    }

    /** @param global the global section's settings: targets of {@code log global}, tag and host name */
    static ProxyLog of(LogSettings settings, LogSettings global, Assembly assembly) {
        LogTarget.Format ours = global.hostName == null ? LogTarget.Format.LOCAL : LogTarget.Format.RFC3164;
        return of(settings, global, ours, assembly);
    }

    /** The same for messages of others, which keep their form where a line does not name one. */
    static ProxyLog ofRelays(LogSettings settings, LogSettings global, Assembly assembly) {
        return of(settings, global, LogTarget.Format.AS_RECEIVED, assembly);
    }

    private static ProxyLog of(LogSettings settings, LogSettings global, LogTarget.Format ours, Assembly assembly) {
        NodeRuntime node = assembly.node();
        List<LogWriter.Route> routes = routes(settings, global, ours, assembly);
        if (routes.isEmpty()) {
            return SILENT;
        }
        String tag = settings.tag != null ? settings.tag : global.tag != null ? global.tag : "haproxy";
        String host = hostName(global, node);
        LogWriter.Identity identity = new LogWriter.Identity(host, tag, node.logPid());
        LogWriter[] writers = new LogWriter[node.loops()];
        for (int i = 0; i < writers.length; i++) {
            writers[i] = new LogWriter(routes, identity, node.logSockets(), i, node.droppedLogs());
        }
        return new ProxyLog(
                writers,
                new LogWriter(routes, identity, node.logSockets(), LogSockets.EVENTS, node.droppedLogs()),
                node.logSockets(),
                host);
    }

    /** The name that {@code log-send-hostname} has headers show; null where there is no such line. */
    static @Nullable String hostName(LogSettings global, NodeRuntime node) {
        String name = global.hostName;
        return name == null ? null : name.isEmpty() ? node.nodeName() : name;
    }

    private static List<LogWriter.Route> routes(
            LogSettings settings, LogSettings global, LogTarget.Format ours, Assembly assembly) {
        List<LogWriter.Route> routes = new ArrayList<>();
        for (LogTarget target : targets(settings, global)) {
            Ring ring = target.destination() instanceof LogTarget.Destination.Ring named
                    ? RingFeature.ring(named.name(), assembly)
                    : null;
            if (ring != null || !(target.destination() instanceof LogTarget.Destination.Ring)) {
                routes.add(new LogWriter.Route(target.with(ours), ring, new AtomicInteger()));
            }
        }
        return routes;
    }

    /** Where lines go, those of {@code log global} first. */
    static List<LogTarget> targets(LogSettings settings, LogSettings global) {
        List<LogTarget> targets = new ArrayList<>();
        if (settings.global) {
            targets.addAll(global.targets);
        }
        targets.addAll(settings.targets);
        return targets;
    }

    public boolean isSilent() {
        return events == null;
    }

    /** How long a line can be, header included; 0 where there is no target. */
    int longest() {
        return loops.length > 0 ? loops[0].longest() : 0;
    }

    /** How many loops write. */
    int loops() {
        return loops.length;
    }

    /** Whether a line may have structured data. */
    boolean isStructured() {
        return loops.length > 0 && loops[0].isStructured();
    }

    /** The structured data of the next line that loop {@code loop} writes, which calls. */
    void structured(int loop, byte[] bytes, int length) {
        loops[loop].structured(bytes, length);
    }

    /**
     * Writes an access line. Called by loop {@code loop}.
     *
     * @param level 0..7
     */
    void access(int loop, int level, byte[] text, int start, int end, long nowMs) {
        lines.setPlain(loop * APART, lines.getPlain(loop * APART) + 1);
        loops[loop].write(level, text, start, end, nowMs);
    }

    /** How many access lines there have been. Any thread. */
    long lines() {
        long sum = 0;
        for (int i = 0; i < loops.length; i++) {
            sum += lines.getOpaque(i * APART);
        }
        return sum;
    }

    /** Passes somebody else's message on. Called by loop {@code loop}. */
    public void relay(int loop, Relay relay, long nowMs) {
        if (loop < loops.length) {
            loops[loop].relay(relay, hostName, nowMs);
        }
    }

    /** Writes an event. Any thread. */
    public void event(int level, String text) {
        LogWriter writer = events;
        if (writer != null) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            synchronized (sockets) { // events are rare, and targets are shared between proxies
                writer.write(level, bytes, 0, bytes.length, System.currentTimeMillis());
            }
        }
    }
}
