// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.config.text.IpLiteral;
import io.tandem.node.frontend.Peer;
import io.tandem.node.proxyprotocol.HeaderDecoder.Outcome;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * Version 1 of the PROXY protocol: {@code PROXY TCP4 192.0.2.1 192.0.2.2 56324 443} and CR LF, at most 107 bytes in all.
 * Written by this proxy too ({@link ProxyHeader}).
 */
final class ProxyV1 {
    /** With CR LF, the longest line that the specification allows. */
    private static final int LONGEST = 107;

    private static final int FIELDS = 5;

    private ProxyV1() {}

    /** @param from where the words begin, behind {@code PROXY } */
    static Outcome decode(byte[] bytes, int from, int length, Announcement into) {
        int most = Math.min(length, LONGEST);
        int end = from;
        while (end < most && bytes[end] != '\n') {
            end++;
        }
        if (end == most) {
            return length < LONGEST ? Outcome.MORE : Outcome.INVALID;
        }
        if (bytes[end - 1] != '\r') {
            return Outcome.INVALID;
        }
        into.length = end + 1;
        return read(new String(bytes, from, end - 1 - from, StandardCharsets.ISO_8859_1), into);
    }

    private static Outcome read(String line, Announcement into) {
        if (line.equals("UNKNOWN") || line.startsWith("UNKNOWN ")) {
            return Outcome.DONE;
        }
        boolean four = line.startsWith("TCP4 ");
        if (!four && !line.startsWith("TCP6 ")) {
            return Outcome.UNHANDLED;
        }
        String[] words = line.split(" ", -1);
        if (words.length != FIELDS) {
            return Outcome.INVALID;
        }
        boolean valid = end(words[1], words[3], four, into.source) && end(words[2], words[4], four, into.destination);
        return valid ? Outcome.DONE : Outcome.INVALID;
    }

    private static boolean end(String address, String digits, boolean four, Peer peer) {
        InetAddress literal = IpLiteral.parse(address);
        int port = port(digits);
        if (literal == null || port < 0 || (address.indexOf(':') < 0) != four) {
            return false;
        }
        byte[] bytes = literal.getAddress();
        peer.set(!four && literal instanceof Inet4Address ? mapped(bytes) : bytes, port);
        return true;
    }

    /** The runtime makes an IPv4 address of {@code ::ffff:192.0.2.1}, which is not what was announced. */
    private static byte[] mapped(byte[] four) {
        byte[] six = new byte[16];
        six[10] = (byte) 0xff;
        six[11] = (byte) 0xff;
        System.arraycopy(four, 0, six, 12, 4);
        return six;
    }

    private static int port(String digits) {
        boolean plain = !digits.isEmpty()
                && digits.length() <= 5
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        int port = plain ? Integer.parseInt(digits) : -1;
        return port > 0xffff ? -1 : port;
    }
}
