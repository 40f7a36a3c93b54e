// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.node.proxyprotocol.HeaderDecoder.Outcome;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Version 2 of the PROXY protocol.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |      signature, 12 bytes: 0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A  |
 * +-------+-------+-------+-------+-------------------------------+
 * | ver 2 |command|family |transp.|   length of what follows       |
 * +-------+-------+-------+-------+-------------------------------+
 * |  addresses: 4+4, 16+16 or 108+108 bytes, then ports: 2+2       |
 * +---------------+-------------------------------+---------------+
 * |  TLV type     |  length                       |  value …      |
 * +---------------+-------------------------------+---------------+
 * </pre>
 *
 * As HAProxy 2.6, connections other than TCP over IPv4 or IPv6 are refused, unless the sender speaks for itself (LOCAL), in
 * which case everything behind the fixed part is skipped unread.
 */
final class ProxyV2 {
    static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    static final int FIXED = 16;
    static final int VERSION = 0x20;
    static final int LOCAL = 0x0;
    static final int PROXY = 0x1;
    static final int UNSPECIFIED = 0x00;
    static final int TCP4 = 0x11;
    static final int TCP6 = 0x21;
    static final int ADDRESSES_4 = 12;
    static final int ADDRESSES_6 = 36;

    static final int ALPN = 0x01;
    static final int AUTHORITY = 0x02;
    static final int CRC32C = 0x03;
    static final int NOOP = 0x04;
    static final int UNIQUE_ID = 0x05;
    static final int SSL = 0x20;
    static final int NETNS = 0x30;

    static final int TLV_HEAD = 3;
    private static final int LONGEST_AUTHORITY = 255;
    private static final int LONGEST_UNIQUE_ID = 128;

    private ProxyV2() {}

    static Outcome decode(byte[] bytes, int length, int most, Announcement into) {
        for (int i = 0; i < Math.min(length, SIGNATURE.length); i++) {
            if (bytes[i] != SIGNATURE[i]) {
                return Outcome.FOREIGN;
            }
        }
        if (length > SIGNATURE.length && (bytes[12] & 0xf0) != VERSION) {
            return Outcome.FOREIGN;
        }
        if (length < FIXED) {
            return Outcome.MORE;
        }
        int command = bytes[12] & 0x0f;
        int family = bytes[13] & 0xff;
        if (command > PROXY || (command == PROXY && family != TCP4 && family != TCP6)) {
            return Outcome.INVALID;
        }
        int end = FIXED + word(bytes, 14);
        if (end > most) {
            return Outcome.TOO_LONG;
        }
        if (length < end) {
            return Outcome.MORE;
        }
        into.length = end;
        return command == LOCAL ? Outcome.DONE : proxied(bytes, end, family == TCP4 ? 4 : 16, into);
    }

    private static Outcome proxied(byte[] bytes, int end, int size, Announcement into) {
        int ports = FIXED + 2 * size;
        if (ports + 4 > end) {
            return Outcome.INVALID;
        }
        into.source.set(Arrays.copyOfRange(bytes, FIXED, FIXED + size), word(bytes, ports));
        into.destination.set(Arrays.copyOfRange(bytes, FIXED + size, ports), word(bytes, ports + 2));
        int at = ports + 4;
        into.tlvs = at < end ? Arrays.copyOfRange(bytes, at, end) : null;
        while (at < end) {
            if (at + TLV_HEAD > end) {
                return Outcome.INVALID;
            }
            int length = word(bytes, at + 1);
            int value = at + TLV_HEAD;
            if (value + length > end || !accept(bytes[at] & 0xff, bytes, value, length, end, into)) {
                return Outcome.INVALID;
            }
            at = value + length;
        }
        return Outcome.DONE;
    }

    /** The last one of a type counts, as in HAProxy. */
    private static boolean accept(int type, byte[] bytes, int at, int length, int end, Announcement into) {
        switch (type) {
            case CRC32C -> {
                return length == 4 && checksum(bytes, at, end) == number(bytes, at);
            }
            case AUTHORITY -> {
                into.authority = Arrays.copyOfRange(bytes, at, at + length);
                return length <= LONGEST_AUTHORITY;
            }
            case UNIQUE_ID -> {
                into.uniqueId = Arrays.copyOfRange(bytes, at, at + length);
                return length <= LONGEST_UNIQUE_ID;
            }
            case NETNS -> into.namespace = Arrays.copyOfRange(bytes, at, at + length);
            default -> {} // ALPN, NOOP, SSL and those nobody here asks for
        }
        return true;
    }

    /** The CRC-32C of the whole header, its own value taken as zero. */
    static int checksum(byte[] header, int own, int end) {
        CRC32C sum = new CRC32C();
        sum.update(header, 0, own);
        sum.update(new byte[4], 0, 4);
        sum.update(header, own + 4, end - own - 4);
        return (int) sum.getValue();
    }

    static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static int number(byte[] bytes, int at) {
        return word(bytes, at) << 16 | word(bytes, at + 2);
    }
}
