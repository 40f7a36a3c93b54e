// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes lines to the targets of one proxy: header, text, cut to length. Not thread-safe; one per thread that logs.
 */
final class LogWriter {
    /** Who the header says the line is from. */
    record Identity(String hostName, String tag, long pid) {}

    private final List<LogTarget> targets;
    private final LogSocket[] sockets;
    private final SyslogHeader[] headers;
    private final AtomicLong dropped;
    private final ByteBuffer line;

    /**
     * @param loop the event loop that writes, or {@link LogSockets#EVENTS}
     * @param dropped counts the lines no kernel took
     */
    LogWriter(List<LogTarget> targets, Identity identity, LogSockets all, int loop, AtomicLong dropped) {
        this.targets = List.copyOf(targets);
        this.dropped = dropped;
        int longest = targets.stream().mapToInt(LogTarget::maxLength).max().orElse(0);
        line = ByteBuffer.allocateDirect(longest + 1);
        sockets = targets.stream().map(t -> all.of(t.destination(), loop)).toArray(LogSocket[]::new);
        headers = targets.stream().map(t -> new SyslogHeader(t, identity)).toArray(SyslogHeader[]::new);
    }

    /**
     * Sends one text to every target that wants its level.
     *
     * @param level 0..7
     * @param nowMs wall clock, milliseconds since 1970
     */
    void write(int level, byte[] text, int start, int end, long nowMs) {
        long nowNs = System.nanoTime();
        for (int i = 0; i < sockets.length; i++) {
            LogTarget target = targets.get(i);
            if (level > target.maxLevel()) {
                continue;
            }
            byte[] header = headers[i].of(Math.max(level, target.minLevel()), nowMs);
            line.clear();
            int head = Math.min(header.length, target.maxLength());
            line.put(header, 0, head);
            line.put(text, start, Math.min(end - start, target.maxLength() - head));
            line.put((byte) '\n'); // beyond the length, in datagrams too
            if (!sockets[i].send(line, nowNs)) {
                dropped.incrementAndGet();
            }
        }
    }
}
