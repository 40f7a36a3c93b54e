// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Memory outside the heap that a system call can read and write: a cursor for building, an address for passing.
 *
 * <p>Host byte order; freed with the object. Not thread-safe.
 */
public final class NativeBuffer {
    /**
     * The buffers made last: a caller that passes {@link #address} to a system call and never touches the object again
     * must not lose the memory to a collection in between.
     */
    private static final AtomicReferenceArray<NativeBuffer> RECENT = new AtomicReferenceArray<>(256);

    private static final AtomicInteger MADE = new AtomicInteger();

    private final ByteBuffer bytes;
    private final long address;

    public NativeBuffer(int capacity) {
        bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
        address = MemoryIO.getInstance().getDirectBufferAddress(bytes);
        RECENT.set(MADE.getAndIncrement() & (RECENT.length() - 1), this);
    }

    /** A zero-terminated copy of {@code text}. */
    public static NativeBuffer ofString(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        NativeBuffer buffer = new NativeBuffer(content.length + 1);
        buffer.bytes().put(content).put((byte) 0).clear();
        return buffer;
    }

    public ByteBuffer bytes() {
        return bytes;
    }

    /** The address of byte 0, whatever the buffer's position. */
    public long address() {
        return address;
    }

    /** Copies a few bytes out. {@link ByteBuffer}'s own way passes through the JVM, which costs microseconds in cold caches. */
    public void copyTo(int at, byte[] into, int offset, int count) {
        for (int i = 0; i < count; i++) {
            into[offset + i] = bytes.get(at + i);
        }
    }

    /** Copies a few bytes in. */
    public void copyFrom(byte[] from, int count) {
        for (int i = 0; i < count; i++) {
            bytes.put(i, from[i]);
        }
    }

    public int capacity() {
        return bytes.capacity();
    }
}
