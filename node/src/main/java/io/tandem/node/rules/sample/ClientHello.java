// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.tls.HelloFields;

/**
 * Reads the first bytes of a TLS connection without terminating it (RFC 8446 sections 4.1.2 and 5.1): the kind of hello, and
 * what some of a client's extensions say: server name (RFC 6066 section 3), protocols (RFC 7301), curves, ticket (RFC 5077).
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

    private static final int RECORD_HEAD = 5;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SSL_3 = 0x0300;

    private static final int SERVER_NAME = 0;
    private static final int CURVES = 10;
    private static final int PROTOCOLS = 16;
    private static final int TICKET = 35;

    private final byte[] bytes;
    private final int start;
    private final int end;

    private Outcome outcome = Outcome.ABSENT;
    private boolean hasExtensions;
    private int contentStart;
    private int contentEnd;

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

    /**
     * The handshake's type, 1 for a client's hello; 0 where it is none, -1 until its record is there: who lets a hello pass
     * wants to know its name, too.
     */
    int type() {
        int type = beginning();
        return type > 0 && end - start < RECORD_HEAD + u16(start + 3) ? -1 : type;
    }

    /** As {@link #type}, as soon as that is there. */
    private int beginning() {
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
        return extension(SERVER_NAME) == Outcome.FOUND ? entry(contentStart + 2, 1, 2) : outcome;
    }

    /** Looks for the first protocol that the client offers: {@link #nameStart} to {@link #nameEnd} when found. */
    Outcome protocol() {
        return extension(PROTOCOLS) == Outcome.FOUND ? entry(contentStart + 2, 0, 1) : outcome;
    }

    /** Looks for a list of elliptic curves. */
    Outcome curves() {
        return extension(CURVES);
    }

    /** Whether there is a session ticket: 0 for no such extension, 1 for an empty one, 2 for a ticket, -1 for no answer. */
    int ticket() {
        Outcome found = extension(TICKET);
        if (found == Outcome.FOUND) {
            return contentEnd > contentStart ? 2 : 1;
        }
        return found == Outcome.ABSENT && hasExtensions ? 0 : -1;
    }

    private Outcome extension(int wanted) {
        outcome = locate(wanted);
        return outcome;
    }

    private Outcome locate(int wanted) {
        int type = beginning();
        if (type < 0) {
            return Outcome.INCOMPLETE;
        }
        if (type != CLIENT_HELLO) {
            return Outcome.ABSENT;
        }
        int recordEnd = start + RECORD_HEAD + u16(start + 3);
        Outcome otherwise = recordEnd <= end ? Outcome.ABSENT : Outcome.INCOMPLETE;
        HelloFields fields = new HelloFields(bytes, start + 9, Math.min(recordEnd, end));
        if (fields.version() == SSL_3) {
            return Outcome.ABSENT; // it has no extensions
        }
        hasExtensions = fields.hasExtensions();
        if (!fields.find(wanted) || !fields.isWhole()) {
            return otherwise;
        }
        contentStart = fields.contentStart();
        contentEnd = fields.contentEnd();
        return Outcome.FOUND;
    }

    /**
     * The first entry of a list in the extension found.
     *
     * @param typeBytes bytes before its length, all zero in the entry wanted
     * @param lengthBytes bytes of its length
     */
    private Outcome entry(int from, int typeBytes, int lengthBytes) {
        int at = from;
        while (at + typeBytes + lengthBytes <= contentEnd) {
            boolean wanted = typeBytes == 0 || u8(at) == 0;
            at += typeBytes;
            int length = lengthBytes == 1 ? u8(at) : u16(at);
            at += lengthBytes;
            if (at + length > contentEnd) {
                return Outcome.ABSENT;
            }
            if (wanted) {
                nameStart = at;
                nameEnd = at + length;
                return Outcome.FOUND;
            }
            at += length;
        }
        return Outcome.ABSENT;
    }
}
