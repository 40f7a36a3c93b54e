// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.setup.NodeRuntime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log of one proxy: a writer for each event loop, and one for what no loop tells. Thread-safe. */
public final class ProxyLog {
    /** A proxy without a log target. */
    public static final ProxyLog SILENT = new ProxyLog(new LogWriter[0], null, new LogSockets());

    private final LogWriter[] loops;
    private final @Nullable LogWriter events; // guarded by sockets
    private final LogSockets sockets;

    private ProxyLog(LogWriter[] loops, @Nullable LogWriter events, LogSockets sockets) {
        this.loops = loops;
        this.events = events;
        this.sockets = sockets;
    }

    /** @param global the global section's settings: targets of {@code log global}, tag and host name */
    static ProxyLog of(LogSettings settings, LogSettings global, NodeRuntime node) {
        List<LogTarget> targets = new ArrayList<>();
        if (settings.global) {
            targets.addAll(global.targets);
        }
        targets.addAll(settings.targets);
        if (targets.isEmpty()) {
            return SILENT;
        }
        String tag = settings.tag != null ? settings.tag : global.tag != null ? global.tag : "haproxy";
        String host = global.hostName == null || global.hostName.isEmpty() ? node.nodeName() : global.hostName;
        LogWriter.Identity identity = new LogWriter.Identity(host, tag, node.logPid());
        List<LogTarget> headed = global.hostName == null
                ? targets
                : targets.stream().map(LogTarget::withHost).toList();
        LogWriter[] writers = new LogWriter[node.loops()];
        for (int i = 0; i < writers.length; i++) {
            writers[i] = new LogWriter(headed, identity, node.logSockets(), i, node.droppedLogs());
        }
        return new ProxyLog(
                writers,
                new LogWriter(headed, identity, node.logSockets(), LogSockets.EVENTS, node.droppedLogs()),
                node.logSockets());
    }

    public boolean isSilent() {
        return events == null;
    }

    /**
     * Writes an access line. Called by loop {@code loop}.
     *
     * @param level 0..7
     */
    void access(int loop, int level, byte[] text, int start, int end, long nowMs) {
        loops[loop].write(level, text, start, end, nowMs);
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
