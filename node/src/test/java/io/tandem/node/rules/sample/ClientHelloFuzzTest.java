// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.rules.sample.ClientHello.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The first bytes of TLS connections that are nearly right, however many of them have come, beside a slow reading; and what has been
 * seen once stays so, however much more comes.
 */
class ClientHelloFuzzTest {
    private static final String[] WORDS = {
        "\0",
        "\u0001",
        "\u0003",
        "\0\0",
        "\0\u0001",
        "\0\u0010",
        "\u0016",
        "\u00ff\u00ff",
        "\0\u0005a.com",
        "\0\0\0\n\0\u0008\0\0\u0005a.com"
    };

    @Test
    void whatAHelloSaysDoesNotDependOnHowItArrives() {
        Fuzz.run("hellos seen from outside", ClientHelloFuzzTest::round);
    }

    private static void round(Random random) {
        String text = hello(random);
        for (int i = random.nextInt(3); i > 0; i--) {
            text = Fuzz.mutate(random, text, WORDS);
        }
        byte[] bytes = Fuzz.bytes(text);
        Map<String, String> before = Map.of();
        for (int end = 0; end <= bytes.length; end++) {
            Map<String, String> now = says(bytes, end);
            Map<String, String> expected = SlowHello.read(text.substring(0, end));
            if (!now.equals(expected) || changedItsMind(before, now)) {
                assertThat(now)
                        .as("after %d bytes of %s, before %s", end, Fuzz.show(bytes), before)
                        .isEqualTo(expected)
                        .containsAllEntriesOf(before);
            }
            before = now;
        }
    }

    private static boolean changedItsMind(Map<String, String> before, Map<String, String> now) {
        return Stream.of("type", "version", "name").anyMatch(what -> {
            String was = before.getOrDefault(what, "-1");
            return !was.equals("-1") && !was.equals("INCOMPLETE") && !was.equals(now.get(what));
        });
    }

    /** All it can be asked, by {@link SlowHello}'s names. */
    private static Map<String, String> says(byte[] bytes, int end) {
        byte[] among = new byte[end + 3];
        System.arraycopy(bytes, 0, among, 3, end);
        Map<String, String> says = new LinkedHashMap<>();
        says.put("type", String.valueOf(new ClientHello(among, 3, end + 3).type()));
        says.put("version", String.valueOf(new ClientHello(among, 3, end + 3).version()));
        says.put("name", name(new ClientHello(among, 3, end + 3), among));
        ClientHello protocols = new ClientHello(among, 3, end + 3);
        says.put("protocol", text(protocols, protocols.protocol(), among));
        says.put("curves", new ClientHello(among, 3, end + 3).curves().name());
        says.put("ticket", String.valueOf(new ClientHello(among, 3, end + 3).ticket()));
        return says;
    }

    private static String name(ClientHello seen, byte[] bytes) {
        return text(seen, seen.serverName(), bytes);
    }

    private static String text(ClientHello seen, Outcome outcome, byte[] bytes) {
        return outcome == Outcome.FOUND
                ? "=" + new String(bytes, seen.nameStart, seen.nameEnd - seen.nameStart, StandardCharsets.ISO_8859_1)
                : outcome.name();
    }

    private static String hello(Random random) {
        String name = "host" + "x".repeat(random.nextInt(20)) + ".example";
        String sni = two(name.length() + 3) + "\0" + two(name.length()) + name;
        String protocols = random.nextBoolean() ? two(16) + two(14) + two(12) + "\u0002h2\u0008http/1.1" : "";
        String ticket = random.nextBoolean() ? two(35) + two(random.nextInt(2) * 3) : "";
        String extensions = protocols + (ticket.endsWith("\u0003") ? ticket + "tkt" : ticket)
                + (random.nextBoolean() ? two(10) + two(4) + "\0\u0002\0\u001d" : "") + two(0) + two(sni.length()) + sni
                + two(43) + two(3) + "\u0002\u0003\u0004";
        String body = "\u0003\u0003" + "r".repeat(32) + "\0" + two(4) + "\u0013\u0001\u0013\u0002" + "\u0001\0"
                + two(extensions.length()) + extensions;
        String handshake = "\u0001\0" + two(body.length()) + body;
        return "\u0016\u0003\u0001" + two(handshake.length()) + handshake + "MORE".repeat(random.nextInt(2));
    }

    private static String two(int number) {
        return "" + (char) (number >> 8) + (char) (number & 0xff);
    }
}
