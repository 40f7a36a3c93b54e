// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.observe.ring.Ring;
import io.tandem.node.observe.ring.RingFeature;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.NodeRuntime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Predicate;
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
    /** By loop, of lines that may be longer than a loop's own output; made on first use. Each is its loop's. */
    private final @Nullable Output[] longLines;

    private ProxyLog(LogWriter[] loops, @Nullable LogWriter events, LogSockets sockets, @Nullable String hostName) {
        this.hostName = hostName;
        this.loops = loops;
        lines = new AtomicLongArray(loops.length * APART);
        longLines = new Output[loops.length];
        this.events = events;
        this.sockets = sockets;
    }

    /** @param global the global section's settings: targets of {@code log global}, tag and host name */
    static ProxyLog of(LogSettings settings, LogSettings global, Assembly assembly) {
        return of(settings, global, target -> true, null, assembly);
    }

    /**
     * A log of some of a proxy's targets.
     *
     * @param chosen which
     * @param tag instead of the proxy's, or null
     */
    static ProxyLog of(
            LogSettings settings,
            LogSettings global,
            Predicate<LogTarget> chosen,
            @Nullable String tag,
            Assembly assembly) {
        LogTarget.Format ours = global.hostName == null ? LogTarget.Format.LOCAL : LogTarget.Format.RFC3164;
        return of(settings, global, ours, chosen, tag, assembly);
    }

    /** The same for messages of others, which keep their form where a line does not name one. */
    static ProxyLog ofRelays(LogSettings settings, LogSettings global, Assembly assembly) {
        return of(settings, global, LogTarget.Format.AS_RECEIVED, target -> true, null, assembly);
    }

    private static ProxyLog of(
            LogSettings settings,
            LogSettings global,
            LogTarget.Format ours,
            Predicate<LogTarget> chosen,
            @Nullable String otherTag,
            Assembly assembly) {
        NodeRuntime node = assembly.node();
        List<LogWriter.Route> routes = routes(settings, global, ours, chosen, assembly);
        if (routes.isEmpty()) {
            return SILENT;
        }
        String usual = settings.tag != null ? settings.tag : global.tag != null ? global.tag : "haproxy";
        String tag = otherTag == null ? usual : otherTag;
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
            LogSettings settings,
            LogSettings global,
            LogTarget.Format ours,
            Predicate<LogTarget> chosen,
            Assembly assembly) {
        List<LogWriter.Route> routes = new ArrayList<>();
        for (LogTarget target : targets(settings, global)) {
            if (!chosen.test(target)) {
                continue;
            }
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

    /** Whether a line may have structured data. */
    boolean isStructured() {
        return loops.length > 0 && loops[0].isStructured();
    }

    /** Writes a formatted access line, on the exchange's loop. A log without targets is silent. */
    void format(Facts facts, int level, Format format, @Nullable Format structured) {
        if (loops.length == 0) {
            return;
        }
        if (structured != null) {
            structured(facts, structured);
        }
        Output line = output(facts);
        line.clear();
        format.write(facts, line);
        access(facts.loop.index(), level, line.bytes(), 0, line.length(), System.currentTimeMillis());
    }

    /** The structured data of the exchange's next line. */
    void structured(Facts facts, Format format) {
        if (loops.length == 0) {
            return;
        }
        Output data = format.render(facts);
        loops[facts.loop.index()].structured(data.bytes(), data.length());
    }

    private Output output(Facts facts) {
        Output usual = facts.scratch.output;
        int loop = facts.loop.index();
        if (longest() <= usual.bytes().length || loop >= longLines.length) {
            return usual;
        }
        Output own = longLines[loop];
        if (own == null) {
            own = new Output(longest());
            longLines[loop] = own;
        }
        return own;
    }

    /**
     * Writes an access line. Called by loop {@code loop}. A log without targets is silent.
     *
     * @param level 0..7
     */
    void access(int loop, int level, byte[] text, int start, int end, long nowMs) {
        if (loops.length == 0) {
            return;
        }
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
