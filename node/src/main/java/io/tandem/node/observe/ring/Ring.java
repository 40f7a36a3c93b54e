// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import io.tandem.node.observe.log.LogTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bounded store of events: the newest push the oldest out, unless a reader has not had those yet; then the newest are
 * dropped and counted, and the ring says how many as soon as there is room.
 *
 * <p>An event lies there as HAProxy keeps it, so that as many fit: its length as a number of variable size, its bytes, and a
 * byte in which HAProxy counts readers. Thread-safe; the lock is held for a copy of one event.
 */
public final class Ring {
    /** What a ring holds where nothing else is said: HAProxy's buffer size. */
    static final int DEFAULT_SIZE = 16_384;

    private final Specification specification;
    private final Map<String, Reader> readers = new LinkedHashMap<>(); // guarded by this
    private final List<Runnable> watchers = new ArrayList<>(); // guarded by this
    private @Nullable Store store; // guarded by this; made when the ring comes into use
    private long head; // guarded by this: where the oldest event begins
    private long tail = 1; // guarded by this: where the next one will; HAProxy's first byte counts readers
    private long dropped; // guarded by this
    private @Nullable Ring successor; // guarded by this: who gets what comes when this one is out of use

    /**
     * What a ring is like.
     *
     * @param name how lines and commands name it
     * @param description what {@code show events} says about it
     * @param format what stands before the text of an event; null for what the line says that writes into it
     * @param maxLength bytes of an event beyond which it is cut, header included
     * @param size bytes it holds
     * @param file where it is kept, or null for memory
     */
    public record Specification(
            String name,
            String description,
            LogTarget.@Nullable Format format,
            int maxLength,
            int size,
            @Nullable String file) {
        /** How many bytes there are for events. */
        int capacity() {
            return file == null ? size : RingFile.capacity(size);
        }
    }

    /** Where one reader is that must not lose an event: the ring keeps what it has not read. Guarded by its ring. */
    static final class Reader {
        private long at;
        private boolean attached;
    }

    /** Where a reader is that takes what is still there; belongs to its thread. */
    public static final class Cursor {
        private long at;
    }

    /** Takes one event. */
    @FunctionalInterface
    interface Sink {
        /** The bytes from the buffer's position to its limit; not to be kept. Answers whether it wants another. */
        boolean accept(ByteBuffer event);
    }

    public Ring(Specification specification) {
        this.specification = specification;
    }

    public String name() {
        return specification.name();
    }

    Specification specification() {
        return specification;
    }

    /** What stands before the text of an event; null where that is not the ring's affair. */
    public LogTarget.@Nullable Format format() {
        return specification.format();
    }

    /** Bytes of an event beyond which it is cut. */
    public int maxLength() {
        return specification.maxLength();
    }

    /** Events that found no room and have not been spoken of yet. */
    synchronized long dropped() {
        return dropped;
    }

    /**
     * From now on it takes events. What it held already is kept.
     *
     * @throws IOException if its file, or its memory, cannot be had
     */
    synchronized void open() throws IOException {
        if (store == null) {
            String file = specification.file();
            Store fresh = file == null ? inMemory(specification.size()) : RingFile.open(file, specification.size());
            fresh.extent(head, tail - head);
            store = fresh;
        }
    }

    private static Store inMemory(int size) throws IOException {
        try {
            return Store.inMemory(size);
        } catch (OutOfMemoryError tooLarge) {
            throw new IOException("cannot allocate " + size + " bytes", tooLarge);
        }
    }

    /**
     * Keeps an event, or drops it where there is no room.
     *
     * @param event the bytes from 0 to its position
     * @param apology makes the event that tells of dropped ones: called with their number, only when there are some
     */
    public void append(ByteBuffer event, Apology apology) {
        int length = Math.min(event.position(), specification.maxLength());
        boolean kept;
        Ring next;
        synchronized (this) {
            next = successor;
            if (next == null && dropped > 0) {
                byte[] words = apology.about(dropped);
                if (put(ByteBuffer.wrap(words), Math.min(words.length, specification.maxLength()))) {
                    dropped = 0;
                }
            }
            kept = next == null && dropped == 0 && put(event, length);
            if (next == null && !kept) {
                dropped++;
            }
        }
        if (next != null) {
            next.append(event, apology);
        } else if (kept) {
            wake();
        }
    }

