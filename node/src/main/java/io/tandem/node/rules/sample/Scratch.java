// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.regex.Matching;

/**
 * Bytes in which fetches and converters put what they compute, and the samples they work on. One per event loop;
 * {@link #reset} before each rule. Values stay valid until then.
 */
public final class Scratch {
    /** A body, a value, a variable's and what becomes of them fit at a time, each as long as may be. */
    private static final int VALUES = 4;

    private final byte[] bytes;
    private final int size;
    private byte[] key = new byte[64];
    private int used;
    private int bodyAt = -1;
    private int bodyLength;

    /** What an expression evaluates into. */
    public final Sample value = new Sample();
    /** For a converter that needs a second value, such as {@code strcmp}. */
    public final Sample other = new Sample();
    /** Where formats write. */
    public final Output output;

    private final Matching matching = new Matching();

    /** @param size {@code tune.bufsize}: HAProxy cuts samples there too */
    public Scratch(int size) {
        this.size = size;
        bytes = new byte[size * VALUES];
        output = new Output(size);
    }

    public byte[] bytes() {
        return bytes;
    }

    /** An array of at least {@code length} for a stick table's key; the same every time, valid until the next call. */
    public byte[] key(int length) {
        if (key.length < length) {
            key = new byte[length];
        }
        return key;
    }

    /** What regular expressions are matched with; valid until the next match. */
    public Matching matching() {
        return matching;
    }

    public void reset() {
        used = 0;
        bodyAt = -1;
    }

    /** Claims {@code length} bytes for the body of the message at hand, which is copied here once; answers where. */
    int claimBody(int length) {
        bodyAt = claim(length);
        bodyLength = length;
        return bodyAt;
    }

    /** Where the body of the message at hand has been copied; negative where it has not been. */
    int bodyAt() {
        return bodyAt;
    }

    /** How much has been copied. */
    int bodyLength() {
        return bodyLength;
    }

    /** Claims up to {@code length} bytes; answers where they start. Ask {@link #room} first. */
    public int claim(int length) {
        int at = used;
        used += length;
        return at;
    }

    /** Where the next claim will start. */
    public int position() {
        return used;
    }

    /** How long the next claim may be: what is left, and no more than a sample may have. */
    public int room() {
        return Math.min(size, bytes.length - used);
    }

    /** The most bytes a sample may have. */
    int size() {
        return size;
    }

    /** Whether the next step of an expression might not find the room that HAProxy has for each. */
    boolean isLow() {
        return bytes.length - used < 2 * size;
    }

    /** Gives back what was claimed since {@code mark}, but for the body of the message. */
    public void release(int mark) {
        used = bodyAt >= mark ? bodyAt + bodyLength : mark;
    }

    /** Gives back what was claimed since {@code mark} but for {@code value}, which moves there. */
    void keepOnly(Sample value, int mark) {
        used = mark;
        if (bodyAt >= mark) {
            bodyAt = -1;
        }
        if (value.isBytes() && value.bytes == bytes && value.start >= mark) {
            int length = value.length();
            System.arraycopy(bytes, value.start, bytes, mark, length);
            value.set(value.type, bytes, mark, mark + length);
            used += length;
        }
    }
}
