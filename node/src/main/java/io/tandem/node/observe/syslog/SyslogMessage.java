// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.syslog;

/**
 * The parts of a syslog message, as HAProxy finds them: of RFC 5424 behind {@code <N>1 }, of RFC 3164 behind a month's name,
 * otherwise a text alone. A part is a pair of offsets into the bytes that were read; one that is missing is empty.
 *
 * <p>Never fails: what is no header is text. Reused; not thread-safe.
 *
 * <pre>
 * RFC 5424   &lt;165&gt;1 2026-11-22T10:00:01.003Z host app 12 id47 [ex@1 a="b"] text
 * RFC 3164   &lt;165&gt;Nov 22 10:00:01 host app[12]: text
 * </pre>
 */
final class SyslogMessage {
    /** What the message was before it was taken apart. */
    enum Kind {
        BARE,
        RFC3164,
        RFC5424
    }

    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    /** {@code Nov 22 10:00:01 }. */
    private static final int DATE_3164 = 15;
    /** {@code 2026-11-22T10:00:01}. */
    private static final int DATE_5424 = 19;

    private byte[] bytes = new byte[0];
    private int at;
    private int end;

    Kind kind = Kind.BARE;
    /** As written, cut to 32 bits as HAProxy does; -1 for none. */
    long priority = -1;

    final Part time = new Part();
    final Part host = new Part();
    final Part tag = new Part();
    final Part process = new Part();
    final Part id = new Part();
    final Part data = new Part();
    final Part text = new Part();

    /** A range of the message's bytes. */
    static final class Part {
        int start;
        int end;

        boolean isEmpty() {
            return start == end;
        }

        int length() {
            return end - start;
        }

        private void set(int from, int to) {
            start = from;
            end = to;
        }
    }

    byte[] bytes() {
        return bytes;
    }

    /** 0..7, 0 where the message does not say. */
    int level() {
        return priority < 0 ? 0 : (int) (priority & 7);
    }

    /** Reads a message; line feeds and zeros at its end are no part of it. The bytes are not copied. */
    void read(byte[] message, int from, int to) {
        bytes = message;
        end = to;
        while (end > from && (message[end - 1] == '\n' || message[end - 1] == 0)) {
            end--;
        }
        kind = Kind.BARE;
        priority = -1;
        at = from;
        clear();
        readPriority();
        int body = at;
        if (priority >= 0 && end - at >= 2 && bytes[at] == '1' && bytes[at + 1] == ' ') {
            at += 2;
            if (readHeader5424()) {
                kind = Kind.RFC5424;
            } else {
                // HAProxy loses the last two bytes of such a message; here it is passed on whole.
                clear();
                at = body;
            }
        } else if (priority >= 0 && readHeader3164()) {
            kind = Kind.RFC3164;
        }
        text.set(at, end);
    }

    private void clear() {
        time.set(0, 0);
        host.set(0, 0);
        tag.set(0, 0);
        process.set(0, 0);
        id.set(0, 0);
        data.set(0, 0);
    }

    private void readPriority() {
        if (at == end || bytes[at] != '<') {
            return;
        }
        long value = 0;
        int i = at + 1;
        while (i < end && isDigit(bytes[i])) {
            value = (value * 10 + bytes[i] - '0') & 0xFFFF_FFFFL;
            i++;
        }
        if (i < end && bytes[i] == '>') {
            priority = value;
            at = i + 1;
        }
    }

    // ---- RFC 5424

    private boolean readHeader5424() {
        return readTime() && word(host) && word(tag) && word(process) && word(id) && readData();
    }

