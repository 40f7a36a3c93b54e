// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.util.Arrays;

/**
 * Walks through DER (X.690): one element after the other, going down where asked. Pure; every length is checked against the
 * bytes that are there.
 *
 * <pre>
 * element   tag(1) length(1, or 0x80 + n and n bytes) content(length)
 * </pre>
 */
public final class Der {
    public static final int INTEGER = 0x02;
    public static final int BIT_STRING = 0x03;
    public static final int OCTET_STRING = 0x04;
    public static final int OBJECT_IDENTIFIER = 0x06;
    public static final int SEQUENCE = 0x30;
    public static final int SET = 0x31;

    private final byte[] bytes;
    private final int limit;
    private int at;
    private int tag;
    private int first;
    private int start;
    private int end;

    public Der(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private Der(byte[] bytes, int from, int limit) {
        this.bytes = bytes;
        this.limit = limit;
        at = from;
    }

    /** Steps to the next element; false at the end, and where what follows is none: then nothing more is found. */
    public boolean next() {
        if (limit - at < 2) {
            return false;
        }
        first = at;
        tag = bytes[at] & 0xFF;
        int length = bytes[at + 1] & 0xFF;
        start = at + 2;
        if (length > 0x80 && length <= 0x84) {
            int count = length - 0x80;
            if (limit - start < count) {
                return end();
            }
            long big = 0;
            for (int i = 0; i < count; i++) {
                big = big << 8 | (bytes[start + i] & 0xFF);
            }
            start += count;
            length = big > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) big;
        } else if (length >= 0x80) {
            return end();
        }
        if (limit - start < length) {
            return end();
        }
        end = start + length;
        at = end;
        return true;
    }

    private boolean end() {
        at = limit;
        return false;
    }

    /** Steps to the next element, which must be of type {@code wanted}. */
    public boolean next(int wanted) {
        return next() && tag == wanted;
    }

    /** The type of the element stepped to. */
    public int tag() {
        return tag;
    }

    /** The inside of the element stepped to. */
    public Der inside() {
        return new Der(bytes, start, end);
    }

    /** The element stepped to, type and length included. */
    public byte[] element() {
        return Arrays.copyOfRange(bytes, first, end);
    }

    /** The content of the element stepped to. */
    public byte[] content() {
        return Arrays.copyOfRange(bytes, start, end);
    }
}
