// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Headers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Scans the head of a message in a byte array as it grows: start line, fields, empty line (RFC 9112 sections 2 to 5).
 *
 * <p>Remembers where it stopped, so that no byte is looked at twice whatever the sizes in which the head arrives. Line ends
 * are found eight bytes at a time; a line is then taken apart once it is whole. Field names are checked and folded to
 * lower case in place, which is how HAProxy sends them on.
 *
 * <p>As lenient as HAProxy 2.6 and no more: a lone LF ends a line, empty lines may precede a request, obs-fold becomes
 * blanks. Stricter in one point: a NUL in a field is refused (RFC 9110 section 5.5).
 *
 * <p>Not thread-safe; reused from one message to the next.
 */
abstract class HeadScanner {
    private static final byte[] NOTHING = new byte[0];

    /** What a look at the bytes received so far found. */
    public enum Progress {
        /** More bytes are needed. */
        INCOMPLETE,
        /** The head is whole; {@link #headEnd} is behind it. */
        COMPLETE,
        /** It never will be: {@link #reason} says why. */
        MALFORMED
    }

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = ONES << 7;
    /** Bytes below this are looked at one by one: NUL, TAB, LF, CR and other controls. */
    private static final long BELOW = ONES * 0x10;

    /** What HAProxy keeps beside each field, beside the start line and beside a whole message: it bounds heads too. */
    private static final int BLOCK = 8;

    private static final int START_LINE = 20;
    private static final int BOOKKEEPING = 48;

    /** How far a start line that is not whole yet is looked at, so that what is no HTTP is refused at once. */
    private static final int LONGEST_LOOK = 16;

    /** HAProxy keeps a name's length in a byte. */
    private static final int LONGEST_NAME = 255;

    private static final int MORE = -1;
    private static final int BAD = -2;

