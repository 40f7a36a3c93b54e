// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.node.frontend.Peer;
import java.util.Arrays;

/**
 * NetScaler's client IP insertion: a magic number that both sides agreed on, and the IP and TCP headers of the last packet of
 * the client's handshake.
 *
 * <pre>
 * legacy    | magic, 4 bytes | length of the rest, 4 | IP header | TCP header |
 * standard  | magic, 4 bytes | total length, 4 | type, 2 bytes | length of the rest, 2 | IP header | TCP header |
 * </pre>
 *
 * The two are told apart by the byte where the legacy form has the IP version and the standard one a zero. The total length
 * and the type of the standard form are not looked at, as in HAProxy: devices disagree about them. Unlike HAProxy, a header
 * in pieces is waited for, and one too short for what it announces is refused.
 */
public final class NetScalerDecoder implements HeaderDecoder {
    private static final int LEGACY_HEAD = 8;
    private static final int STANDARD_HEAD = 12;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    private static final int TCP = 6;

    private final int magic;

    /** @param magic compared as 32 bits, most significant byte first */
    public NetScalerDecoder(int magic) {
        this.magic = magic;
    }

    @Override
    public Outcome decode(byte[] bytes, int length, int most, Announcement into) {
        for (int i = 0; i < Math.min(length, 4); i++) {
            if (bytes[i] != (byte) (magic >>> 24 - 8 * i)) {
                return Outcome.FOREIGN;
            }
        }
        if (length <= LEGACY_HEAD) {
            return Outcome.MORE;
        }
        boolean legacy = bytes[LEGACY_HEAD] != 0;
        int head = legacy ? LEGACY_HEAD : STANDARD_HEAD;
        if (length < head) {
            return Outcome.MORE;
        }
        long end = head + (legacy ? number(bytes, 4) & 0xffff_ffffL : word(bytes, LEGACY_HEAD + 2));
        if (end > most) {
            return Outcome.TOO_LONG;
        }
        if (end < head + IPV4_HEADER + TCP_HEADER) {
            return Outcome.INVALID;
        }
        if (length < end) {
            return Outcome.MORE;
        }
        into.length = (int) end;
        return switch (bytes[head] >> 4 & 0x0f) {
            case 4 -> four(bytes, head, (int) end, into);
            case 6 -> six(bytes, head, (int) end, into);
            default -> Outcome.UNHANDLED;
        };
    }

    private static Outcome four(byte[] bytes, int at, int end, Announcement into) {
        int header = (bytes[at] & 0x0f) * 4;
        int tcp = at + header;
        if (header < IPV4_HEADER || tcp + TCP_HEADER > end) {
            return Outcome.INVALID;
        }
        if (bytes[at + 9] != TCP) {
            return Outcome.UNHANDLED;
        }
        set(into.source, bytes, at + 12, 4, word(bytes, tcp));
        set(into.destination, bytes, at + 16, 4, word(bytes, tcp + 2));
        return Outcome.DONE;
    }

    private static Outcome six(byte[] bytes, int at, int end, Announcement into) {
        int tcp = at + IPV6_HEADER;
        if (tcp + TCP_HEADER > end) {
            return Outcome.INVALID;
        }
        if (bytes[at + 6] != TCP) {
            return Outcome.UNHANDLED;
        }
        set(into.source, bytes, at + 8, 16, word(bytes, tcp));
        set(into.destination, bytes, at + 24, 16, word(bytes, tcp + 2));
        return Outcome.DONE;
    }

    private static void set(Peer peer, byte[] bytes, int at, int size, int port) {
        peer.set(Arrays.copyOfRange(bytes, at, at + size), port);
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static int number(byte[] bytes, int at) {
        return word(bytes, at) << 16 | word(bytes, at + 2);
    }

    @Override
    public String words(Outcome outcome) {
        return switch (outcome) {
            case FOREIGN -> "Received an invalid NetScaler Client IP magic number";
            case UNHANDLED -> "Received an unhandled protocol in the NetScaler Client IP header";
            case INVALID, DONE -> "Received an invalid NetScaler Client IP header";
            case MORE, TOO_LONG -> "Truncated NetScaler Client IP header received";
        };
    }

    @Override
    public String name() {
        return "NetScaler Client IP header";
    }

    @Override
    public String timeoutWords() {
        return "Timeout while waiting for a NetScaler Client IP header";
    }
}
