// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/**
 * Reads the first bytes of a TLS connection without terminating it (RFC 8446 sections 4.1.2 and 5.1): the kind of hello, and
 * the server name a client asks for (RFC 6066 section 3).
 *
 * <pre>
 * record      type(1)=22 version(2) length(2)
 * handshake   type(1) length(3)
 * hello       version(2) random(32) session id(1+n) ciphers(2+n) compression(1+n) extensions(2+n)
 * extension   type(2) length(2); server_name: list length(2) { type(1)=0 length(2) name }
 * </pre>
 *
 * <p>Pure: one use each, on a slice; a hello that is split over several records is not put together.
 */
final class ClientHello {
    /** What came of looking. */
    enum Outcome {
        /** What was asked for is there. */
        FOUND,
        /** It is no TLS, or says nothing about it. */
        ABSENT,
        /** More bytes may tell. */
        INCOMPLETE
    }

    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;

    private final byte[] bytes;
    private final int start;
    private final int end;

    int nameStart;
    int nameEnd;

    ClientHello(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
    }

    private int u8(int at) {
        return bytes[at] & 0xFF;
    }

    private int u16(int at) {
        return (u8(at) << 8) | u8(at + 1);
    }

    /** The handshake's type, 1 for a client's hello; 0 where it is none, -1 while too few bytes are there. */
    int type() {
        if (start < end && u8(start) != HANDSHAKE) {
            return 0;
        }
        if (end - start < 3) {
            return -1;
        }
        if (u8(start + 1) < 3) {
            return 0;
        }
        if (end - start < 6) {
            return -1;
        }
        return u16(start + 3) < 4 ? 0 : u8(start + 5);
    }

    /** The record's version as HAProxy counts it, {@code major << 16 | minor}; 0 for none, -1 while too few bytes are there. */
    int version() {
        int type = type();
        if (type <= 0) {
            return type;
        }
        if (end - start < 11) {
            return -1;
        }
        // A hello names its version inside; the record's may be older for the sake of old middle boxes.
        int version = type == CLIENT_HELLO ? u16(start + 9) : u16(start + 1);
        return ((version >> 8) << 16) | (version & 0xFF);
    }

    /** Looks for the server name: {@link #nameStart} to {@link #nameEnd} when found. */
    Outcome serverName() {
        int type = type();
        if (type < 0) {
            return Outcome.INCOMPLETE;
        }
        if (type != CLIENT_HELLO) {
            return Outcome.ABSENT;
        }
        int recordEnd = start + 5 + u16(start + 3);
        boolean whole = recordEnd <= end;
        int limit = Math.min(recordEnd, end);
        Outcome otherwise = whole ? Outcome.ABSENT : Outcome.INCOMPLETE;
        int at = start + 9 + 2 + 32;
        if (at >= limit) {
            return otherwise;
        }
        at += 1 + u8(at);
        if (at + 2 > limit) {
            return otherwise;
        }
        at += 2 + u16(at);
        if (at >= limit) {
            return otherwise;
        }
        at += 1 + u8(at);
        if (at + 2 > limit) {
            return otherwise;
        }
        int extensionsEnd = at + 2 + u16(at);
        return extension(at + 2, Math.min(extensionsEnd, limit), otherwise);
    }

    private Outcome extension(int from, int limit, Outcome otherwise) {
        int at = from;
        while (at + 4 <= limit) {
            int type = u16(at);
            int length = u16(at + 2);
            at += 4;
            if (type == 0) {
                return name(at, Math.min(at + length, limit), at + length <= limit ? Outcome.ABSENT : otherwise);
            }
            at += length;
        }
        return otherwise;
    }

    private Outcome name(int from, int limit, Outcome otherwise) {
        int at = from + 2;
        while (at + 3 <= limit) {
            int type = u8(at);
            int length = u16(at + 1);
            at += 3;
            if (at + length > limit) {
                return otherwise;
            }
            if (type == 0) {
                nameStart = at;
                nameEnd = at + length;
                return Outcome.FOUND;
            }
            at += length;
        }
        return otherwise;
    }
}
