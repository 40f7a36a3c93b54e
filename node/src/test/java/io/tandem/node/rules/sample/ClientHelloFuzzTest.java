// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.rules.sample.ClientHello.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The first bytes of TLS connections that are nearly right: what has been seen once stays so, however much more comes. */
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
        int type = -1;
        int version = -1;
        String name = "INCOMPLETE";
        for (int end = 0; end <= bytes.length; end++) {
            ClientHello seen = new ClientHello(Fuzz.slice(bytes, 0, end), 0, end); // bytes beyond would be an error
            int typeNow = seen.type();
            int versionNow = seen.version();
            String nameNow = name(seen, bytes);
            String where = "after " + end + " bytes of " + Fuzz.show(bytes);
            assertThat(type < 0 || type == typeNow).as("type %s", where).isTrue();
            assertThat(version < 0 || version == versionNow)
                    .as("version %s", where)
                    .isTrue();
            assertThat(name.equals("INCOMPLETE") || name.equals(nameNow))
                    .as("%s, then %s %s", name, nameNow, where)
                    .isTrue();
            type = typeNow;
            version = versionNow;
            name = nameNow;
        }
    }

    private static String name(ClientHello seen, byte[] bytes) {
        Outcome outcome = seen.serverName();
        return outcome == Outcome.FOUND
                ? new String(bytes, seen.nameStart, seen.nameEnd - seen.nameStart, StandardCharsets.ISO_8859_1)
                : outcome.name();
    }

    private static String hello(Random random) {
        String name = "host" + "x".repeat(random.nextInt(20)) + ".example";
        String sni = two(name.length() + 3) + "\0" + two(name.length()) + name;
        String extensions = (random.nextBoolean() ? two(10) + two(4) + "\0\u0002\0\u001d" : "") + two(0)
                + two(sni.length()) + sni + two(43) + two(3) + "\u0002\u0003\u0004";
        String body = "\u0003\u0003" + "r".repeat(32) + "\0" + two(4) + "\u0013\u0001\u0013\u0002" + "\u0001\0"
                + two(extensions.length()) + extensions;
        String handshake = "\u0001\0" + two(body.length()) + body;
        return "\u0016\u0003\u0001" + two(handshake.length()) + handshake + "MORE".repeat(random.nextInt(2));
    }

    private static String two(int number) {
        return "" + (char) (number >> 8) + (char) (number & 0xff);
    }
}
