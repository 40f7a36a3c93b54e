// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/**
 * Text being put together in the scratch bytes. What does not fit makes the whole fail, as a sample beyond HAProxy's buffer
 * does. Nothing else may claim scratch bytes meanwhile.
 */
final class Builder {
    private final Scratch scratch;
    private final int start;
    private int at;
    private boolean full;

    Builder(Scratch scratch) {
        this.scratch = scratch;
        start = scratch.position();
        at = start;
    }

    boolean isEmpty() {
        return at == start;
    }

    void append(byte[] bytes, int from, int to) {
        if (fits(to - from)) {
            System.arraycopy(bytes, from, scratch.bytes(), at, to - from);
            at += to - from;
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

    void append(Sample sample) {
        append(sample.bytes, sample.start, sample.end);
    }

    private boolean fits(int length) {
        full |= start + scratch.room() - at < length;
        return !full;
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