    /** Makes the event that tells of dropped ones. */
    @FunctionalInterface
    public interface Apology {
        byte[] about(long dropped);
    }

    /** The words about dropped events, without what stands before them. */
    public static byte[] wordsAbout(long dropped) {
        return (dropped + (dropped == 1 ? " event dropped" : " events dropped")).getBytes(StandardCharsets.US_ASCII);
    }

    private boolean put(ByteBuffer event, int length) {
        Store present = store;
        if (present == null) {
            return true; // not in use yet, or any more: nobody could read it
        }
        int needed = Varint.size(length) + length + 1;
        if (!makeRoom(present, needed)) {
            return false;
        }
        tail = present.put(tail, event, length);
        present.extent(head, tail - head);
        return true;
    }

    private boolean makeRoom(Store present, int needed) {
        long first = Long.MAX_VALUE;
        for (Reader reader : readers.values()) {
            first = reader.attached ? Math.min(first, reader.at) : first;
        }
        while (tail + needed - head > present.size()) {
            if (head + 1 >= tail || head >= first) {
                return false;
            }
            head = present.next(head);
        }
        return true;
    }

    private void wake() {
        Runnable[] now;
        synchronized (this) {
            if (watchers.isEmpty()) {
                return;
            }
            now = watchers.toArray(Runnable[]::new);
        }
        for (Runnable watcher : now) {
            watcher.run();
        }
    }

    /** Has {@code watcher} run behind each event, by the thread that brought it: it must not wait. */
    synchronized void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    synchronized void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    // ---- readers that must not lose an event

    /** The reader of that name, as it was left; a new one counts once it is {@link #attach attached}. */
    synchronized Reader reader(String name) {
        return readers.computeIfAbsent(name, n -> new Reader());
    }

    /** From now on nothing is pushed out that the reader has not had; the first time it begins with the oldest event. */
    synchronized void attach(Reader reader) {
        if (!reader.attached) {
            reader.attached = true;
            reader.at = head;
        }
    }

    /** Readers that are not among {@code names} are forgotten. */
    synchronized void keepReaders(List<String> names) {
        readers.keySet().retainAll(names);
    }

    /** Whether everything has been read. */
    synchronized boolean isRead(Reader reader) {
        return !reader.attached || reader.at + 1 >= tail;
    }

    /** Gives the sink the events that the reader has not had, until it has enough. */
    synchronized void read(Reader reader, Sink sink) {
        reader.at = readFrom(reader.at, sink);
    }

    // ---- readers that take what is there

    /** Gives the sink the events from the cursor on, or from the oldest that is left. */
    synchronized void read(Cursor cursor, Sink sink) {
        cursor.at = readFrom(Math.max(cursor.at, head), sink);
    }

    /** Behind the newest event. */
    synchronized void toEnd(Cursor cursor) {
        cursor.at = tail - 1;
    }

    private long readFrom(long from, Sink sink) {
        Store present = store;
        if (present == null) {
            return from;
        }
        long at = from;
        boolean wanted = true;
        while (wanted && at + 1 < tail) {
            wanted = sink.accept(present.event(at));
            at = wanted ? present.next(at) : at;
        }
        return at;
    }

    /**
     * Takes the place of a ring of the same name, as this one comes into use: it has that one's events, as far as there is
     * room, its readers stand where they stood, and what is still brought to that one comes here.
     */
    synchronized void replace(Ring before) {
        synchronized (before) {
            Store old = before.store;
            Map<Reader, Reader> pairs = new LinkedHashMap<>();
            before.readers.forEach((reader, left) -> pairs.put(left, reader(reader)));
            Map<Reader, Long> places = new LinkedHashMap<>();
            for (long at = before.head; old != null && at + 1 < before.tail; at = old.next(at)) {
                long from = at;
                pairs.keySet().stream()
                        .filter(left -> left.at <= from)
                        .forEach(left -> places.putIfAbsent(left, tail - 1));
                ByteBuffer event = old.event(at);
                put(event, Math.min(event.limit(), specification.maxLength()));
            }
            pairs.forEach((left, reader) -> {
                reader.attached = left.attached;
                reader.at = Math.max(head, places.getOrDefault(left, tail - 1));
            });
            dropped += before.dropped;
            before.successor = this;
            before.close();
        }
    }

    /** Takes no more events and lets go of memory and file. */
    synchronized void close() {
        store = null;
        readers.clear();
        watchers.clear();
    }
}
