// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

/**
 * Walks through the pairs of a {@code Cookie} header's value (RFC 6265 4.2.1), as lenient as HAProxy: blanks around names
 * and values do not count. Pure; reused.
 */
final class CookieScanner {
    private byte[] bytes = new byte[0];
    private int next;
    private int end;
    private int segmentStart;
    private int pairStart;
    private int nameEnd;
    private int valueStart;
    private int valueEnd;
    private int pairEnd;

    /** Starts with the value {@code start..end}. */
    void begin(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.end = end;
        next = start;
    }

    /** Moves to the next pair; false at the end. */
    boolean advance() {
        if (next >= end) {
            return false;
        }
        segmentStart = next;
        pairStart = skipBlanks(next, end);
        int semicolon = find((byte) ';', pairStart, end);
        pairEnd = semicolon;
        next = semicolon + 1;
        int equals = find((byte) '=', pairStart, semicolon);
        nameEnd = trim(pairStart, equals);
        valueStart = equals < semicolon ? skipBlanks(equals + 1, semicolon) : semicolon;
        valueEnd = trim(valueStart, semicolon);
        return true;
    }

    private int skipBlanks(int at, int limit) {
        int i = at;
        while (i < limit && (bytes[i] == ' ' || bytes[i] == '\t')) {
            i++;
        }
        return i;
    }

    private int trim(int start, int limit) {
        int i = limit;
        while (i > start && (bytes[i - 1] == ' ' || bytes[i - 1] == '\t')) {
            i--;
        }
        return i;
    }

    private int find(byte wanted, int start, int limit) {
        for (int i = start; i < limit; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return limit;
    }

    /** Names of cookies are case-sensitive. */
    boolean isNamed(byte[] name) {
        return nameEnd - pairStart == name.length && equal(name, pairStart);
    }

    private boolean equal(byte[] wanted, int at) {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** Where the blanks before the pair begin, behind a semicolon. */
    int segmentStart() {
        return segmentStart;
    }

    /** Where the pair begins, its name first. */
    int pairStart() {
        return pairStart;
    }

    int pairEnd() {
        return pairEnd;
    }

    int valueStart() {
        return valueStart;
    }

    int valueEnd() {
        return valueEnd;
    }
}
