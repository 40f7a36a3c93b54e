// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Memory outside the heap that a system call can read and write: a cursor for building, an address for passing.
 *
 * <p>Host byte order; freed with the object. Not thread-safe.
 */
public final class NativeBuffer {
    private final ByteBuffer bytes;
    private final long address;

    public NativeBuffer(int capacity) {
        bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
        address = MemoryIO.getInstance().getDirectBufferAddress(bytes);
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

    public int capacity() {
        return bytes.capacity();
    }
}
