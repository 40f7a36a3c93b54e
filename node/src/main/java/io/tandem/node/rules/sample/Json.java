// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/**
 * Finds one value in a JSON text (RFC 8259) by a path such as {@code $.store.book[0].title}.
 *
 * <p>Reads the bytes once, from the left, and no further than the value: what follows may be broken, as HAProxy does not
 * look at it either. No recursion, nothing allocated; deeper than {@link #MAX_DEPTH} containers nothing is found.
 * Not thread-safe: one per event loop.
 */
final class Json {
    /** What was found. */
    enum Kind {
        NONE,
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        /** {@code null}, an object or an array. */
        OTHER
    }

    /** HAProxy's reader goes no deeper either. */
    static final int MAX_DEPTH = 20;

    private byte[] bytes = new byte[0];
    private int at;
    private int end;
    private int start;

    /** Where the value begins; of a string behind its quote. */
    int start() {
        return start;
    }

    /** Behind the value; of a string its closing quote. */
    int end() {
        return at;
    }

    /** Looks for the value of {@code path} in {@code text[from..to)}. */
    Kind find(JsonPath path, byte[] text, int from, int to) {
        bytes = text;
        at = from;
        end = to;
        for (int i = 0; i < path.length(); i++) {
            byte[] key = path.key(i);
            if (i >= MAX_DEPTH || !(key == null ? element(path.index(i)) : member(key))) {
                return Kind.NONE;
            }
        }
        return value();
    }

    private int skipSpace() {
        while (at < end) {
            byte b = bytes[at];
            if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                return b;
            }
            at++;
        }
        return -1;
    }

    /** Goes to the value of a member of the object that begins here. */
    private boolean member(byte[] key) {
        if (skipSpace() != '{') {
            return false;
        }
        at++;
        while (skipSpace() == '"') {
            int keyStart = ++at;
            if (!skipString()) {
                return false;
            }
            boolean found = Text.equals(bytes, keyStart, at, key, false);
            at++;
            if (skipSpace() != ':') {
                return false;
            }
            at++;
            if (found) {
                return true;
            }
            if (!skipValue() || skipSpace() != ',') {
                return false;
            }
            at++;
        }
        return false;
    }

    /** Goes to an element of the array that begins here. */
    private boolean element(int index) {
        if (index < 0 || skipSpace() != '[') {
            return false;
        }
        at++;
        for (int i = 0; i < index; i++) {
            if (!skipValue() || skipSpace() != ',') {
                return false;
            }
            at++;
        }
        return true;
    }

    private Kind value() {
        int first = skipSpace();
        start = at;
        if (first == '"') {
            start = ++at;
            return skipString() ? Kind.STRING : Kind.NONE;
        }
        if (first == '-' || (first >= '0' && first <= '9')) {
            skipNumber();
            return Kind.NUMBER;
        }
        return switch (first) {
            case 't' -> skipWord("true") ? Kind.TRUE : Kind.NONE;
            case 'f' -> skipWord("false") ? Kind.FALSE : Kind.NONE;
            default -> skipValue() ? Kind.OTHER : Kind.NONE;
        };
    }

    /** Goes from behind the opening quote to the closing one. */
    private boolean skipString() {
        while (at < end) {
            byte b = bytes[at];
            if (b == '"') {
                return true;
            }
            if (b == 0) {
                return false;
            }
            at += b == '\\' && at + 1 < end ? 2 : 1;
        }
        return false;
    }

    private void skipNumber() {
        if (bytes[at] == '-') {
            at++;
        }
        skipDigits();
        if (at < end && bytes[at] == '.') {
            at++;
            skipDigits();
        }
        if (at < end && (bytes[at] | 0x20) == 'e') {
            at++;
            if (at < end && (bytes[at] == '-' || bytes[at] == '+')) {
                at++;
            }
            skipDigits();
        }
    }

    private void skipDigits() {
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
    }

    private boolean skipWord(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= end || bytes[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    /** Goes behind the value that begins here, whatever it is; false if it is none. */
    private boolean skipValue() {
        long objects = 0; // a bit a container around us, the innermost lowest: 1 for an object
        int depth = 0;
        boolean wantsValue = true;
        while (true) {
            int b = skipSpace();
            if (b < 0) {
                return false;
            }
            if (wantsValue) {
                if (b == '{' || b == '[') {
                    at++;
                    if (++depth > MAX_DEPTH) {
                        return false;
                    }
                    objects = objects << 1 | (b == '{' ? 1 : 0);
                    if (skipSpace() != b + 2) {
                        wantsValue = b == '[' || skipKey();
                        if (!wantsValue) {
                            return false;
                        }
                        continue;
                    }
                    wantsValue = false;
                } else if (!skipScalar(b)) {
                    return false;
                } else {
                    wantsValue = false;
                }
            } else if (b == ',') {
                at++;
                if ((objects & 1) != 0 && !skipKey()) {
                    return false;
                }
                wantsValue = true;
            } else if (b == ((objects & 1) != 0 ? '}' : ']')) {
                at++;
                depth--;
                objects >>= 1;
            } else {
                return false;
            }
            if (depth == 0 && !wantsValue) {
                return true;
            }
        }
    }

    private boolean skipKey() {
        if (skipSpace() != '"') {
            return false;
        }
        at++;
        if (!skipString()) {
            return false;
        }
        at++;
        if (skipSpace() != ':') {
            return false;
        }
        at++;
        return true;
    }

    private boolean skipScalar(int first) {
        if (first == '"') {
            at++;
            boolean whole = skipString();
            at++;
            return whole;
        }
        if (first == '-' || (first >= '0' && first <= '9')) {
            skipNumber();
            return true;
        }
        return switch (first) {
            case 't' -> skipWord("true");
            case 'f' -> skipWord("false");
            case 'n' -> skipWord("null");
            default -> false;
        };
    }
}
