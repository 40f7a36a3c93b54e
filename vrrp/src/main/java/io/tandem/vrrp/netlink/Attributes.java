// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Walks the attributes of a received rtnetlink message; stops at the first that does not fit. */
final class Attributes {
    private final ByteBuffer bytes;
    private int at;
    private int length;

    Attributes(ByteBuffer bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    boolean next() {
        at += (length + 3) & ~3;
        if (at + 4 > bytes.limit()) {
            return false;
        }
        length = bytes.getShort(at) & 0xffff;
        return length >= 4 && at + length <= bytes.limit();
    }

    int type() {
        return bytes.getShort(at + 2) & 0x3fff;
    }

    int intValue() {
        return length >= 8 ? bytes.getInt(at + 4) : 0;
    }

    int byteValue() {
        return length >= 5 ? bytes.get(at + 4) & 0xff : 0;
    }

    /** The 32-bit word at {@code index} of the value, or 0 where the value is shorter. */
    int word(int index) {
        return length >= 8 + 4 * index ? bytes.getInt(at + 4 + 4 * index) : 0;
    }

    byte[] value() {
        byte[] value = new byte[length - 4];
        bytes.get(at + 4, value);
        return value;
    }

    String text() {
        byte[] value = value();
        int end = value.length > 0 && value[value.length - 1] == 0 ? value.length - 1 : value.length;
        return new String(value, 0, end, StandardCharsets.UTF_8);
    }

    /** The attributes inside this one. */
    Attributes nested() {
        ByteBuffer inner = bytes.duplicate().order(bytes.order());
        inner.limit(at + length);
        return new Attributes(inner, at + 4);
    }
}
