// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import java.nio.ByteBuffer;

/** A thread's subject where PCRE2 can read it, and the library's notes about the last match. */
final class NativeSubject {
    private static final int FIRST_CAPACITY = 2048;

    private final long matchData;
    private final ByteBuffer groupPlaces;
    private final ByteBuffer frame;
    private final long frameAddress;
    private ByteBuffer memory;
    private long address;
    private int skipped;

    NativeSubject(Pcre2 library) {
        matchData = library.createMatchData(this);
        groupPlaces = library.groupPlaces(matchData);
        frame = library.frame(matchData);
        frameAddress = Pcre2.address(frame);
        memory = Pcre2.memory(FIRST_CAPACITY);
        address = Pcre2.address(memory);
    }

    void copy(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length > memory.capacity()) {
            memory = Pcre2.memory(Integer.highestOneBit(length - 1) * 2);
            address = Pcre2.address(memory);
        }
        memory.put(0, bytes, start, length);
    }

    /** Leaves the first bytes out. */
    void skip(int bytes) {
        skipped = bytes;
    }

    /** Where the first byte is that counts. */
    long address() {
        return address + skipped;
    }

    long matchData() {
        return matchData;
    }

    /** The arguments of the next match. */
    ByteBuffer frame() {
        return frame;
    }

    long frameAddress() {
        return frameAddress;
    }

    void readGroups(Matching matching, int count) {
        matching.groups(count);
        for (int i = 0; i < matching.groups(); i++) {
            // A group that took no part is all ones.
            int from = (int) groupPlaces.getLong(i * 16);
            matching.group(i, from, (int) groupPlaces.getLong(i * 16 + 8));
        }
    }
}
