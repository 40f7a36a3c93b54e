// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.node.proxyprotocol.HeaderDecoder.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The PROXY protocol read the slow way, by patterns over text: what {@link ProxyDecoder} is compared with. */
final class SlowProxyReader {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(BYTE + "\\." + BYTE + "\\." + BYTE + "\\." + BYTE);
    private static final Pattern ENDS =
            Pattern.compile("TCP([46]) ([^ ]+) ([^ ]+) (0|[1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})");
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private SlowProxyReader() {}

    /** What the bytes are; {@code says} as {@link #says} puts it. */
    record Reading(Outcome outcome, int length, String says) {
        static Reading of(Outcome outcome) {
            return new Reading(outcome, 0, "");
        }

        static Reading done(int length, String says) {
            return new Reading(Outcome.DONE, length, says);
        }
    }

    /** What a decoder says of the same bytes, with all it has noted. */
    static Reading reading(Outcome outcome, Announcement said) {
        if (outcome != Outcome.DONE) {
            return Reading.of(outcome);
        }
        Map<Integer, String> first = new LinkedHashMap<>();
        for (int type = 0; type < 256; type++) {
            byte[] value = said.tlv(type);
            if (value != null) {
                first.put(type, HexFormat.of().formatHex(value));
            }
        }
        String addresses = !said.hasAddresses()
                ? ""
                : HexFormat.of().formatHex(said.source.copyOfAddress()) + ":" + said.source.port() + " "
                        + HexFormat.of().formatHex(said.destination.copyOfAddress()) + ":" + said.destination.port();
        return Reading.done(
                said.length(),
                says(addresses, hex(said.authority()), hex(said.uniqueId()), hex(said.namespace()), first));
    }

    private static String hex(byte @org.jspecify.annotations.Nullable [] bytes) {
        return bytes == null ? "none" : HexFormat.of().formatHex(bytes);
    }

    private static String says(
            String addresses, String authority, String id, String namespace, Map<Integer, String> tlvs) {
        return addresses + " authority " + authority + " id " + id + " namespace " + namespace + " "
                + new java.util.TreeMap<>(tlvs);
    }

    private static String saysOnly(String addresses) {
        return says(addresses, "none", "none", "none", Map.of());
    }

    static Reading read(byte[] bytes, int most) {
        String hex = HexFormat.of().formatHex(bytes);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if ("PROXY ".startsWith(text) || text.startsWith("PROXY ")) {
            return first(text);
        }
        boolean begun = SIGNATURE.startsWith(hex) || hex.startsWith(SIGNATURE);
        return begun ? second(bytes, hex, most) : Reading.of(Outcome.FOREIGN);
    }

    // ---- version 1

    private static Reading first(String text) {
        int end = text.indexOf('\n');
        if (end < 0 || end >= 107) {
            return Reading.of(text.length() < 107 ? Outcome.MORE : Outcome.INVALID);
        }
        String line = text.substring(0, end);
        if (!line.endsWith("\r")) {
            return Reading.of(Outcome.INVALID);
        }
        String words = line.substring(6, Math.max(6, end - 1));
        if (words.matches("(?s)UNKNOWN( .*)?")) {
            return Reading.done(end + 1, saysOnly(""));
        }
        if (!words.matches("(?s)TCP[46] .*")) {
            return Reading.of(Outcome.UNHANDLED);
        }
        Matcher ends = ENDS.matcher(words);
        if (!ends.matches() || Integer.parseInt(ends.group(4)) > 65_535 || Integer.parseInt(ends.group(5)) > 65_535) {
            return Reading.of(Outcome.INVALID);
        }
        boolean four = ends.group(1).equals("4");
        Optional<String> source = four ? four(ends.group(2)) : six(ends.group(2));
        Optional<String> destination = four ? four(ends.group(3)) : six(ends.group(3));
        return source.isPresent() && destination.isPresent()
                ? Reading.done(
                        end + 1,
                        saysOnly(source.get() + ":" + ends.group(4) + " " + destination.get() + ":" + ends.group(5)))
                : Reading.of(Outcome.INVALID);
    }

    private static Optional<String> four(String text) {
        Matcher parts = IPV4.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        StringBuilder hex = new StringBuilder();
        for (int i = 1; i <= 4; i++) {
            hex.append(String.format(Locale.ROOT, "%02x", Integer.parseInt(parts.group(i))));
        }
        return Optional.of(hex.toString());
    }

    /** As RFC 4291 section 2.2 writes them: groups of one to four digits, one gap, perhaps an IPv4 address at the end. */
    private static Optional<String> six(String text) {
        String groups = text;
        if (text.contains(".")) {
            int tail = text.lastIndexOf(':') + 1;
            Optional<String> four = four(text.substring(tail));
            if (four.isEmpty()) {
                return four;
            }
            groups = text.substring(0, tail) + four.get().substring(0, 4) + ":"
                    + four.get().substring(4);
        }
        int gap = groups.indexOf("::");
        if (gap < 0) {
            return hex(groups.split(":", -1), 8);
        }
        String[] left = gap == 0 ? new String[0] : groups.substring(0, gap).split(":", -1);
        String[] right = gap + 2 == groups.length()
                ? new String[0]
                : groups.substring(gap + 2).split(":", -1);
        Optional<String> before = hex(left, left.length);
        Optional<String> behind = hex(right, right.length);
        int missing = 8 - left.length - right.length;
        return before.isEmpty() || behind.isEmpty() || missing < 1
                ? Optional.empty()
                : Optional.of(before.get() + "0000".repeat(missing) + behind.get());
    }

