// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/**
 * A typed value on its way through converters (HAProxy manual 7). Mutable and reused: a value is a slice of somebody's
 * bytes or a number, never an object of its own.
 */
public final class Sample {
    public SampleType type = SampleType.STRING;
    /** BOOLEAN (0, 1), INTEGER, IPV4 (as an unsigned number). */
    public long number;
    /** STRING, BINARY, METHOD, IPV6 (16 bytes): the slice {@code start..end} of it. */
    public byte[] bytes = EMPTY;

    public int start;
    public int end;
    /** Where the next occurrence is looked for, by fetches that have several. */
    public long cursor;

    private static final byte[] EMPTY = new byte[0];

    /** Moves the cursor to a byte of the field that is {@code index}th. */
    void cursor(int index, int offset) {
        cursor = (long) index << 32 | offset;
    }

    int cursorIndex() {
        return (int) (cursor >> 32);
    }

    int cursorOffset() {
        return (int) cursor;
    }

    public void set(boolean value) {
        type = SampleType.BOOLEAN;
        number = value ? 1 : 0;
    }

    public void set(long value) {
        type = SampleType.INTEGER;
        number = value;
    }

    public void set(SampleType type, byte[] bytes, int start, int end) {
        this.type = type;
        this.bytes = bytes;
        this.start = start;
        this.end = end;
    }

    /** A STRING that is all of {@code text}. */
    public void text(byte[] text) {
        set(SampleType.STRING, text, 0, text.length);
    }

    public void ipv4(long address) {
        type = SampleType.IPV4;
        number = address & 0xFFFFFFFFL;
    }

    public int length() {
        return end - start;
    }

    /** Whether the value is a slice of bytes rather than a number. */
    public boolean isBytes() {
        return type == SampleType.STRING
                || type == SampleType.BINARY
                || type == SampleType.METHOD
                || type == SampleType.IPV6;
    }
}
