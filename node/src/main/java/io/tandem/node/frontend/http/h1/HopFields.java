// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a head says about this hop and about its body's framing: Connection, Content-Length and Transfer-Encoding (RFC 9112
 * sections 6 and 9). Strict, for this is where smuggling lives. Each method takes a field in and answers null, or why the
 * head is refused. Reused from one message to the next.
 */
final class HopFields {
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] CLOSE = Ascii.bytes("close");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("keep-alive");
    private static final byte[] CHUNKED = Ascii.bytes("chunked");

    long contentLength;
    int contentLengthIndex;
    boolean chunked;
    /** Whether there is a transfer coding other than chunked. */
    boolean otherEncoding;

    boolean saysClose;
    boolean saysKeepAlive;
    boolean saysUpgrade;
    /** Whether Content-Length was dropped in favour of Transfer-Encoding. */
    boolean lengthDropped;

    /** Forgets the previous message. */
    void begin() {
        contentLength = -1;
        contentLengthIndex = -1;
        chunked = false;
        otherEncoding = false;
        saysClose = false;
        saysKeepAlive = false;
        saysUpgrade = false;
        lengthDropped = false;
    }

    /** Takes note of the options that concern this hop and removes them from the field, as HAProxy does. */
    void connection(byte[] bytes, Headers headers, int index) {
        int start = headers.valueStart(index);
        int end = headers.valueEnd(index);
        int kept = start;
        int from = start;
        boolean any = false;
        boolean removed = false;
        while (from < end) {
            int comma = FieldList.elementEnd(bytes, from, end);
            int first = FieldList.skipBlanks(bytes, from, comma);
            int last = FieldList.trimBlanks(bytes, first, comma);
            boolean close = Ascii.isIgnoreCase(bytes, first, last, CLOSE);
            boolean keepAlive = Ascii.isIgnoreCase(bytes, first, last, KEEP_ALIVE);
            saysClose |= close;
            saysKeepAlive |= keepAlive;
            removed |= close || keepAlive;
            if (!close && !keepAlive) {
                saysUpgrade |= Ascii.isIgnoreCase(bytes, first, last, UPGRADE);
                if (!removed) {
                    kept = comma; // as it stands so far
                } else if (any) {
                    bytes[kept++] = ','; // where a comma stood that has been read
                }
                any = true;
                if (removed) {
                    System.arraycopy(bytes, first, bytes, kept, last - first);
                    kept += last - first;
                }
            }
            from = comma + 1;
        }
        if (kept == start) {
            headers.remove(index);
        } else if (kept != end) {
            headers.shorten(index, kept);
        }
    }

    @Nullable Malformed contentLength(byte[] bytes, Headers headers, int index) {
        int start = headers.valueStart(index);
        int end = headers.valueEnd(index);
        long value = FieldList.number(bytes, start, end);
        if (value < 0 || (contentLength >= 0 && contentLength != value)) {
            return Malformed.CONTENT_LENGTH;
        }
        contentLength = value;
        if (contentLengthIndex >= 0 || chunked) {
            headers.remove(index);
            lengthDropped |= chunked;
        } else {
            contentLengthIndex = index;
            int firstEnd = FieldList.firstEnd(bytes, start, end);
            if (firstEnd != end) {
                headers.shorten(index, firstEnd);
            }
        }
        return null;
    }

    @Nullable Malformed transferEncoding(byte[] bytes, Headers headers, int index) {
        int from = headers.valueStart(index);
        int end = headers.valueEnd(index);
        boolean other = false;
        boolean here = false;
        while (from <= end) {
            int comma = FieldList.elementEnd(bytes, from, end);
            int first = FieldList.skipBlanks(bytes, from, comma);
            int last = FieldList.trimBlanks(bytes, first, comma);
            if (chunked && (last > first || comma < end)) {
                return Malformed.TRANSFER_ENCODING; // nothing may follow it, nor may it come twice
            }
            if (Ascii.isIgnoreCase(bytes, first, last, CHUNKED)) {
                chunked = true;
                here = true;
                headers.shorten(index, last);
            } else if (!chunked) {
                other = true;
            }
            from = comma + 1;
        }
        otherEncoding |= other;
        if (otherEncoding) {
            // alone it is refused when the head is whole: another field may bring the chunked that must be last
            return chunked ? Malformed.TRANSFER_ENCODING_UNKNOWN : null;
        }
        if (!here) {
            headers.remove(index); // an empty one behind chunked says nothing
        }
        if (contentLengthIndex >= 0) {
            headers.remove(contentLengthIndex);
            contentLengthIndex = -1;
            lengthDropped = true;
        }
        return null;
    }
}
