// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.node.fuzz.Fuzz;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Hellos that are nearly right, whole and cut anywhere, beside a reader that takes one field after the other off a stream. */
class ClientHelloFuzzTest {
    private static final String[] WORDS = {
        "\0",
        "\u0001",
        "\0\0",
        "\0\u0001",
        "\0\r",
        "\u0004\u0003",
        "\u00ff\u00ff",
        "\0\u0005a.com",
        "\0\0\0\n\0\u0008\0\0\u0005A.com"
    };

    /** Suites whose server signs with ECDSA, of the IANA registry. */
    private static final Set<Integer> ECDSA_SUITES = Set.of(
            0xc006, 0xc007, 0xc008, 0xc009, 0xc00a, 0xc023, 0xc024, 0xc02b, 0xc02c, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af,
            0xcca9, 0xcc14);

    @Test
    void hellosAreReadAsTheyStand() {
        Fuzz.run("hellos to this proxy", ClientHelloFuzzTest::round);
    }

    @Test
    void aNameLongerThanItsListIsNotReadFromWhatLiesBehindIt() {
        String list = "\0\5\0\0\17Ho"; // five bytes, of them a name of fifteen
        String extension = "\0\0\0\24" + list + "stxxx.example";
        byte[] hello = Fuzz.bytes("\3\3" + "r".repeat(32) + "\0\0\2\23\1\1\0\0\30" + extension);

        assertThat(ClientHello.parse(Unpooled.wrappedBuffer(hello))).isEqualTo(new ClientHello("", false));
    }

    private static void round(Random random) {
        String text = hello(random);
        for (int i = random.nextInt(3); i > 0; i--) {
            text = Fuzz.mutate(random, text, WORDS);
        }
        byte[] bytes = Fuzz.bytes(text);
        for (int end = bytes.length; end >= 0; end--) {
            byte[] cut = Fuzz.slice(bytes, 0, end);
            ByteBuf in = Unpooled.wrappedBuffer(cut);
            assertThat(ClientHello.parse(in)).as(Fuzz.show(cut)).isEqualTo(slow(cut));
            assertThat(in.readerIndex()).isZero();
        }
    }

    private static ClientHello slow(byte[] bytes) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            take(in, 34);
            take(in, in.readUnsignedByte());
            boolean suites = false;
            DataInputStream offered = take(in, in.readUnsignedShort());
            while (offered.available() >= 2) {
                suites |= ECDSA_SUITES.contains(offered.readUnsignedShort());
            }
            take(in, in.readUnsignedByte());
            if (in.available() == 0) {
                return new ClientHello("", false);
            }
            DataInputStream extensions = take(in, in.readUnsignedShort());
            String name = "";
            boolean ecdsa = true;
            boolean tls13 = false;
            while (extensions.available() > 0) {
                int type = extensions.readUnsignedShort();
                DataInputStream content = take(extensions, extensions.readUnsignedShort());
                if (type == 0) {
                    name = name(take(content, content.readUnsignedShort()));
                } else if (type == 13) {
                    ecdsa = false;
                    DataInputStream list = take(content, content.readUnsignedShort());
                    while (list.available() >= 2 && !ecdsa) {
                        int algorithm = list.readUnsignedShort();
                        ecdsa = (algorithm & 0xff) == 3 && algorithm >> 8 >= 4 && algorithm >> 8 <= 6;
                    }
                } else if (type == 43) {
                    tls13 = false;
                    DataInputStream list = take(content, content.readUnsignedByte());
                    while (list.available() >= 2 && !tls13) {
                        tls13 = list.readUnsignedShort() == 0x0304;
                    }
                }
            }
            return new ClientHello(name, ecdsa && (tls13 || suites));
        } catch (IOException truncated) {
            return new ClientHello("", false);
        }
    }

    private static String name(DataInputStream list) throws IOException {
        while (list.available() > 0) {
            int type = list.readUnsignedByte();
            int length = list.readUnsignedShort();
            byte[] name = take(list, length).readAllBytes();
            if (type == 0 && length <= 255) {
                return new String(name, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            }
        }
        return "";
    }

    private static DataInputStream take(DataInputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    private static String hello(Random random) {
        String name = "Host" + "x".repeat(random.nextInt(4)) + ".example";
        String sni = two(name.length() + 3) + "\0" + two(name.length()) + name;
        String algorithms = random.nextBoolean() ? two(13) + two(6) + two(4) + "\u0008\u0004\u0004\u0003" : "";
        String extensions = algorithms + two(0) + two(sni.length()) + sni + two(43) + two(3) + "\u0002\u0003\u0004";
        return "\u0003\u0003" + "r".repeat(32) + "\0" + two(4) + "\u0013\u0001"
                + (random.nextBoolean() ? "\u00c0+" : "\u0013\u0002") + "\u0001\0" + two(extensions.length())
                + extensions;
    }

    private static String two(int number) {
        return "" + (char) (number >> 8) + (char) (number & 0xff);
    }
}
