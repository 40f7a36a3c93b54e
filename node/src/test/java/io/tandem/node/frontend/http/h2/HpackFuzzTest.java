// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.fuzz.Fuzz;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Header blocks of one connection that are nearly right, one after the other, so that damage to the table would show in those
 * that follow; the last one cut off everywhere. Beside a slow reading.
 */
class HpackFuzzTest {
    private static final byte[] SCRATCH = new byte[64 * 1024];
    private static final String[] WORDS = {
        "\u0082",
        "\u00bd",
        "\u00be",
        "\u00bf",
        "\u00c8",
        "\u00ff\0",
        "\u00ff\u0080\u0080\u0080\u0080\0",
        "\u00ff\u00ff\u00ff\u00ff\u00ff\17",
        "\40",
        "\77\u00e1\37",
        "\77\u00e2\37",
        "\77\0",
        "\100\1a\1b",
        "\177\0",
        "\0\0",
        "\0\1a\0",
        "\20\1a\u0081\37",
        "\17\56\1z",
        "\u0081\u00ff",
        "\u0084\u00ff\u00ff\u00ff\u00ff",
        "\u0080"
    };

    @Test
    void blocksOfOneConnection() {
        Fuzz.run("header compression", HpackFuzzTest::round);
    }

    private static void round(Random random) {
        int announced = Fuzz.oneOf(random, new Integer[] {4096, 4096, 0, 128, 16_384});
        List<byte[]> blocks = new ArrayList<>();
        HpackDecoder decoder = new HpackDecoder(announced, 1 << 28, SCRATCH);
        SlowHpack slow = new SlowHpack(announced, SCRATCH.length);
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            String text = block(random, last ? 0 : 12);
            byte[] block = Fuzz.bytes(random.nextInt(8) == 0 ? Fuzz.mutate(random, text, WORDS) : text);
            if (last) {
                cutOff(announced, blocks, slow, block);
            }
            if (!compare(decoder, slow, block, i, block.length)) {
                return; // the connection has ended
            }
            blocks.add(block);
        }
    }

    /** A block behind those before it, from its beginning to each of its bytes. */
    private static void cutOff(int announced, List<byte[]> before, SlowHpack slow, byte[] block) {
        for (int end = 0; end < block.length; end++) {
            HpackDecoder decoder = new HpackDecoder(announced, 1 << 28, SCRATCH);
            for (byte[] earlier : before) {
                decoder.decode(earlier, 0, earlier.length, (n, ns, ne, v, vs, ve) -> {});
            }
            compare(decoder, slow.copy(), block, before.size(), end);
        }
    }

    /** Decodes the first {@code length} bytes between others that do not count; whether the block was good. */
    private static boolean compare(HpackDecoder decoder, SlowHpack slow, byte[] block, int number, int length) {
        byte[] among = new byte[block.length + 5];
        System.arraycopy(block, 0, among, 3, block.length);
        List<String> fields = new ArrayList<>();
        boolean good = decoder.decode(
                among,
                3,
                3 + length,
                (name, nameStart, nameEnd, value, valueStart, valueEnd) ->
                        fields.add(new String(name, nameStart, nameEnd - nameStart, StandardCharsets.ISO_8859_1) + "="
                                + new String(value, valueStart, valueEnd - valueStart, StandardCharsets.ISO_8859_1)));
        String where = "block " + number + ", " + length + " bytes of " + Fuzz.show(block);
        assertThat(new SlowHpack.Reading(fields, good)).as(where).isEqualTo(slow.read(Fuzz.slice(block, 0, length)));
        if (good) {
            assertThat(decoder.tableSize()).as("table after %s", where).isEqualTo(slow.tableSize());
        }
        return good;
    }

    // ---- blocks

    /** @param longOnes of how many texts one is long; 0 for none */
    private static String block(Random random, int longOnes) {
        StringBuilder out = new StringBuilder();
        if (random.nextInt(6) == 0) {
            out.append(integer(0x20, 5, random.nextBoolean() ? random.nextInt(300) : random.nextInt(4097)));
        }
        for (int i = random.nextInt(6); i >= 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> out.append(integer(0x80, 7, index(random, true)));
                case 1 -> out.append(literal(random, 0x00, 4, longOnes));
                case 2 -> out.append(literal(random, 0x10, 4, longOnes));
                default -> out.append(literal(random, 0x40, 6, longOnes));
            }
        }
        return out.toString();
    }

    /** Mostly of the newest entries: those there surely are. */
    private static int index(Random random, boolean withValue) {
        return switch (random.nextInt(8)) {
            case 0 -> 61 + random.nextInt(60);
            case 1, 2, 3 -> 62 + random.nextInt(3);
            default -> (withValue ? 1 : 0) + random.nextInt(61);
        };
    }

    private static String literal(Random random, int first, int prefix, int longOnes) {
        int index = random.nextBoolean() ? 0 : index(random, false);
        String name = index == 0 ? string(random, 1 + random.nextInt(12)) : "";
        boolean isLong = longOnes > 0 && random.nextInt(longOnes) == 0;
        return integer(first, prefix, index) + name + string(random, random.nextInt(isLong ? 2000 : 20));
    }

    private static String string(Random random, int length) {
        StringBuilder text = new StringBuilder();
        boolean odd = random.nextInt(4) == 0;
        for (int i = 0; i < length; i++) {
            text.append((char) (odd ? random.nextInt(256) : 'a' + random.nextInt(26)));
        }
        if (random.nextBoolean()) {
            return integer(0, 7, length) + text;
        }
        String packed = SlowHpack.compressed(text.toString());
        return integer(0x80, 7, packed.length()) + packed;
    }

    private static String integer(int first, int prefix, int value) {
        int mask = (1 << prefix) - 1;
        if (value < mask) {
            return String.valueOf((char) (first | value));
        }
        StringBuilder out = new StringBuilder().append((char) (first | mask));
        int rest = value - mask;
        for (; rest >= 0x80; rest >>= 7) {
            out.append((char) (rest & 0x7f | 0x80));
        }
        return out.append((char) rest).toString();
    }
}
