// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import org.jspecify.annotations.Nullable;

/** What a stick table's keys are; the number is the one of HAProxy's peers protocol. */
public enum KeyType {
    /** Unsigned 32-bit integer, four bytes big endian. */
    INTEGER("integer", 2, 4),
    /** IPv4 address, four bytes. */
    IP("ip", 4, 4),
    /** IPv6 address, sixteen bytes. */
    IPV6("ipv6", 5, 16),
    /** Bytes without a NUL, truncated to the declared length. */
    STRING("string", 6, 0),
    /** Bytes, truncated or padded with zeros to the declared length. */
    BINARY("binary", 7, 0);

    private final String word;
    private final int number;
    private final int fixedBytes;

    KeyType(String word, int number, int fixedBytes) {
        this.word = word;
        this.number = number;
        this.fixedBytes = fixedBytes;
    }

    /** The word of {@code type} in a configuration and in {@code show table}. */
    public String word() {
        return word;
    }

    public int number() {
        return number;
    }

    /** The length of every key, or 0 where the declaration says it. */
    public int fixedBytes() {
        return fixedBytes;
    }

    /** The type of that word; {@code ipv4} is HAProxy 3.2's name of {@code ip}. Null when there is none. */
    public static @Nullable KeyType named(String word) {
        if (word.equals("ipv4")) {
            return IP;
        }
        for (KeyType type : values()) {
            if (type.word.equals(word)) {
                return type;
            }
        }
        return null;
    }

    /** The type of that number, or null. */
    public static @Nullable KeyType numbered(int number) {
        for (KeyType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }
}
