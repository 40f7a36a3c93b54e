// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.proxyprotocol.SlowProxyReader.Reading;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * Headers between proxies that are nearly right: however many bytes of one have come, a slow reading says the same of them, and
 * bytes that have not come yet change nothing.
 */
class ProxyFuzzTest {
    private static final int MOST = 400;
    private static final int MAGIC = 0x05ca1ab1;
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
    private static final String[] WORDS = {
        "PROXY ",
        "TCP4",
        "TCP6",
        "UNKNOWN",
        " ",
        "  ",
        "\t",
        "\r\n",
        "\n",
        "\r",
        ":",
        "::",
        ".",
        "0",
        "00",
        "1",
        "65535",
        "65536",
        "255",
        "256",
        "ffff",
        "00001",
        "::1",
        "1.2.3.4",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:7:8",
        "%1",
        "[::1]",
        "\0",
        "\0\0",
        "\0\1",
        "\0\14",
        "\0\44",
        "\1\1",
        "\21",
        "\41",
        "\2\0\1a",
        "\3\0\4abcd",
        "\4\0\0",
        "\5\0\1b",
        "\60\0\2ns",
        "\u00ff\u00ff",
        SIGNATURE,
        "\6",
        "\105",
        "\140"
    };
    private static final String[] ADDRESSES = {
        "1.2.3.4",
        "255.255.255.255",
        "0.0.0.0",
        "127.0.0.1",
        "::",
        "::1",
        "2001:db8::1",
        "1:2:3:4:5:6:7:8",
        "1::8",
        "::ffff:1.2.3.4",
        "64:ff9b::192.0.2.33",
        "1:2:3:4:5:6:7::",
        "1.2.3",
        "01.2.3.4",
        "x"
    };

    private final NetScalerDecoder netScaler = new NetScalerDecoder(MAGIC);

    @Test
    void proxyHeaders() {
        Fuzz.run("headers of the PROXY protocol", random -> {
            String header = random.nextInt(3) == 0 ? first(random) : second(random);
            compare(ProxyDecoder.INSTANCE, mutated(random, header), bytes -> SlowProxyReader.read(bytes, MOST));
        });
    }

    @Test
    void netScalerHeaders() {
        Fuzz.run(
                "NetScaler's headers",
                random -> compare(
                        netScaler,
                        mutated(random, packet(random)),
                        bytes -> SlowProxyReader.readNetScaler(bytes, "05ca1ab1", MOST)));
    }

    private static byte[] mutated(Random random, String header) {
        String text = header + (random.nextBoolean() ? "GET / HTTP/1.1\r\n\r\n" : "");
        for (int i = random.nextInt(3); i > 0; i--) {
            text = Fuzz.mutate(random, text, WORDS);
        }
        return Fuzz.bytes(text);
    }

    private static void compare(HeaderDecoder decoder, byte[] bytes, Function<byte[], Reading> slow) {
        boolean undecided = true;
        for (int length = 0; length <= bytes.length; length++) {
            Reading expected = slow.apply(Arrays.copyOf(bytes, length));
            Announcement said = new Announcement();
            Reading read = SlowProxyReader.reading(decoder.decode(bytes, length, MOST, said), said);
            if (!read.equals(expected)) {
                assertThat(read).as("%d bytes of %s", length, Fuzz.show(bytes)).isEqualTo(expected);
            }
            // whoever reads in pieces stops at the first answer: that must be the answer to the whole
            if (undecided && read.outcome() != HeaderDecoder.Outcome.MORE) {
                undecided = false;
                assertThat(slow.apply(bytes))
                        .as("as a whole: %s", Fuzz.show(bytes))
                        .isEqualTo(read);
            }
        }
    }

    private static String first(Random random) {
        if (random.nextInt(8) == 0) {
            return "PROXY UNKNOWN" + (random.nextBoolean() ? " " + "x".repeat(random.nextInt(95)) : "") + "\r\n";
        }
        return "PROXY TCP" + (random.nextBoolean() ? 4 : 6) + " " + Fuzz.oneOf(random, ADDRESSES) + " "
                + Fuzz.oneOf(random, ADDRESSES) + " " + random.nextInt(70_000) + " " + random.nextInt(70_000) + "\r\n";
    }

    private static String second(Random random) {
        boolean four = random.nextBoolean();
        StringBuilder body = new StringBuilder(noise(random, four ? 12 : 36));
        for (int i = random.nextInt(4); i > 0; i--) {
            int length = random.nextInt(10) == 0 ? 120 + random.nextInt(140) : random.nextInt(12);
            char type = (char) (random.nextBoolean() ? random.nextInt(6) : random.nextInt(256));
            body.append(type).append(two(type == 3 ? 4 : length)).append(noise(random, type == 3 ? 4 : length));
        }
        boolean sealed = random.nextBoolean();
        if (sealed) {
            body.append("\3\0\4\0\0\0\0");
        }
        char command = (char) (random.nextInt(8) == 0 ? random.nextInt(256) : 0x20 + random.nextInt(2));
        char family = (char) (random.nextInt(8) == 0 ? random.nextInt(256) : four ? 0x11 : 0x21);
        String header = SIGNATURE + command + family + two(body.length()) + body;
        if (!sealed) {
            return header;
        }
        CRC32C sum = new CRC32C();
        sum.update(Fuzz.bytes(header));
        long value = sum.getValue();
        return header.substring(0, header.length() - 4) + two((int) (value >> 16)) + two((int) (value & 0xffff));
    }

    private static String packet(Random random) {
        boolean four = random.nextBoolean();
        int words = 5 + (random.nextInt(4) == 0 ? random.nextInt(11) : 0);
        String ip = four
                ? (char) (0x40 | words) + noise(random, 8) + "\6" + noise(random, 10 + 4 * (words - 5))
                : "\140" + noise(random, 5) + "\6" + noise(random, 33);
        String packet = ip + noise(random, 20 + (random.nextInt(4) == 0 ? random.nextInt(300) : 0));
        String magic = two(MAGIC >> 16) + two(MAGIC & 0xffff);
        return random.nextBoolean()
                ? magic + "\0\0" + two(packet.length()) + packet
                : magic + "\0\0" + two(packet.length() + 12) + two(1) + two(packet.length()) + packet;
    }

    private static String noise(Random random, int length) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < length; i++) {
            out.append((char) random.nextInt(256));
        }
        return out.toString();
    }

    private static String two(int number) {
        return "" + (char) (number >> 8 & 0xff) + (char) (number & 0xff);
    }
}
