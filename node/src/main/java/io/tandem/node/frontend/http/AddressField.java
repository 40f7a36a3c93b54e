// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.netty.util.concurrent.FastThreadLocal;
import io.tandem.node.frontend.Peer;
import org.jspecify.annotations.Nullable;

/**
 * A field that tells the server an address: the client's ({@code option forwardfor}) or the one it connected to ({@code
 * option originalto}).
 *
 * @param header the field's name, in lower case
 * @param except addresses that are not told, or null
 * @param ifNone only where the request does not have the field yet
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record AddressField(byte[] header, @Nullable Network except, boolean ifNone) {
    private static final int LONGEST = 39;

    /** A loop's own scratch: a request allocates nothing for it. */
    private static final FastThreadLocal<byte[]> TEXT = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[LONGEST];
        }
    };

    /**
     * Some addresses.
     *
     * @param address its first one, 4 or 16 bytes
     * @param bits how many leading bits of it count
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Network(byte[] address, int bits) {
        boolean contains(Peer peer) {
            if (address.length != peer.length()) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                if (((address[bit >> 3] ^ peer.address()[bit >> 3]) & 0x80 >> (bit & 7)) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Adds the field that a frontend and a backend ask for: the backend's name of it, unless the frontend alone asks; neither
     * must except the address, and both must agree to leave a client's own alone.
     *
     * @return false if there was no room for it
     */
    public static boolean add(
            @Nullable AddressField frontend, @Nullable AddressField backend, Headers headers, Peer peer) {
        AddressField field = backend == null ? frontend : backend;
        if (field == null
                || peer.length() == 0
                || (frontend != null && frontend.excepts(peer))
                || (backend != null && backend.excepts(peer))) {
            return true;
        }
        boolean ifNone = field.ifNone && (frontend == null || frontend.ifNone);
        return (ifNone && headers.find(field.header, 0) >= 0) || field.addTo(headers, peer);
    }

    private boolean excepts(Peer peer) {
        return except != null && except.contains(peer);
    }

    private boolean addTo(Headers headers, Peer peer) {
        byte[] text = TEXT.get();
        int end = peer.length() == 4 ? ipv4(peer.address(), text) : ipv6(peer, text);
        return headers.add(header, text, 0, end);
    }

    private static int ipv4(byte[] address, byte[] text) {
        int at = 0;
        for (int i = 0; i < 4; i++) {
            int octet = address[i] & 0xff;
            if (octet >= 100) {
                text[at++] = (byte) ('0' + octet / 100);
            }
            if (octet >= 10) {
                text[at++] = (byte) ('0' + octet / 10 % 10);
            }
            text[at++] = (byte) ('0' + octet % 10);
            if (i < 3) {
                text[at++] = '.';
            }
        }
        return at;
    }

    /** RFC 5952: the longest run of zero groups becomes {@code ::}. */
    private static int ipv6(Peer source, byte[] text) {
        byte[] a = source.address();
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && a[(i + run) * 2] == 0 && a[(i + run) * 2 + 1] == 0) {
                run++;
            }
            if (run > bestLength) {
                bestStart = i;
                bestLength = run;
            }
        }
        int at = 0;
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text[at++] = ':';
                text[at++] = ':';
                i += bestLength - 1;
                continue;
            }
            if (at > 0 && text[at - 1] != ':') {
                text[at++] = ':';
            }
            at = hex((a[i * 2] & 0xff) << 8 | (a[i * 2 + 1] & 0xff), text, at);
        }
        return at;
    }

    /** Writes a group without leading zeros; answers where it ends. */
    private static int hex(int group, byte[] text, int at) {
        int end = at;
        for (int shift = 12; shift >= 0; shift -= 4) {
            int digit = group >>> shift & 0xf;
            if (digit != 0 || end > at || shift == 0) {
                text[end++] = (byte) Character.forDigit(digit, 16);
            }
        }
        return end;
    }
}
