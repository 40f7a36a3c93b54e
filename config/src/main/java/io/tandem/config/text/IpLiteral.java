// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses written as digits: a configuration must mean the same with and without a name server. */
public final class IpLiteral {
    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
    /** The runtime would take groups of more than four digits, and an IPv4 address behind them by rules of its own. */
    private static final Pattern IPV6 =
            Pattern.compile("(?!.*[0-9a-fA-F]{5})[0-9a-fA-F:]*:([0-9a-fA-F]*|" + IPV4.pattern() + ")");

    private static final int LONGEST = 45;

    private IpLiteral() {}

    /** The address, or null where the text is none; never asks a name server. */
    public static @Nullable InetAddress parse(String text) {
        boolean looksRight = text.length() <= LONGEST
                && (IPV4.matcher(text).matches() || IPV6.matcher(text).matches());
        if (!looksRight) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** The shortest form: in IPv6 the longest run of zero groups is left out (RFC 5952). */
    public static String text(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        int best = -1;
        int longest = 1;
        int from = 0;
        for (int i = 0; i <= 8; i++) {
            if (i == 8 || bytes[2 * i] != 0 || bytes[2 * i + 1] != 0) {
                if (i - from > longest) {
                    best = from;
                    longest = i - from;
                }
                from = i + 1;
            }
        }
        StringBuilder text = new StringBuilder(LONGEST);
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString((bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff));
        }
        return text.toString();
    }
}
