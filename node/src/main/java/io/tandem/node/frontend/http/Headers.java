// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of one message, as offsets into the bytes of its head.
 *
 * <p>Fields received lie where they were received; a field added or replaced lies in the tail behind them, up to the
 * reserve that {@code tune.maxrewrite} leaves. Reading is the same for both, an unmodified message is written from the
 * bytes received, and an edit costs no object. Order is the order on the wire.
 *
 * <p>Not thread-safe; reused from one message to the next.
 */
public final class Headers {
    /** Offsets kept per field: name start, name end, value start, value end, end of line behind its LF. */
    static final int STRIDE = 5;

    /** What a field's line has beside name and value: a colon, a blank and its end. */
    public static final int PUNCTUATION = 4;

    private static final int REMOVED = -1;

    private byte[] bytes = new byte[0];
    private int limit;
    private int tail;
    private int[] table = NO_FIELDS;
    private @Nullable HeadBuffer lent;
    private int count;
    private boolean edited;

    /**
     * Begins a message.
     *
     * @param bytes holds the head, starting at 0, with room behind it for added fields
     * @param limit the first index that must not be written to
     */
    public void begin(byte[] bytes, int limit) {
        this.bytes = bytes;
        this.limit = limit;
        tail = 0;
        count = 0;
        edited = false;
    }

    /**
     * Begins a message whose head lies in a pooled buffer; {@link #clear} lets go of it.
     *
     * @param limit the first index that edits must not write to
     */
    public void begin(HeadBuffer buffer, int limit) {
        begin(buffer.bytes, limit);
        lent = buffer;
        table = buffer.table;
    }

    /** Lets go of the bytes. */
    public void clear() {
        if (lent != null) {
            lent.table = table; // it may have grown
            lent = null;
            table = NO_FIELDS;
        }
        begin(EMPTY, 0);
    }

    private static final byte[] EMPTY = new byte[0];
    private static final int[] NO_FIELDS = new int[0];

    /** Records a field as received. Offsets are indexes into {@link #bytes}. */
    public void received(int nameStart, int nameEnd, int valueStart, int valueEnd, int lineEnd) {
        append(nameStart, nameEnd, valueStart, valueEnd, lineEnd);
        tail = Math.max(tail, lineEnd);
    }

    /**
     * Writes a field that came in another version of HTTP as HTTP/1 would, so that it can go on as it lies there.
     *
     * @param at where; that there is room is for the caller to know
     * @return behind its line
     */
    public int receive(int at, byte[] name, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        byte[] out = bytes;
        int colon = at + nameEnd - nameStart;
        System.arraycopy(name, nameStart, out, at, nameEnd - nameStart);
        out[colon] = ':';
        out[colon + 1] = ' ';
        int valueAt = colon + 2;
        int end = valueAt + valueEnd - valueStart;
        System.arraycopy(value, valueStart, out, valueAt, valueEnd - valueStart);
        out[end] = '\r';
        out[end + 1] = '\n';
        received(at, colon, valueAt, end, end + 2);
        return end + 2;
    }

    /** The head ends here, behind its empty line: added bytes start at {@code end}. */
    public void headEnd(int end) {
        tail = Math.max(tail, end);
    }

    private void append(int nameStart, int nameEnd, int valueStart, int valueEnd, int lineEnd) {
        int at = count * STRIDE;
        if (at == table.length) {
            table = Arrays.copyOf(table, Math.max(table.length * 2, HeadBuffer.FIELDS * STRIDE));
        }
        table[at] = nameStart;
        table[at + 1] = nameEnd;
        table[at + 2] = valueStart;
        table[at + 3] = valueEnd;
        table[at + 4] = lineEnd;
        count++;
    }

    /** The head's bytes, and the edits behind them. */
    public byte[] bytes() {
        return bytes;
    }

    /** Fields recorded, removed ones included: the bound for the indexes below. */
    public int count() {
        return count;
    }

    public boolean isLive(int index) {
        return table[index * STRIDE] != REMOVED;
    }

