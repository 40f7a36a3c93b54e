// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.node.proxyprotocol.HeaderDecoder.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The PROXY protocol read the slow way, by patterns over text: what {@link ProxyDecoder} is compared with. */
final class SlowProxyReader {
    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final String PORT = "(0|[1-9][0-9]{0,4})";
    private static final String IPV4 = "(" + BYTE + "(?:\\." + BYTE + "){3})";
    private static final Pattern TCP4 = Pattern.compile("TCP4 " + IPV4 + " " + IPV4 + " " + PORT + " " + PORT);
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private SlowProxyReader() {}

    /** What the bytes are: an outcome, and the addresses where version 1 or 2 names IPv4 ones. */
    record Reading(Outcome outcome, int length, String addresses) {}

    static Reading read(byte[] bytes, int most) {
        String hex = HexFormat.of().formatHex(bytes);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if ("PROXY ".startsWith(text) || text.startsWith("PROXY ")) {
            return first(text);
        }
        boolean begun = SIGNATURE.startsWith(hex) || hex.startsWith(SIGNATURE);
        return begun ? second(bytes, hex, most) : of(Outcome.FOREIGN);
    }

    private static Reading of(Outcome outcome) {
        return new Reading(outcome, 0, "");
    }

    private static Reading first(String text) {
        int end = text.indexOf('\n');
        if (end < 0 || end >= 107) {
            return of(text.length() < 107 ? Outcome.MORE : Outcome.INVALID);
        }
        String line = text.substring(0, end);
        if (!line.endsWith("\r")) {
            return of(Outcome.INVALID);
        }
        String words = line.substring(6, Math.max(6, end - 1));
        if (words.matches("(?s)UNKNOWN( .*)?")) {
            return new Reading(Outcome.DONE, end + 1, "");
        }
        if (!words.startsWith("TCP4 ")) {
            return of(Outcome.UNHANDLED); // the reference knows no IPv6 in text
        }
        Matcher tcp4 = TCP4.matcher(words);
        boolean valid =
                tcp4.matches() && Integer.parseInt(tcp4.group(3)) < 65_536 && Integer.parseInt(tcp4.group(4)) < 65_536;
        return valid
                ? new Reading(
                        Outcome.DONE,
                        end + 1,
                        tcp4.group(1) + ":" + tcp4.group(3) + " " + tcp4.group(2) + ":" + tcp4.group(4))
                : of(Outcome.INVALID);
    }

    private static Reading second(byte[] bytes, String hex, int most) {
        if (bytes.length > 12 && hex.charAt(24) != '2') {
            return of(Outcome.FOREIGN);
        }
        if (bytes.length < 16) {
            return of(Outcome.MORE);
        }
        char command = hex.charAt(25);
        String family = hex.substring(26, 28);
        if (command > '1' || (command == '1' && !family.equals("11") && !family.equals("21"))) {
            return of(Outcome.INVALID);
        }
        int end = 16 + Integer.parseInt(hex.substring(28, 32), 16);
        if (end > most) {
            return of(Outcome.TOO_LONG);
        }
        if (bytes.length < end) {
            return of(Outcome.MORE);
        }
        if (command == '0') {
            return new Reading(Outcome.DONE, end, "");
        }
        String body = hex.substring(32, 2 * end);
        int size = family.equals("11") ? 24 : 72;
        if (body.length() < size || !tlvs(body.substring(size), Arrays.copyOf(bytes, end))) {
            return of(Outcome.INVALID);
        }
        return new Reading(Outcome.DONE, end, family.equals("11") ? addresses(body) : "");
    }

    private static String addresses(String body) {
        return dotted(body.substring(0, 8)) + ":" + Integer.parseInt(body.substring(16, 20), 16) + " "
                + dotted(body.substring(8, 16)) + ":" + Integer.parseInt(body.substring(20, 24), 16);
    }

    private static String dotted(String hex) {
        return String.format(
                Locale.ROOT,
                "%d.%d.%d.%d",
                Integer.parseInt(hex.substring(0, 2), 16),
                Integer.parseInt(hex.substring(2, 4), 16),
                Integer.parseInt(hex.substring(4, 6), 16),
                Integer.parseInt(hex.substring(6, 8), 16));
    }

    /** Cuts one TLV after the other off the front of the hexadecimal text. */
    private static boolean tlvs(String hex, byte[] header) {
        String rest = hex;
        while (!rest.isEmpty()) {
            Optional<String> value = value(rest);
            if (value.isEmpty()) {
                return false;
            }
            int length = value.get().length() / 2;
            int at = header.length - rest.length() / 2 + 3;
            boolean fits =
                    switch (rest.substring(0, 2)) {
                        case "02" -> length < 256;
                        case "05" -> length < 129;
                        case "03" -> length == 4 && value.get().equals(checksum(header, at));
                        default -> true;
                    };
            if (!fits) {
                return false;
            }
            rest = rest.substring(6 + 2 * length);
        }
        return true;
    }

    private static Optional<String> value(String rest) {
        if (rest.length() < 6) {
            return Optional.empty();
        }
        int end = 6 + 2 * Integer.parseInt(rest.substring(2, 6), 16);
        return rest.length() < end ? Optional.empty() : Optional.of(rest.substring(6, end));
    }

    /** CRC-32C bit by bit. */
    private static String checksum(byte[] header, int own) {
        byte[] zeroed = header.clone();
        Arrays.fill(zeroed, own, own + 4, (byte) 0);
        int sum = -1;
        for (byte b : zeroed) {
            sum ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                sum = sum >>> 1 ^ ((sum & 1) != 0 ? 0x82F63B78 : 0);
            }
        }
        return String.format(Locale.ROOT, "%08x", ~sum);
    }
}
