// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import java.util.Arrays;

/**
 * The trailer section of one message, as lines {@code name: value CRLF} with names in lower case: what HTTP/1 sends, and
 * what any other version takes apart again. Reused; owned by one event loop.
 */
public final class Trailers {
    /** Takes trailer fields one by one. */
    @FunctionalInterface
    public interface Visitor {
        /** One field; offsets are indexes into {@code bytes}. */
        void field(byte[] bytes, int nameStart, int nameEnd, int valueStart, int valueEnd);
    }

    private static final byte[] EMPTY = new byte[0];
    private static final int PUNCTUATION = 4;

    private byte[] bytes = EMPTY;
    private int end;
    private int countedSize;

    public void clear() {
        end = 0;
        countedSize = 0;
    }

    /** Makes it the same as {@code other}, of which nothing is kept. */
    public void set(Trailers other) {
        if (bytes.length < other.end) {
            bytes = new byte[other.bytes.length];
        }
        System.arraycopy(other.bytes, 0, bytes, 0, other.end);
        end = other.end;
        countedSize = other.countedSize;
    }

    public boolean isEmpty() {
        return end == 0;
    }

    /** The lines, from 0 to {@link #end}. */
    public byte[] bytes() {
        return bytes;
    }

    public int end() {
        return end;
    }

    /** Names and values without punctuation: how HAProxy counts them. */
    public int countedSize() {
        return countedSize;
    }

    /** Adds a field; what it may be called is the caller's to judge. */
    public void add(byte[] nameBytes, int nameStart, int nameEnd, byte[] valueBytes, int valueStart, int valueEnd) {
        int size = nameEnd - nameStart + valueEnd - valueStart;
        if (end + size + PUNCTUATION > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.max(256, bytes.length * 2), end + size + PUNCTUATION));
        }
        for (int i = nameStart; i < nameEnd; i++) {
            bytes[end++] = Ascii.toLower(nameBytes[i]);
        }
        bytes[end++] = ':';
        bytes[end++] = ' ';
        System.arraycopy(valueBytes, valueStart, bytes, end, valueEnd - valueStart);
        end += valueEnd - valueStart;
        bytes[end++] = '\r';
        bytes[end++] = '\n';
        countedSize += size;
    }

    /** Shows every field in order. */
    public void forEach(Visitor visitor) {
        int line = 0;
        while (line < end) {
            int colon = line;
            while (bytes[colon] != ':') {
                colon++;
            }
            int lf = colon;
            while (bytes[lf] != '\n') {
                lf++;
            }
            visitor.field(bytes, line, colon, colon + 2, lf - 1);
            line = lf + 1;
        }
    }
}