    private static Optional<String> hex(String[] groups, int count) {
        StringBuilder hex = new StringBuilder();
        for (String group : groups) {
            if (!group.matches("[0-9A-Fa-f]{1,4}")) {
                return Optional.empty();
            }
            hex.append(String.format(Locale.ROOT, "%04x", Integer.parseInt(group, 16)));
        }
        return groups.length == count ? Optional.of(hex.toString()) : Optional.empty();
    }

    // ---- version 2

    private static Reading second(byte[] bytes, String hex, int most) {
        if (bytes.length > 12 && hex.charAt(24) != '2') {
            return Reading.of(Outcome.FOREIGN);
        }
        if (bytes.length < 16) {
            return Reading.of(Outcome.MORE);
        }
        char command = hex.charAt(25);
        String family = hex.substring(26, 28);
        if (command > '1' || (command == '1' && !family.equals("11") && !family.equals("21"))) {
            return Reading.of(Outcome.INVALID);
        }
        int end = 16 + Integer.parseInt(hex.substring(28, 32), 16);
        if (end > most) {
            return Reading.of(Outcome.TOO_LONG);
        }
        if (bytes.length < end) {
            return Reading.of(Outcome.MORE);
        }
        if (command == '0') {
            return Reading.done(end, saysOnly(""));
        }
        String body = hex.substring(32, 2 * end);
        int size = family.equals("11") ? 8 : 32;
        if (body.length() < 2 * size + 8) {
            return Reading.of(Outcome.INVALID);
        }
        String addresses = body.substring(0, size) + ":" + Integer.parseInt(body.substring(2 * size, 2 * size + 4), 16)
                + " " + body.substring(size, 2 * size) + ":"
                + Integer.parseInt(body.substring(2 * size + 4, 2 * size + 8), 16);
        return tlvs(body.substring(2 * size + 8), Arrays.copyOf(bytes, end), addresses);
    }

    /** Cuts one TLV after the other off the front of the hexadecimal text. */
    private static Reading tlvs(String hex, byte[] header, String addresses) {
        Map<Integer, String> first = new LinkedHashMap<>();
        Map<Integer, String> last = new LinkedHashMap<>();
        String rest = hex;
        while (!rest.isEmpty()) {
            Optional<String> value = value(rest);
            if (value.isEmpty() || !fits(rest, value.get(), header)) {
                return Reading.of(Outcome.INVALID);
            }
            int type = Integer.parseInt(rest.substring(0, 2), 16);
            first.putIfAbsent(type, value.get());
            last.put(type, value.get());
            rest = rest.substring(6 + value.get().length());
        }
        return Reading.done(
                header.length,
                says(
                        addresses,
                        last.getOrDefault(2, "none"),
                        last.getOrDefault(5, "none"),
                        last.getOrDefault(0x30, "none"),
                        first));
    }

    private static boolean fits(String rest, String value, byte[] header) {
        int length = value.length() / 2;
        int at = header.length - rest.length() / 2 + 3;
        return switch (rest.substring(0, 2)) {
            case "02" -> length < 256;
            case "05" -> length < 129;
            case "03" -> length == 4 && value.equals(checksum(header, at));
            default -> true;
        };
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

    // ---- NetScaler's client IP insertion

    /** @param magic four bytes as hexadecimal text */
    static Reading readNetScaler(byte[] bytes, String magic, int most) {
        String hex = HexFormat.of().formatHex(bytes);
        if (!magic.startsWith(hex) && !hex.startsWith(magic)) {
            return Reading.of(Outcome.FOREIGN);
        }
        if (bytes.length < 9) {
            return Reading.of(Outcome.MORE);
        }
        boolean standard = hex.startsWith("00", 16);
        if (standard && bytes.length < 12) {
            return Reading.of(Outcome.MORE);
        }
        long rest = Long.parseLong(standard ? hex.substring(20, 24) : hex.substring(8, 16), 16);
        int head = standard ? 12 : 8;
        if (head + rest > most) {
            return Reading.of(Outcome.TOO_LONG);
        }
        if (rest < 40) {
            return Reading.of(Outcome.INVALID);
        }
        int end = head + (int) rest;
        return bytes.length < end ? Reading.of(Outcome.MORE) : packet(hex.substring(2 * head, 2 * end), end);
    }

    private static Reading packet(String hex, int end) {
        boolean six = hex.charAt(0) == '6';
        if (!six && hex.charAt(0) != '4') {
            return Reading.of(Outcome.UNHANDLED);
        }
        int header = six ? 40 : 4 * Character.digit(hex.charAt(1), 16);
        if (header < 20 || hex.length() / 2 < header + 20) {
            return Reading.of(Outcome.INVALID);
        }
        if (!hex.startsWith("06", six ? 12 : 18)) {
            return Reading.of(Outcome.UNHANDLED);
        }
        int at = six ? 16 : 24;
        int size = six ? 32 : 8;
        String tcp = hex.substring(2 * header);
        return Reading.done(
                end,
                saysOnly(hex.substring(at, at + size) + ":" + Integer.parseInt(tcp.substring(0, 4), 16) + " "
                        + hex.substring(at + size, at + 2 * size) + ":" + Integer.parseInt(tcp.substring(4, 8), 16)));
    }
}
