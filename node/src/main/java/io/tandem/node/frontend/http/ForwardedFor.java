// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.node.frontend.Peer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code option forwardfor}: tells the server whom it really serves.
 *
 * @param header the field's name
 * @param except a network whose clients are not told of, or null
 * @param exceptBits how many leading bits of {@code except} count
 * @param ifNone only where the request does not have the field yet
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ForwardedFor(byte[] header, byte @Nullable [] except, int exceptBits, boolean ifNone) {
    private static final int LONGEST = 39;

    /** Adds the field; false if there was no room for it. */
    public boolean addTo(Headers headers, Peer source) {
        if (source.length() == 0 || isExcepted(source) || (ifNone && headers.find(header, 0) >= 0)) {
            return true;
        }
        byte[] text = new byte[source.length() == 4 ? 15 : LONGEST];
        int end = source.length() == 4 ? ipv4(source.address(), text) : ipv6(source, text);
        return headers.add(header, text, 0, end);
    }

    private boolean isExcepted(Peer source) {
        if (except == null || except.length != source.length()) {
            return false;
        }
        for (int bit = 0; bit < exceptBits; bit++) {
            if (((except[bit >> 3] ^ source.address()[bit >> 3]) & 0x80 >> (bit & 7)) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Escapes its caller never: the array above lives on the stack once compiled. */
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
        StringBuilder out = new StringBuilder(LONGEST);
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString((a[i * 2] & 0xff) << 8 | (a[i * 2 + 1] & 0xff)));
        }
        byte[] bytes = out.toString().getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, text, 0, bytes.length);
        return bytes.length;
    }
}
