// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Header compression beside Netty's, which is the slow reference. */
class HpackTest {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-_.~/:;=, %&?+(){}\u00e9\u00ff\u0001";

    private final HpackDecoder decoder = new HpackDecoder(4096, 1 << 20, new byte[64 * 1024]);

    @Test
    void whatNettyEncodesIsDecodedWithItsTableKeptInStep() throws Exception {
        Random random = new Random(1);
        DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder(
                Http2HeadersEncoder.NEVER_SENSITIVE, false, 16, 0); // all in Huffman's code
        for (int round = 0; round < 3000; round++) {
            Http2Headers headers = randomHeaders(random);
            ByteBuf out = Unpooled.buffer();
            encoder.encodeHeaders(3, headers, out);
            byte[] block = ByteBufUtil.getBytes(out);
            assertThat(decode(block)).as("round %d", round).isEqualTo(fields(headers));
        }
        assertThat(decoder.tableSize()).isBetween(1, 4096);
    }

    @Test
    void aBlockWhoseBytesStandForThousandsIsNotReadToItsEnd() {
        HpackDecoder narrow = new HpackDecoder(4096, 16_384, new byte[64 * 1024]);
        byte[] entry = ("@\1x\177" + (char) (0x80 | (3900 - 127) % 128) + (char) ((3900 - 127) / 128)
                        + "v".repeat(3900))
                .getBytes(StandardCharsets.ISO_8859_1);
        int[] fields = {0};
        HpackDecoder.Sink counting = (nameBytes, nameStart, nameEnd, bytes, valueStart, valueEnd) -> fields[0]++;
        assertThat(narrow.decode(entry, 0, entry.length, counting)).isTrue();
        byte[] bomb = new byte[16_000];
        Arrays.fill(bomb, (byte) 0xbe); // the newest entry of the table
        assertThat(narrow.decode(bomb, 0, bomb.length, counting)).isFalse();
        assertThat(fields[0]).isLessThan(20); // of 64 MiB 64 KiB
    }

    @Test
    void aBlockOfAnyPrefixOrChangedByteIsRefusedExactlyWhereNettyRefusesIt() throws Exception {
        Random random = new Random(2);
        int refused = 0;
        for (int round = 0; round < 4000; round++) {
            ByteBuf out = Unpooled.buffer();
            new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, false, 16, random.nextInt(40))
                    .encodeHeaders(3, randomHeaders(random), out);
            byte[] whole = ByteBufUtil.getBytes(out);
            byte[] block =
                    Arrays.copyOf(whole, random.nextInt(4) == 0 ? random.nextInt(whole.length + 1) : whole.length);
            for (int changes = random.nextInt(3); changes > 0 && block.length > 0; changes--) {
                block[random.nextInt(block.length)] = (byte) random.nextInt(256);
            }
            List<String> reference = decodeWithNetty(block);
            HpackDecoder fresh = new HpackDecoder(4096, 1 << 20, new byte[64 * 1024]);
            List<String> ours = new ArrayList<>();
            boolean good = fresh.decode(block, 0, block.length, sink(ours));
            if (reference == null) {
                refused++;
                // an empty name is the one thing refused here and not there
                assertThat(good)
                        .as("round %d %s", round, ByteBufUtil.hexDump(block))
                        .isFalse();
            } else if (good) {
                assertThat(ours)
                        .as("round %d", round)
                        .containsExactlyInAnyOrderElementsOf(reference); // Netty puts pseudo fields first
            } else {
                assertThat(reference)
                        .as("round %d %s", round, ByteBufUtil.hexDump(block))
                        .anyMatch(f -> f.startsWith("="));
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    @Test
    void whatWeEncodeNettyDecodes() throws Exception {
        Random random = new Random(3);
        DefaultHttp2HeadersDecoder netty = new DefaultHttp2HeadersDecoder(false, 1 << 20);
        for (int round = 0; round < 2000; round++) {
            Http2Headers headers = randomHeaders(random);
            ByteBuf out = Unpooled.buffer();
            int status = 100 + random.nextInt(500);
            HpackEncoder.status(out, status);
            for (Map.Entry<CharSequence, CharSequence> field : headers) {
                byte[] line = (field.getKey() + "=" + field.getValue()).getBytes(StandardCharsets.ISO_8859_1);
                int nameEnd = field.getKey().length();
                HpackEncoder.field(out, line, 0, nameEnd, nameEnd + 1, line.length);
            }
            List<String> expected = new ArrayList<>(List.of(":status=" + status));
            expected.addAll(fields(headers));
            assertThat(fields(netty.decodeHeaders(3, out)))
                    .as("round %d", round)
                    .isEqualTo(expected);
        }
    }

    @Test
    void randomBytesNeverMakeTheDecoderThrow() {
        Random random = new Random(4);
        for (int round = 0; round < 50_000; round++) {
            byte[] block = new byte[random.nextInt(60)];
            random.nextBytes(block);
            decoder.decode(block, 0, block.length, (n, ns, ne, v, vs, ve) -> {
                assertThat(ns).isBetween(0, ne);
                assertThat(ve).isBetween(vs, v.length);
            });
            assertThat(decoder.tableSize()).isBetween(0, 4096);
        }
    }

    private List<String> decode(byte[] block) {
        List<String> fields = new ArrayList<>();
        assertThat(decoder.decode(block, 0, block.length, sink(fields))).isTrue();
        return fields;
    }

    private static HpackDecoder.Sink sink(List<String> fields) {
        return (name, nameStart, nameEnd, value, valueStart, valueEnd) ->
                fields.add(new String(name, nameStart, nameEnd - nameStart, StandardCharsets.ISO_8859_1) + "="
                        + new String(value, valueStart, valueEnd - valueStart, StandardCharsets.ISO_8859_1));
    }

    private static @org.jspecify.annotations.Nullable List<String> decodeWithNetty(byte[] block) {
        try {
            DefaultHttp2HeadersDecoder netty = new DefaultHttp2HeadersDecoder(false, 1 << 24);
            return fields(netty.decodeHeaders(3, Unpooled.wrappedBuffer(block)));
        } catch (Http2Exception | IllegalArgumentException | IndexOutOfBoundsException refused) {
            return null;
        }
    }

    private static Http2Headers randomHeaders(Random random) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = random.nextInt(8); i >= 0; i--) {
            String name =
                    switch (random.nextInt(3)) {
                        case 0 -> "content-type";
                        case 1 -> "x-" + random.nextInt(20);
                        default -> text(random, 1 + random.nextInt(20)).toLowerCase(java.util.Locale.ROOT);
                    };
            headers.add(name, text(random, random.nextInt(6) == 0 ? 300 : random.nextInt(30)));
        }
        return headers;
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    private static List<String> fields(Http2Headers headers) {
        List<String> fields = new ArrayList<>();
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            fields.add(field.getKey() + "=" + field.getValue());
        }
        return fields;
    }
}
