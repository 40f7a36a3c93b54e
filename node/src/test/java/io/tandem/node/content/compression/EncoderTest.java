// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.tandem.node.content.BodySink;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.ProxyCounter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a body becomes, and what a plain inflater makes of that. */
class EncoderTest {
    private static final int BODIES = 60;

    private final Loop loop = new Loop(0, new DefaultEventLoop());
    private final CompressionLimits limits = new CompressionLimits(1);
    private final Meters frontend = new Meters(1);
    private final Meters backend = new Meters(1);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final BodySink sink = (in, length, all) -> {
        byte[] bytes = new byte[length];
        in.getBytes(in.readerIndex(), bytes);
        out.writeBytes(bytes);
    };

    private Encoder encoder(Algorithm algorithm) {
        out.reset();
        return requireNonNull(Encoder.begin(loop, limits, algorithm, frontend, backend));
    }

    private static InputStream inflater(Algorithm algorithm, byte[] encoded) throws IOException {
        InputStream in = new ByteArrayInputStream(encoded);
        return switch (algorithm) {
            case IDENTITY -> in;
            case GZIP -> new GZIPInputStream(in);
            case DEFLATE -> new InflaterInputStream(in);
            case RAW_DEFLATE -> new InflaterInputStream(in, new Inflater(true));
        };
    }

    private static byte[] body(Random random) {
        byte[] body = new byte[random.nextInt(5) == 0 ? random.nextInt(200_000) : random.nextInt(3000)];
        int kind = random.nextInt(3);
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (kind == 0 ? random.nextInt() : kind == 1 ? "hello world ".charAt(i % 12) : i / 100);
        }
        return body;
    }

    /** In direct and heap buffers, at any offset, as bodies come. */
    private static ByteBuf piece(byte[] body, int from, int length, Random random) {
        int gap = random.nextInt(20);
        ByteBuf piece = random.nextBoolean() ? Unpooled.directBuffer(length + gap) : Unpooled.buffer(length + gap);
        piece.writeZero(gap).writeBytes(body, from, length);
        return piece.readerIndex(gap);
    }

    @ParameterizedTest
    @EnumSource
    void whateverTheSizesAndPiecesAPlainInflaterFindsTheBodyAgain(Algorithm algorithm) throws IOException {
        for (int seed = 0; seed < BODIES; seed++) {
            Random random = new Random(seed);
            byte[] body = body(random);
            Encoder encoder = encoder(algorithm);
            for (int at = 0; at < body.length; ) {
                int length = Math.min(body.length - at, random.nextInt(random.nextBoolean() ? 70_000 : 300));
                ByteBuf piece = piece(body, at, length, random);
                encoder.body(piece, length, false, sink);
                piece.release();
                at += length;
                if (random.nextInt(3) == 0) {
                    encoder.flush(sink);
                }
            }
            encoder.end(null, sink);
            assertThat(inflater(algorithm, out.toByteArray()).readAllBytes())
                    .as("seed %d", seed)
                    .isEqualTo(body);
        }
    }

    @Test
    void whatHasBeenFlushedCanBeReadBeforeTheRestComes() throws DataFormatException {
        Encoder encoder = encoder(Algorithm.RAW_DEFLATE);
        Inflater inflater = new Inflater(true);
        byte[] seen = new byte[100];
        int read = 0;
        List<String> words = new ArrayList<>();
        for (String word : List.of("the first line", "the second", "and the third")) {
            ByteBuf piece = Unpooled.wrappedBuffer(word.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            encoder.body(piece, piece.readableBytes(), false, sink);
            encoder.flush(sink);
            byte[] all = out.toByteArray();
            inflater.setInput(all, read, all.length - read);
            read = all.length;
            words.add(new String(seen, 0, inflater.inflate(seen), java.nio.charset.StandardCharsets.US_ASCII));
        }
        encoder.close();
        inflater.end();

        assertThat(words).containsExactly("the first line", "the second", "and the third");
    }

    @Test
    void anEmptyBodyIsAValidOne() throws IOException {
        encoder(Algorithm.GZIP).end(null, sink);

        assertThat(out.size()).isEqualTo(20);
        assertThat(inflater(Algorithm.GZIP, out.toByteArray()).readAllBytes()).isEmpty();
    }

    @Test
    void bothProxiesCountWhatGoesInAndComesOut() {
        Encoder encoder = encoder(Algorithm.GZIP);
        ByteBuf body = Unpooled.directBuffer().writeZero(10_000);
        encoder.body(body, 10_000, true, sink);
        encoder.end(null, sink);
        body.release();

        for (Meters meters : List.of(frontend, backend)) {
            assertThat(meters.counters().sum(ProxyCounter.COMPRESSED_IN)).isEqualTo(10_000);
            assertThat(meters.counters().sum(ProxyCounter.COMPRESSED_OUT)).isEqualTo(out.size());
            assertThat(meters.counters().sum(ProxyCounter.COMPRESSED_RESPONSES)).isEqualTo(1);
        }
    }

    @Test
    void withoutMemoryForOneMoreThereIsNone() {
        limits.maxMemory(2L * CompressionLimits.DEFLATER_BYTES);
        Encoder first = encoder(Algorithm.GZIP);
        Encoder second = encoder(Algorithm.DEFLATE);

        assertThat(Encoder.begin(loop, limits, Algorithm.GZIP, frontend, backend))
                .isNull();
        assertThat(Encoder.begin(loop, limits, Algorithm.IDENTITY, frontend, backend))
                .isNotNull();
        first.close();
        encoder(Algorithm.GZIP).close();
        second.close();
        assertThat(limits.memory()).isZero();
    }

    @Test
    void beyondTheRateNoResponseIsBegun() {
        limits.bytesPerSecond(5000);
        Encoder encoder = encoder(Algorithm.GZIP);
        ByteBuf body = Unpooled.directBuffer().writeZero(10_000);
        encoder.body(body, 10_000, true, sink);
        encoder.close();
        body.release();

        assertThat(Encoder.begin(loop, limits, Algorithm.GZIP, frontend, backend))
                .isNull();
    }
}
