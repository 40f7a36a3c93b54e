// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.observe.ring.Ring;
import io.tandem.node.rules.sample.Output;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines to the targets of one proxy: header, text, cut to length. Not thread-safe; one per thread that logs.
 */
final class LogWriter {
    private static final int NOTICE = 5;

    /**
     * Who the header says the line is from.
     *
     * @param hostName null where it is not to be sent
     */
    record Identity(@Nullable String hostName, String tag, long pid) {}

    /** A target of one thread: where, behind which header, and up to which length. */
    private static final class Outlet {
        private final LogTarget target;
        private final @Nullable LogSocket socket;
        private final @Nullable Ring ring;
        private final SyslogHeader header;
        private final boolean structured;
        private final int maxLength;
        private final AtomicInteger count;
        private final LogTarget.Format format;

        Outlet(Route route, Identity identity, LogSockets all, int loop) {
            target = route.target();
            ring = route.ring();
            socket = ring == null ? all.of(target.destination(), loop) : null;
            LogTarget.Format named = ring == null ? null : ring.format();
            format = named == null ? target.format() : named;
            structured = format == LogTarget.Format.RFC5424;
            header = new SyslogHeader(format, target.facility(), identity);
            maxLength = ring == null ? target.maxLength() : Math.min(target.maxLength(), ring.maxLength());
            count = route.count();
        }
    }

    /**
     * A target, and what the threads that log to it have in common.
     *
     * @param ring the ring that its destination names, or null
     * @param count how many lines it has seen of its current sample
     */
    record Route(LogTarget target, @Nullable Ring ring, AtomicInteger count) {
        Route(LogTarget target) {
            this(target, null, new AtomicInteger());
        }
    }

    private final Outlet[] outlets;
    private final AtomicLong dropped;
    private final ByteBuffer line;
    private final int longest;
    private byte[] data = new byte[0];
    private int dataLength;

    /**
     * @param loop the event loop that writes, or {@link LogSockets#EVENTS}
     * @param dropped counts the lines no kernel took
     */
    LogWriter(List<Route> routes, Identity identity, LogSockets all, int loop, AtomicLong dropped) {
        this.dropped = dropped;
        longest = routes.stream()
                .mapToInt(route -> route.target().maxLength())
                .max()
                .orElse(0);
        line = ByteBuffer.allocateDirect(longest + 1);
        outlets = routes.stream()
                .map(route -> new Outlet(route, identity, all, loop))
                .toArray(Outlet[]::new);
    }

    /** How long a line can be, header included. */
    int longest() {
        return longest;
    }

    /** Whether a line may have structured data: a target is of RFC 5424. */
    boolean isStructured() {
        for (Outlet outlet : outlets) {
            if (outlet.structured) {
                return true;
            }
        }
        return false;
    }

    /** The structured data of the next line. */
    void structured(byte[] bytes, int length) {
        if (data.length < length) {
            data = new byte[length];
        }
        System.arraycopy(bytes, 0, data, 0, length);
        dataLength = length;
    }

    /**
     * Sends one text to every target that wants its level.
     *
     * @param level 0..7
     * @param nowMs wall clock, milliseconds since 1970
     */
    void write(int level, byte[] text, int start, int end, long nowMs) {
        long nowNs = System.nanoTime();
        for (Outlet outlet : outlets) {
            LogTarget target = outlet.target;
            LogSample sample = target.sample();
            if (level > target.maxLevel() || (sample != null && !sample.takes(outlet.count))) {
                continue;
            }
            byte[] header = outlet.header.of(Math.max(level, target.minLevel()), nowMs);
            line.clear();
            int head = Math.min(header.length, outlet.maxLength);
            line.put(header, 0, head);
            int room = outlet.maxLength - head;
            if (outlet.structured) {
                room = structure(room);
            }
            line.put(text, start, Math.min(end - start, room));
            send(outlet, nowMs, nowNs);
        }
        dataLength = 0;
    }

    /**
     * Sends somebody else's message to every target that wants its level.
     *
     * @param hostName for messages without one, or null
     */
    void relay(Relay relay, @Nullable String hostName, long nowMs) {
        long nowNs = System.nanoTime();
        int level = relay.level();
        for (Outlet outlet : outlets) {
            LogTarget target = outlet.target;
            LogSample sample = target.sample();
            if (level > target.maxLevel() || (sample != null && !sample.takes(outlet.count))) {
                continue;
            }
            Output text = relay.compose(outlet.format, target.facility(), Math.max(level, target.minLevel()), hostName);
            line.clear();
            line.put(text.bytes(), 0, Math.min(text.length(), outlet.maxLength));
            send(outlet, nowMs, nowNs);
        }
    }

    /** Appends the structured data; where it does not fit, nothing else is to follow. Answers the room that is left. */
    private int structure(int room) {
        int needed = (dataLength == 0 ? 1 : dataLength) + 1;
        if (needed > room) {
            return 0;
        }
        if (dataLength == 0) {
            line.put((byte) '-');
        } else {
            line.put(data, 0, dataLength);
        }
        line.put((byte) ' ');
        return room - needed;
    }

    private void send(Outlet outlet, long nowMs, long nowNs) {
        Ring ring = outlet.ring;
        if (ring != null) {
            ring.append(line, count -> about(count, outlet, nowMs));
            return;
        }
        line.put((byte) '\n'); // beyond the length, in datagrams too
        LogSocket socket = outlet.socket;
        if (socket != null && !socket.send(line, nowNs)) {
            dropped.incrementAndGet();
        }
    }

    /** What a ring says about events that it had to drop. */
    private static byte[] about(long count, Outlet outlet, long nowMs) {
        byte[] header = outlet.header.of(NOTICE, nowMs);
        byte[] words = Ring.wordsAbout(count);
        int between = outlet.structured ? 2 : 0;
        byte[] all = Arrays.copyOf(header, header.length + between + words.length);
        if (outlet.structured) {
            all[header.length] = '-';
            all[header.length + 1] = ' ';
        }
        System.arraycopy(words, 0, all, header.length + between, words.length);
        return all;
    }
}
