// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/**
 * Text being put together in the scratch bytes. What does not fit makes the whole fail, or is cut off: HAProxy has converters
 * of either kind. Nothing else may claim scratch bytes meanwhile.
 */
final class Builder {
    private final Scratch scratch;
    private final int start;
    private final int limit;
    private final boolean cuts;
    private int at;
    private boolean full;

    Builder(Scratch scratch) {
        this(scratch, scratch.room(), false);
    }

    private Builder(Scratch scratch, int longest, boolean cuts) {
        this.scratch = scratch;
        this.cuts = cuts;
        start = scratch.position();
        limit = start + longest;
        at = start;
    }

    /** Text that ends {@code reserve} bytes below the longest a sample may be, whatever is appended. */
    static Builder cutting(Scratch scratch, int reserve) {
        return new Builder(scratch, Math.max(0, scratch.room() - reserve), true);
    }

    boolean isEmpty() {
        return at == start;
    }

    void append(byte[] bytes, int from, int to) {
        int length = cuts ? Math.min(to - from, limit - at) : to - from;
        if (fits(length)) {
            System.arraycopy(bytes, from, scratch.bytes(), at, length);
            at += length;
        }
    }

    void appendLower(byte[] bytes, int from, int to) {
        if (fits(to - from)) {
            for (int i = from; i < to; i++) {
                scratch.bytes()[at++] = Text.lower(bytes[i]);
            }
        }
    }

    void append(int b) {
        if (fits(1)) {
            scratch.bytes()[at++] = (byte) b;
        }
    }

    /** False where it does not fit. */
    boolean appendUnsigned(long number) {
        byte[] digits = Text.bytes(Long.toUnsignedString(number));
        boolean fits = digits.length <= left();
        append(digits, 0, digits.length);
        return fits;
    }

    void append(Sample sample) {
        append(sample.bytes, sample.start, sample.end);
    }

    private boolean fits(int length) {
        boolean fits = limit - at >= length;
        full |= !fits && !cuts;
        return fits;
    }

    /** How much more can be appended. */
    int left() {
        return limit - at;
    }

    /** Takes back what was appended behind the first {@code length} bytes. */
    void length(int length) {
        at = start + length;
    }

    int length() {
        return at - start;
    }

    /** Ends the text: false if it did not fit. */
    boolean into(Sample out) {
        return into(out, SampleType.STRING);
    }

    boolean into(Sample out, SampleType type) {
        if (full) {
            return false;
        }
        scratch.claim(at - start);
        out.set(type, scratch.bytes(), start, at);
        return true;
    }
}
