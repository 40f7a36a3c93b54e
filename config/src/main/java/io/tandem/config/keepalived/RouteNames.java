// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers of routing tables, scopes and protocols by name: the kernel's own, and those of /etc/iproute2. */
final class RouteNames {
    static final int MAIN = 254;

    private static final Map<String, Integer> TABLES = Map.of("default", 253, "main", MAIN, "local", 255);
    private static final Map<String, Integer> SCOPES =
            Map.of("global", 0, "universe", 0, "site", 200, "link", 253, "host", 254, "nowhere", 255);
    private static final Map<String, Integer> PROTOCOLS = Map.of(
            "redirect",
            1,
            "kernel",
            2,
            "boot",
            3,
            "static",
            4,
            "ra",
            9,
            "zebra",
            11,
            "bird",
            12,
            "dhcp",
            16,
            "keepalived",
            18);
    private static final Map<String, Integer> IP_PROTOCOLS = Map.ofEntries(
            Map.entry("icmp", 1),
            Map.entry("igmp", 2),
            Map.entry("ipencap", 4),
            Map.entry("tcp", 6),
            Map.entry("udp", 17),
            Map.entry("dccp", 33),
            Map.entry("ipv6", 41),
            Map.entry("gre", 47),
            Map.entry("esp", 50),
            Map.entry("ah", 51),
            Map.entry("ipv6-icmp", 58),
            Map.entry("vrrp", 112),
            Map.entry("sctp", 132),
            Map.entry("udplite", 136));
    private static final List<Path> DIRECTORIES = List.of(Path.of("/etc/iproute2"), Path.of("/usr/share/iproute2"));

    @Nullable Integer table(String text) {
        return named(text, TABLES, "rt_tables", -1);
    }

    @Nullable Integer scope(String text) {
        return named(text, SCOPES, "rt_scopes", 255);
    }

    @Nullable Integer protocol(String text) {
        return named(text, PROTOCOLS, "rt_protos", 255);
    }

    /** The number of a realm, which need not have a name. */
    @Nullable Integer realm(String text) {
        return named(text, Map.of("cosmos", 0), "rt_realms", 0xffff);
    }

    /** A type of service, or a code point by name. */
    @Nullable Integer tos(String text) {
        return named(text, Map.of(), "rt_dsfield", 255);
    }

    /** {@code tcp}, {@code udp} and the like, or their number. */
    @Nullable Integer ipProtocol(String text) {
        return named(text.toLowerCase(Locale.ROOT), IP_PROTOCOLS, "", 255);
    }

    /** @param most the greatest number, as unsigned */
    private static @Nullable Integer named(String text, Map<String, Integer> own, String file, int most) {
        Integer known = own.get(text);
        Integer number = known != null ? known : unsigned(text);
        if (number == null && !file.isEmpty()) {
            number = fromFile(file, text);
        }
        return number == null || Integer.compareUnsigned(number, most) > 0 ? null : number;
    }

    /** Decimal or 0x…, up to 2^32-1; null for anything else. */
    static @Nullable Integer unsigned(String text) {
        boolean hex = text.startsWith("0x");
        String digits = hex ? text.substring(2) : text;
        if (!digits.matches(hex ? "[0-9a-fA-F]{1,8}" : "\\d{1,10}")) {
            return null;
        }
        long number = Long.parseLong(digits, hex ? 16 : 10);
        return number <= 0xffff_ffffL ? (int) number : null;
    }

    /** Lines of the form {@code 100 name}. */
    private static @Nullable Integer fromFile(String file, String name) {
        for (Path directory : DIRECTORIES) {
            try {
                for (String line : Files.readAllLines(directory.resolve(file), StandardCharsets.ISO_8859_1)) {
                    String[] fields = line.strip().split("\\s+", 3);
                    if (fields.length >= 2 && fields[1].equals(name) && !fields[0].startsWith("#")) {
                        return unsigned(fields[0]);
                    }
                }
            } catch (IOException notOnThisHost) {
                // the next directory
            }
        }
        return null;
    }
}
