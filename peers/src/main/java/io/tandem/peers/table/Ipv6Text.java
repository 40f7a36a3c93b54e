// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

/** IPv6 addresses as inet_ntop(3) writes them (RFC 5952). */
final class Ipv6Text {
    private Ipv6Text() {}

    static String of(byte[] address) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (address[2 * i] & 0xFF) << 8 | (address[2 * i + 1] & 0xFF);
        }
        int best = -1;
        int bestLength = 1; // a single zero group is not shortened
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > bestLength) {
                best = i;
                bestLength = end - i;
            }
        }
        if (best == 0 && (bestLength == 6 || (bestLength == 5 && groups[5] == 0xFFFF))) {
            return (bestLength == 6 ? "::" : "::ffff:") + ipv4(address);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                text.append("::");
                i += bestLength - 1;
            } else {
                if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }

    private static String ipv4(byte[] a) {
        return (a[12] & 0xFF) + "." + (a[13] & 0xFF) + "." + (a[14] & 0xFF) + "." + (a[15] & 0xFF);
    }
}