    /** A date and a time of day, of which only the length is looked at, a fraction, and Z or an offset. */
    private boolean readTime() {
        if (end - at >= 2 && bytes[at] == '-' && bytes[at + 1] == ' ') {
            at += 2;
            return true;
        }
        int i = at + DATE_5424;
        if (i < end && bytes[i] == '.') {
            i++;
            while (i < end && isDigit(bytes[i])) {
                i++;
            }
        }
        if (i >= end) {
            return false;
        }
        if (bytes[i] == 'Z') {
            i++;
        } else if ((bytes[i] == '+' || bytes[i] == '-') && i + 3 < end && bytes[i + 3] == ':') {
            i += "+00:00".length();
        } else {
            return false;
        }
        if (i >= end || bytes[i] != ' ') {
            return false;
        }
        time.set(at, i);
        at = i + 1;
        return true;
    }

    /** A word and the blank behind it; {@code -} stands for none. */
    private boolean word(Part part) {
        int start = at;
        while (at < end && bytes[at] != ' ') {
            at++;
        }
        if (at == end || at == start) {
            return false;
        }
        if (at - start > 1 || bytes[start] != '-') {
            part.set(start, at);
        }
        at++;
        return true;
    }

    /** Elements in brackets one behind the other, a bracket in them behind a backslash; then a blank. */
    private boolean readData() {
        if (end - at >= 2 && bytes[at] == '-' && bytes[at + 1] == ' ') {
            at += 2;
            return true;
        }
        int i = at;
        while (i < end && bytes[i] == '[') {
            i++;
            while (i < end && (bytes[i] != ']' || bytes[i - 1] == '\\')) {
                i++;
            }
            i++;
        }
        if (i == at || i >= end || bytes[i] != ' ') {
            return false;
        }
        data.set(at, i);
        at = i + 1;
        return true;
    }

    // ---- RFC 3164

    private boolean readHeader3164() {
        if (end - at <= DATE_3164
                || month(at) < 0
                || bytes[at + 3] != ' '
                || bytes[at + 6] != ' '
                || bytes[at + DATE_3164] != ' ') {
            return false;
        }
        int name = at + DATE_3164 + 1;
        int i = name;
        while (i < end && bytes[i] != ' ') {
            i++;
        }
        if (i == name || i == end) {
            return false;
        }
        time.set(at, at + DATE_3164);
        host.set(name, i);
        at = i + 1;
        readTag();
        return true;
    }

    private int month(int from) {
        for (int i = 0; i < MONTHS.length(); i += 3) {
            if (bytes[from] == MONTHS.charAt(i)
                    && bytes[from + 1] == MONTHS.charAt(i + 1)
                    && bytes[from + 2] == MONTHS.charAt(i + 2)) {
                return i / 3;
            }
        }
        return -1;
    }

    /** {@code tag[process]: }; anything else is text. A tag whose bracket is followed by neither colon nor blank is kept as well. */
    private void readTag() {
        int start = at;
        int open = -1;
        int close = -1;
        for (int i = start; i < end && bytes[i] != ' '; i++) {
            byte c = bytes[i];
            if (c == ':') {
                if (i + 1 < end && bytes[i + 1] == ' ') {
                    tag.set(start, open > start ? open : i);
                    if (close >= 0) {
                        process.set(open + 1, close);
                    }
                    at = i + 2;
                }
                return;
            }
            if (c == '[') {
                open = i;
            } else if (c == ']' && open >= 0) {
                close = i;
                boolean ends = i + 1 == end || bytes[i + 1] == ' ' || bytes[i + 1] == ':';
                if (!ends) {
                    if (open > start) {
                        tag.set(start, open);
                    }
                    return;
                }
            }
        }
    }

    // ---- dates

    /** Two digits of a month in RFC 5424's date, as 0..11; -1 where they are none. */
    int month5424() {
        int tens = bytes[time.start + 5] - '0';
        int ones = bytes[time.start + 6] - '0';
        if (tens < 0 || tens > 9 || ones < 0 || ones > 9) {
            return -1;
        }
        int month = Math.max(0, tens * 10 + ones - 1);
        return month < 12 ? month : -1;
    }

    /** The month of RFC 3164's date, 0..11. */
    int month3164() {
        return month(time.start);
    }

    /** {@code Jan}. */
    static String monthName(int month) {
        return MONTHS.substring(month * 3, month * 3 + 3);
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
