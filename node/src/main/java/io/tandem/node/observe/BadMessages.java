// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The last request and the last response of each proxy that could not be read, for {@code show errors}. Any thread; a loop
 * writes here only when it refuses a message.
 */
public final class BadMessages {
    /** What could not be read: a request at a frontend, a response at a backend. */
    public enum Kind {
        REQUEST,
        RESPONSE
    }

    /**
     * One of them.
     *
     * @param event how many came before it in this process
     * @param proxy the proxy that refused it and its number; {@code other} the other one, or null
     * @param server the server's name, or null
     * @param source the client's address and port
     * @param bytes what was received, up to a buffer full
     * @param position which of the bytes was wrong
     * @param reason in what part of a message it stood
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record BadMessage(
            Kind kind,
            int event,
            long atMs,
            String proxy,
            int proxyId,
            @Nullable String other,
            int otherId,
            @Nullable String server,
            int serverId,
            String source,
            byte[] bytes,
            int position,
            String reason) {}

    private final AtomicInteger events = new AtomicInteger();
    private final Map<String, BadMessage> last = new ConcurrentHashMap<>();

    /** The number of the next one. */
    public int nextEvent() {
        return events.getAndIncrement();
    }

    /** Keeps it in the place of its proxy's last one. */
    public void keep(BadMessage message) {
        last.put(message.kind() + " " + message.proxy(), message);
    }

    /** How many there were. */
    public int count() {
        return events.get();
    }

    /** The last one of a proxy, or null. */
    public @Nullable BadMessage of(String proxy, Kind kind) {
        return last.get(kind + " " + proxy);
    }
}
