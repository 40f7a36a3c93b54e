// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tandem.peers.table.HybridClock;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Small named values that all nodes share: administrative states of servers, ticket keys. The latest write wins.
 *
 * <p>Any thread; listeners run on the thread that learned of the change and must be quick. Bounded: {@value #MAX_KEYS}
 * keys of {@value #MAX_KEY_BYTES} bytes with values of {@value #MAX_VALUE_BYTES}.
 */
public final class ReplicatedState {
    public static final int MAX_KEYS = 4096;
    public static final int MAX_KEY_BYTES = 256;
    public static final int MAX_VALUE_BYTES = 8192;

    /** Hears of a change made on another node; a null value is a removal. */
    public interface Listener {
        void changed(String key, byte @Nullable [] value);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Register(byte @Nullable [] value, long stamp) {}

    private final HybridClock clock;
    private final Map<String, Register> registers = new ConcurrentHashMap<>();
    private final Set<String> dirty = new LinkedHashSet<>(); // guarded by itself
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile Runnable onDirty = () -> {};

    ReplicatedState(HybridClock clock) {
        this.clock = clock;
    }

    /**
     * Writes a value for all nodes; null removes it.
     *
     * @throws IllegalArgumentException if key or value is too long
     * @throws IllegalStateException if there are too many keys
     */
    public void put(String key, byte @Nullable [] value, long nowMs) {
        if (key.getBytes(UTF_8).length > MAX_KEY_BYTES || (value != null && value.length > MAX_VALUE_BYTES)) {
            throw new IllegalArgumentException("state " + key + ": key or value too long");
        }
        synchronized (dirty) {
            if (registers.size() >= MAX_KEYS && !registers.containsKey(key)) {
                throw new IllegalStateException("state " + key + ": " + MAX_KEYS + " keys are the limit");
            }
            registers.put(key, new Register(value == null ? null : value.clone(), clock.next(nowMs)));
            dirty.add(key);
        }
        onDirty.run();
    }

    /** The value, or null. */
    public byte @Nullable [] get(String key) {
        Register register = registers.get(key);
        return register == null || register.value() == null
                ? null
                : register.value().clone();
    }

    public Set<String> keys() {
        return Set.copyOf(registers.keySet());
    }

    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    void onDirty(Runnable wake) {
        onDirty = wake;
    }

    boolean isDirty() {
        synchronized (dirty) {
            return !dirty.isEmpty();
        }
    }

    Set<String> takeDirty() {
        synchronized (dirty) {
            Set<String> taken = new LinkedHashSet<>(dirty);
            dirty.clear();
            return taken;
        }
    }

    /** {@code block key | i64 stamp | u8 present | block value}. */
    void encode(String key, ByteWriter out) {
        Register register = registers.get(key);
        if (register == null) {
            return;
        }
        byte[] name = key.getBytes(UTF_8);
        out.block(name, 0, name.length);
        out.i64(register.stamp());
        byte[] value = register.value();
        out.u8(value == null ? 0 : 1);
        if (value != null) {
            out.block(value, 0, value.length);
        }
    }

    boolean decode(ByteReader in) {
        String key = new String(in.block(MAX_KEY_BYTES), UTF_8);
        long stamp = in.i64();
        byte[] value = in.u8() == 1 ? in.block(MAX_VALUE_BYTES) : null;
        if (in.failed() || !HybridClock.isPlausible(stamp)) {
            return false;
        }
        clock.observe(stamp);
        boolean later;
        synchronized (dirty) {
            Register present = registers.get(key);
            later = present == null ? registers.size() < MAX_KEYS : stamp > present.stamp();
            if (later) {
                registers.put(key, new Register(value, stamp));
            }
        }
        if (later) {
            listeners.forEach(listener -> listener.changed(key, value == null ? null : value.clone()));
        }
        return true;
    }
}
