// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.config.text.Origin;
import io.tandem.node.observe.log.LogTarget.Destination;
import io.tandem.node.observe.ring.Ring;
import io.tandem.node.observe.ring.RingFeature;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where messages for whoever debugs a configuration go: a ring, {@code stdout} or {@code stderr}. Each event loop has a
 * writer of its own; what a destination does not take at once is dropped and counted, as log lines are.
 */
public final class EventSink {
    private static final int MAX_LENGTH = 16_384;
    private static final int EMERGENCY = 0; // HAProxy's level of such events

    private final LogWriter[] loops;

    private EventSink(LogWriter[] loops) {
        this.loops = loops;
    }

    /** The sink of that name, or null where there is none. Once the rings are known. */
    public static @Nullable EventSink of(String name, Origin origin, Assembly assembly) {
        boolean descriptor = name.equals("stdout") || name.equals("stderr");
        Ring ring = descriptor ? null : RingFeature.ring(name, assembly);
        if (!descriptor && ring == null) {
            return null;
        }
        Destination destination = descriptor
                ? new Destination.Descriptor(name.equals("stdout") ? 1 : 2)
                : new Destination.Ring(name, origin);
        LogTarget target = new LogTarget(destination, MAX_LENGTH, LogTarget.Format.RAW, 0, 7, 0);
        List<LogWriter.Route> routes = List.of(new LogWriter.Route(target, ring, new AtomicInteger()));
        NodeRuntime node = assembly.node();
        LogWriter.Identity identity = new LogWriter.Identity(null, "haproxy", node.logPid());
        LogWriter[] loops = new LogWriter[node.loops()];
        for (int i = 0; i < loops.length; i++) {
            loops[i] = new LogWriter(routes, identity, node.logSockets(), i, node.droppedLogs());
        }
        return new EventSink(loops);
    }

    /** Writes one event. Called by loop {@code loop}. */
    public void write(int loop, byte[] text, int length) {
        if (loop >= 0 && loop < loops.length) {
            loops[loop].write(EMERGENCY, text, 0, length, System.currentTimeMillis());
        }
    }
}
