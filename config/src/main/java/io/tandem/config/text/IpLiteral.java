// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IP addresses written as numbers: a configuration must mean the same with and without a name server, which is never asked. */
public final class IpLiteral {
    /** Leading zeros, which some take for octal, are none's. */
    private static final Pattern FOUR = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

    private static final int LONGEST_IPV6 = 39;

    private IpLiteral() {}

    /** The address {@code text} writes, as {@code inet_pton} takes it, or null when it is no literal. */
    public static @Nullable InetAddress parse(String text) {
        return address(text.indexOf(':') >= 0 ? ipv6(text) : ipv4(text));
    }

    /**
     * As {@link #parse}, and IPv4 may be shortened as {@code inet_aton} allows: {@code 10.1} is 10.0.0.1. An IPv6 scope
     * ({@code fe80::1%eth0}) is not kept in the result.
     */
    public static @Nullable InetAddress parseLoosely(String text) {
        return address(text.indexOf(':') >= 0 ? ipv6(withoutScope(text)) : shortIpv4(text));
    }

    private static @Nullable InetAddress address(byte @Nullable [] bytes) {
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
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
        StringBuilder text = new StringBuilder(LONGEST_IPV6);
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

    private static String withoutScope(String text) {
        int percent = text.indexOf('%');
        return percent > 0 && percent + 1 < text.length() ? text.substring(0, percent) : text;
    }

    private static byte @Nullable [] ipv4(String text) {
        return FOUR.matcher(text).matches() ? shortIpv4(text) : null;
    }

    private static byte @Nullable [] shortIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length > 4) {
            return null;
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < parts.length; i++) {
            boolean last = i == parts.length - 1;
            long limit = last ? 1L << (8 * (4 - i)) : 256;
            long part = number(parts[i], 10, 10);
            if (part < 0 || part >= limit) {
                return null;
            }
            if (last) {
                for (int b = 3; b >= i; b--) {
                    bytes[b] = (byte) part;
                    part >>= 8;
                }
            } else {
                bytes[i] = (byte) part;
            }
        }
        return bytes;
    }

    private static byte @Nullable [] ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text, 8, true);
        }
        if (text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        byte[] head = gap == 0 ? new byte[0] : groups(text.substring(0, gap), -1, false);
        byte[] tail = gap + 2 == text.length() ? new byte[0] : groups(text.substring(gap + 2), -1, true);
        if (head == null || tail == null || head.length + tail.length > 14) {
            return null;
        }
        byte[] bytes = new byte[16];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
        return bytes;
    }

    /**
     * @param wanted how many groups of 16 bits there must be; -1 for any number
     * @param last whether the address ends here: then it may do so as IPv4
     */
    private static byte @Nullable [] groups(String text, int wanted, boolean last) {
        String[] parts = text.split(":", -1);
        boolean dotted = last && parts[parts.length - 1].indexOf('.') >= 0;
        int count = parts.length + (dotted ? 1 : 0);
        if (count > 8 || (wanted >= 0 && count != wanted)) {
            return null;
        }
        byte[] bytes = new byte[count * 2];
        int plain = dotted ? parts.length - 1 : parts.length;
        for (int i = 0; i < plain; i++) {
            long group = number(parts[i], 16, 4);
            if (group < 0) {
                return null;
            }
            bytes[2 * i] = (byte) (group >> 8);
            bytes[2 * i + 1] = (byte) group;
        }
        if (dotted) {
            byte[] four = ipv4(parts[plain]);
            if (four == null) {
                return null;
            }
            System.arraycopy(four, 0, bytes, 2 * plain, 4);
        }
        return bytes;
    }

    private static long number(String digits, int radix, int longest) {
        if (digits.isEmpty() || digits.length() > longest) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) < 128 ? Character.digit(digits.charAt(i), radix) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }
}
