// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.syslog;

/**
 * Syslog messages on a stream: each either behind the number of its octets and a blank, or from its {@code <} to a line feed
 * (RFC 6587 section 3.4). A message is bounded by the buffer.
 *
 * <p>Pure; one per connection.
 */
final class SyslogFrames {
    /** What a call found. */
    enum Result {
        /** A message from {@link #start} to {@link #end}. */
        MESSAGE,
        /** There is none as yet. */
        INCOMPLETE,
        /** The stream cannot be understood: the connection ends. */
        MALFORMED
    }

    /** More digits than a size in octets has. */
    private static final int MOST_DIGITS = 9;

    private final byte[] buffer;
    private int read;
    private int filled;
    private int start;
    private int end;

    /** @param size of the buffer: a message with its frame is no longer */
    SyslogFrames(int size) {
        buffer = new byte[size];
    }

    byte[] buffer() {
        return buffer;
    }

    /** Where received bytes go; there is {@link #room} behind it. */
    int fill() {
        return filled;
    }

    int room() {
        return buffer.length - filled;
    }

    void filled(int count) {
        filled += count;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Whether a message has begun. */
    boolean isMidway() {
        return filled > read;
    }

    /** Finds the next message; when there is none any more, what is left moves to the front. */
    Result next() {
        if (read == filled) {
            read = 0;
            filled = 0;
            return Result.INCOMPLETE;
        }
        byte first = buffer[read];
        Result result = first == '<' ? line() : first >= '1' && first <= '9' ? counted() : Result.MALFORMED;
        if (result == Result.INCOMPLETE) {
            System.arraycopy(buffer, read, buffer, 0, filled - read);
            filled -= read;
            read = 0;
            return filled == buffer.length ? Result.MALFORMED : result;
        }
        return result;
    }

    private Result line() {
        int i = read;
        while (i < filled && buffer[i] != '\n') {
            i++;
        }
        if (i == filled) {
            return Result.INCOMPLETE;
        }
        start = read;
        end = i > read && buffer[i - 1] == '\r' ? i - 1 : i;
        read = i + 1;
        return Result.MESSAGE;
    }

    private Result counted() {
        int i = read;
        long size = 0;
        while (i < filled && buffer[i] >= '0' && buffer[i] <= '9') {
            size = size * 10 + buffer[i] - '0';
            i++;
            if (i - read > MOST_DIGITS) {
                return Result.MALFORMED;
            }
        }
        if (i == filled) {
            return Result.INCOMPLETE;
        }
        if (buffer[i] != ' ' || size + (i + 1 - read) > buffer.length) {
            return Result.MALFORMED;
        }
        if (filled - (i + 1) < size) {
            return Result.INCOMPLETE;
        }
        start = i + 1;
        end = start + (int) size;
        read = end;
        return Result.MESSAGE;
    }
}