    private static final byte[] CONNECTION = Ascii.bytes("connection");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] TRANSFER_ENCODING = Ascii.bytes("transfer-encoding");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private Headers headers;
    private final int maxFields;

    byte[] bytes = NOTHING;
    private int limit;
    private int end;
    private int position;
    private int lineStart;
    private boolean inFields;
    private int fields;
    private int headEnd;
    private @Nullable Malformed reason;
    private int errorOffset;
    private boolean lenient;

    private final HopFields hop = new HopFields();
    private boolean hasUpgrade;
    private int weight;

    /** @param maxFields {@code tune.http.maxhdr}: one less than that many fields are accepted, as HAProxy does */
    HeadScanner(Headers headers, int maxFields) {
        this.headers = headers;
        this.maxFields = maxFields;
    }

    /** From now on fields are put into {@code headers}. */
    final void into(Headers headers) {
        this.headers = headers;
    }

    /**
     * Begins a head that will lie at the start of {@code bytes}.
     *
     * @param limit the longest head accepted
     */
    final void begin(byte[] bytes, int limit) {
        this.bytes = bytes;
        this.limit = limit;
        end = 0;
        position = 0;
        lineStart = 0;
        inFields = false;
        fields = 0;
        headEnd = 0;
        reason = null;
        errorOffset = 0;
        hop.begin();
        weight = 0;
        hasUpgrade = false;
        beginMessage();
    }

    /** Lets go of the bytes. */
    public final void clear() {
        bytes = NOTHING;
        headers.clear();
    }

    /** How many bytes were put into the array: where the next ones go. */
    public final int end() {
        return end;
    }

    /** How many more bytes the head may have. */
    public final int room() {
        return limit - end;
    }

    /** Looks at the bytes up to {@code end}, which the caller has just put there. */
    public final Progress scan(int end) {
        this.end = end;
        while (true) {
            int lf = findLineEnd();
            if (lf == MORE) {
                if (!inFields && !mayBegin(lineStart, Math.min(position, lineStart + LONGEST_LOOK))) {
                    return Progress.MALFORMED;
                }
                return end >= limit ? malformed(Malformed.HEAD_TOO_LONG) : Progress.INCOMPLETE;
            }
            if (lf == BAD) {
                return Progress.MALFORMED;
            }
            int textEnd = lf > lineStart && bytes[lf - 1] == '\r' ? lf - 1 : lf;
            int next = lf + 1;
            if (!inFields) {
                if (textEnd == lineStart && acceptsLeadingEmptyLines()) {
                    lineStart = next;
                    position = next;
                    continue;
                }
                if (!startLine(lineStart, textEnd)) {
                    return Progress.MALFORMED;
                }
                inFields = true;
                weight = startLineText() + START_LINE + 2 * BLOCK + 1;
            } else if (textEnd == lineStart) {
                headEnd = next;
                headers.headEnd(next);
                if (hop.otherEncoding) {
                    return malformed(Malformed.TRANSFER_ENCODING);
                }
                if (weight > limit - BOOKKEEPING) {
                    return malformed(Malformed.HEAD_TOO_LONG);
                }
                return finish() ? Progress.COMPLETE : Progress.MALFORMED;
            } else {
                if (next >= end) {
                    position = textEnd; // whether the line goes on shows in the byte behind it
                    return end >= limit ? malformed(Malformed.HEAD_TOO_LONG) : Progress.INCOMPLETE;
                }
                if (bytes[next] == ' ' || bytes[next] == '\t') {
                    unfold(textEnd, next);
                    position = next;
                    continue;
                }
                if (!field(lineStart, textEnd, next)) {
                    return Progress.MALFORMED;
                }
            }
            lineStart = next;
            position = next;
        }
    }

    /** Index of the LF that ends the current line, {@link #MORE} or {@link #BAD}. */
    private int findLineEnd() {
        byte[] a = bytes;
        int i = position;
        int stop = end;
        while (true) {
            for (int last = stop - 8; i <= last; i += 8) {
                long x = (long) LONGS.get(a, i);
                long hit = (x - BELOW) & ~x & HIGH_BITS; // the lowest set bit marks the first byte below 0x10
                if (hit != 0) {
                    i += Long.numberOfTrailingZeros(hit) >>> 3;
                    break;
                }
            }
            while (i < stop && (a[i] & 0xf0) != 0) {
                i++;
            }
            if (i >= stop) {
                position = stop;
                return MORE;
            }
            switch (a[i]) {
                case '\n' -> {
                    return i;
                }
                case '\r' -> {
                    if (i + 1 >= stop) {
                        position = i;
                        return MORE;
                    }
                    if (a[i + 1] != '\n') {
                        refuse(Malformed.BARE_CR, i + 1);
                        return BAD;
                    }
                    return i + 1;
                }
                case 0 -> {
                    refuse(Malformed.NUL, i);
                    return BAD;
                }
                default -> i++;
            }
        }
    }

    /** obs-fold (RFC 9112 section 5.2): the line end becomes blanks and the field goes on. */
    private void unfold(int from, int to) {
        for (int i = from; i < to; i++) {
            bytes[i] = ' ';
        }
    }

    private boolean field(int start, int textEnd, int next) {
        byte[] a = bytes;
        int i = start;
        while (i < textEnd && a[i] != ':') {
            byte lower = Ascii.token(a[i]);
            if (lower == 0) {
                if (!lenient || !isTolerable(a, i)) {
                    return refuse(Malformed.FIELD_NAME, i);
                }
                lower = a[i];
            }
            a[i++] = lower;
        }
        int nameEnd = i;
        if (nameEnd == start || nameEnd == textEnd || nameEnd - start > LONGEST_NAME) {
            return refuse(Malformed.FIELD_NAME, nameEnd);
        }
        int valueStart = FieldList.skipBlanks(a, nameEnd + 1, textEnd);
        int valueEnd = FieldList.trimBlanks(a, valueStart, textEnd);
        if (++fields >= maxFields) {
            return refuse(Malformed.TOO_MANY_FIELDS);
        }
        int index = headers.count();
        headers.received(start, nameEnd, valueStart, valueEnd, next);
        int size = nameEnd - start + valueEnd - valueStart;
        weight += size + BLOCK;
        boolean kept =
                switch (nameEnd - start) {
                    case 7 -> {
                        hasUpgrade |= named(start, UPGRADE);
                        yield true;
                    }
                    case 10 -> {
                        if (named(start, CONNECTION)) {
                            hop.connection(a, headers, index);
                        }
                        yield true;
                    }
                    case 14 ->
                        !named(start, CONTENT_LENGTH) || passes(hop.contentLength(a, headers, index), valueStart);
                    case 17 ->
                        !named(start, TRANSFER_ENCODING) || passes(hop.transferEncoding(a, headers, index), valueStart);
                    default -> true;
                };
        return kept && interpret(index, start, nameEnd - start);
    }

    /**
     * Accepts what {@code option accept-invalid-http-request} and {@code accept-invalid-http-response} let pass: other
     * characters in field names. No blank in front of the colon, though, which HAProxy lets pass: a server may take such a
     * field for the one without it (RFC 9112 section 5.1).
     */
    public final void lenient(boolean on) {
        lenient = on;
    }

    final boolean isLenient() {
        return lenient;
    }

    private static boolean isTolerable(byte[] a, int i) {
        return a[i] < 0 || a[i] > ' ' || (a[i] == ' ' && a[i + 1] > ' ' && a[i + 1] != ':');
    }

    /** Whether the name at {@code start}, already in lower case and of the right length, is {@code name}. */
    final boolean named(int start, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (bytes[start + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    final boolean equalsIgnoreCase(int start, int end, byte[] lower) {
        return Ascii.isIgnoreCase(bytes, start, end, lower);
    }

    private boolean passes(@Nullable Malformed why, int offset) {
        return why == null || refuse(why, offset);
    }

    final boolean refuse(Malformed why) {
        return refuse(why, lineStart);
    }

    final boolean refuse(Malformed why, int offset) {
        reason = why;
        errorOffset = offset;
        return false;
    }

    private Progress malformed(Malformed why) {
        reason = why;
        return Progress.MALFORMED;
    }

    /** Forgets what the previous message was. */
    abstract void beginMessage();

    /** Whether what there is of a start line may become one; false after {@link #refuse}. */
    abstract boolean mayBegin(int start, int end);

    /** Takes the start line apart; false after {@link #refuse}. */
    abstract boolean startLine(int start, int end);

    abstract boolean acceptsLeadingEmptyLines();

    /** Length of the start line's three parts without the blanks between them. */
    abstract int startLineText();

    /** Looks at a field that only requests, or only responses, care about. */
    abstract boolean interpret(int index, int nameStart, int nameLength);

    /** The head is whole: checks what concerns several fields. */
    abstract boolean finish();

    final Headers headers() {
        return headers;
    }

    /**
     * The head's size as HAProxy counts bytes in logs and statistics: its own representation, in which fields lack their
     * punctuation and the start line weighs 20 more. Fields of this hop are not counted.
     */
    public final int countedSize() {
        int size = START_LINE + startLineText() + 1;
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i)) {
                size += headers.nameEnd(i) - headers.nameStart(i) + headers.valueEnd(i) - headers.valueStart(i);
            }
        }
        return size;
    }

    /** Behind the empty line. */
    public final int headEnd() {
        return headEnd;
    }

    /** Why it was refused; {@link Malformed#REQUEST_LINE} before any refusal. */
    public final Malformed reason() {
        Malformed why = reason;
        return why == null ? Malformed.REQUEST_LINE : why;
    }

    /** Where the byte lies that made it {@link Progress#MALFORMED}, or its line where that is not known. */
    public final int errorOffset() {
        return errorOffset;
    }

    /** The number of {@code Content-Length}, or -1; without meaning when {@link #isChunked}. */
    public final long contentLength() {
        return hop.contentLength;
    }

    public final boolean isChunked() {
        return hop.chunked;
    }

    /** Whether a {@code Content-Length} was dropped in favour of {@code Transfer-Encoding} (RFC 9112 section 6.1). */
    public final boolean isLengthDropped() {
        return hop.lengthDropped;
    }

    final int contentLengthIndex() {
        return hop.contentLengthIndex;
    }

    public final boolean saysClose() {
        return hop.saysClose;
    }

    public final boolean saysKeepAlive() {
        return hop.saysKeepAlive;
    }

    /** Whether the sender asks for, or agrees to, another protocol. */
    public final boolean saysUpgrade() {
        return hop.saysUpgrade && hasUpgrade;
    }

    /** Whether a byte may stand in a token. */
    static boolean isToken(byte b) {
        return Ascii.token(b) != 0;
    }
}
