// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import java.nio.ByteBuffer;

/**
 * The bytes of a ring, in memory or in a mapped file, addressed by how many were ever written before them. Behind the byte at
 * which an event begins come its length and its bytes. Not thread-safe.
 */
class Store {
    private static final int ONE_BYTE = 240;

    private final ByteBuffer area;
    private byte[] copy = new byte[1024];
    private ByteBuffer event = ByteBuffer.wrap(copy);
    private int lengthSize;

    /** @param area all of it holds events */
    Store(ByteBuffer area) {
        this.area = area;
    }

    /**
     * One outside of the heap: what does not fit can be refused, where a heap that is full would end the process.
     *
     * @throws OutOfMemoryError if it does not fit
     */
    static Store inMemory(int size) {
        return new Store(ByteBuffer.allocateDirect(size));
    }

    int size() {
        return area.capacity();
    }

    /** Notes where the events lie, for whoever finds the bytes. */
    void extent(long head, long length) {
        // in memory nobody will
    }

    /** Writes an event behind {@code tail}, the place behind the last one; answers the new place. There must be room. */
    long put(long tail, ByteBuffer bytes, int length) {
        long at = putLength(tail, length);
        int place = place(at);
        int first = Math.min(length, area.capacity() - place);
        area.put(place, bytes, 0, first);
        area.put(0, bytes, first, length - first);
        at += length;
        area.put(place(at), (byte) 0); // readers of the next event
        return at + 1;
    }

    private long putLength(long from, int length) {
        long at = from;
        if (length < ONE_BYTE) {
            area.put(place(at++), (byte) length);
            return at;
        }
        area.put(place(at++), (byte) (length | ONE_BYTE));
        int rest = (length - ONE_BYTE) >> 4;
        while (rest >= 128) {
            area.put(place(at++), (byte) (rest | 128));
            rest = (rest - 128) >> 7;
        }
        area.put(place(at++), (byte) rest);
        return at;
    }

    /** Where the event behind the one at {@code start} begins. */
    long next(long start) {
        int length = length(start);
        return start + lengthSize + length + 1;
    }

    /** The event at {@code start}; valid until the next call. */
    ByteBuffer event(long start) {
        int length = length(start);
        if (length > copy.length) {
            copy = new byte[length];
            event = ByteBuffer.wrap(copy);
        }
        int place = place(start + 1 + lengthSize);
        int first = Math.min(length, area.capacity() - place);
        area.get(place, copy, 0, first);
        area.get(0, copy, first, length - first);
        return event.clear().limit(length);
    }

    private int length(long start) {
        int first = area.get(place(start + 1)) & 0xFF;
        lengthSize = 1;
        if (first < ONE_BYTE) {
            return first;
        }
        int value = first;
        int shift = 4;
        int next;
        do {
            next = area.get(place(start + 1 + lengthSize++)) & 0xFF;
            value += next << shift;
            shift += 7;
        } while (next >= 128);
        return value;
    }

    private int place(long at) {
        return (int) (at % area.capacity());
    }
}
