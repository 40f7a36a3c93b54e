// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

/** The ones' complement sum of 16-bit words (RFC 1071). Sums may be chained; only the last part may have an odd length. */
final class InternetChecksum {
    private InternetChecksum() {}

    /** Adds big-endian words to a running sum; an odd last byte counts as its word's upper half. */
    static long add(long sum, byte[] bytes, int offset, int length) {
        long total = sum;
        int end = offset + (length & ~1);
        for (int i = offset; i < end; i += 2) {
            total += (bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff);
        }
        if ((length & 1) != 0) {
            total += (bytes[end] & 0xff) << 8;
        }
        return total;
    }

    /** The pseudo-header of IPv4 (12 bytes) or IPv6 (40 bytes): addresses, length and protocol. */
    static long pseudoHeader(byte[] source, byte[] destination, int protocol, int length) {
        long sum = add(0, source, 0, source.length);
        return add(sum, destination, 0, destination.length) + protocol + (length >>> 16) + (length & 0xffff);
    }

    /** The value for the checksum field; 0 for data that already holds its right checksum. */
    static int finish(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }
}