    public int nameStart(int index) {
        return table[index * STRIDE];
    }

    public int nameEnd(int index) {
        return table[index * STRIDE + 1];
    }

    /** First byte of the value, white space around it left out. */
    public int valueStart(int index) {
        return table[index * STRIDE + 2];
    }

    public int valueEnd(int index) {
        return table[index * STRIDE + 3];
    }

    /** Behind the LF of the field's line; a field's line is written whole from its name on. */
    public int lineEnd(int index) {
        return table[index * STRIDE + 4];
    }

    /** Whether any field was added or removed since {@link #begin}. */
    public boolean edited() {
        return edited;
    }

    /**
     * The first live field of that name at or behind {@code from}.
     *
     * @param name in lower case
     * @return its index, or -1
     */
    public int find(byte[] name, int from) {
        for (int i = from; i < count; i++) {
            int start = table[i * STRIDE];
            if (start != REMOVED
                    && table[i * STRIDE + 1] - start == name.length
                    && Ascii.equalsIgnoreCase(bytes, start, name)) {
                return i;
            }
        }
        return -1;
    }

    /** Cuts the value of field {@code index} off at {@code valueEnd}, not behind its present end. */
    public void shorten(int index, int valueEnd) {
        table[index * STRIDE + 3] = valueEnd;
    }

    /** Removes field {@code index}. */
    public void remove(int index) {
        table[index * STRIDE] = REMOVED;
        edited = true;
    }

    /** Removes every field of that name (lower case). */
    public void removeAll(byte[] name) {
        for (int i = find(name, 0); i >= 0; i = find(name, i + 1)) {
            remove(i);
        }
    }

    /** How many bytes of fields can be added, with their {@link #PUNCTUATION}. */
    public int room() {
        return limit - tail;
    }

    /**
     * Adds a field behind all others; its name is written in lower case, as every name is.
     *
     * @param name a token
     * @return false if the reserve is full: nothing was added
     */
    public boolean add(byte[] name, byte[] value, int start, int end) {
        int length = end - start;
        if (tail + name.length + length + 4 > limit) {
            return false;
        }
        int nameStart = tail;
        for (byte b : name) {
            bytes[tail++] = Ascii.toLower(b);
        }
        bytes[tail++] = ':';
        bytes[tail++] = ' ';
        int valueStart = tail;
        System.arraycopy(value, start, bytes, tail, length);
        tail += length;
        bytes[tail++] = '\r';
        bytes[tail++] = '\n';
        append(nameStart, nameStart + name.length, valueStart, valueStart + length, tail);
        edited = true;
        return true;
    }

    /**
     * Gives field {@code index} another value; it keeps its place among the others.
     *
     * @return false if the reserve is full: nothing was changed
     */
    public boolean replace(int index, byte[] value, int start, int end) {
        int at = index * STRIDE;
        int nameLength = table[at + 1] - table[at];
        if (tail + nameLength + end - start + 4 > limit) {
            return false;
        }
        int nameStart = tail;
        System.arraycopy(bytes, table[at], bytes, tail, nameLength);
        tail += nameLength;
        bytes[tail++] = ':';
        bytes[tail++] = ' ';
        int valueStart = tail;
        System.arraycopy(value, start, bytes, tail, end - start);
        tail += end - start;
        table[at] = nameStart;
        table[at + 1] = nameStart + nameLength;
        table[at + 2] = valueStart;
        table[at + 3] = tail;
        bytes[tail++] = '\r';
        bytes[tail++] = '\n';
        table[at + 4] = tail;
        edited = true;
        return true;
    }

    /**
     * Copies {@code value} behind the head, for a replaced part of the start line.
     *
     * @return where it starts, or -1 if the reserve is full
     */
    public int stash(byte[] value, int start, int end) {
        if (tail + end - start > limit) {
            return -1;
        }
        int at = tail;
        System.arraycopy(value, start, bytes, tail, end - start);
        tail += end - start;
        edited = true;
        return at;
    }
}
