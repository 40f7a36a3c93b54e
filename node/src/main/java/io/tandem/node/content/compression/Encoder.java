// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.content.BodyFilter;
import io.tandem.node.content.BodySink;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.ProxyCounter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses one body as it comes. What came with one event can be decompressed when that event is over: a client that reads along
 * is never kept waiting. Each loop keeps a stack of them; a deflater is lent to one only while there is a body.
 */
final class Encoder implements BodyFilter {
    private static final LoopLocal<ArrayDeque<Encoder>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 64;
    private static final int PIECE = 16 * 1024;
    private static final int LEAST_LEVEL = 1;

    /** RFC 1952 section 2.3: deflate, no name, no time, fastest algorithm, Unix. */
    private static final byte[] GZIP_HEAD = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 4, 3};

    private final Loop loop;
    private final CRC32 checkSum = new CRC32();
    private CompressionLimits limits;
    private Algorithm algorithm = Algorithm.IDENTITY;
    private @Nullable Deflater deflater;
    private @Nullable Meters frontend;
    private @Nullable Meters backend;
    private boolean headDue;
    /** Whether there is something that the client has not been given a chance to see. */
    private boolean held;

    private int level;
    private long length;

    private Encoder(Loop loop, CompressionLimits limits) {
        this.loop = loop;
        this.limits = limits;
    }

    /**
     * Begins to encode a body; null where limits do not allow it.
     *
     * @param frontend and {@code backend}: where it is counted
     */
    static @Nullable Encoder begin(
            Loop loop,
            CompressionLimits limits,
            Algorithm algorithm,
            @Nullable Meters frontend,
            @Nullable Meters backend) {
        if (limits.areReached(loop)) {
            return null;
        }
        Deflater deflater = null;
        if (algorithm != Algorithm.IDENTITY) {
            deflater = Deflaters.of(loop).take(algorithm.isRaw(), limits);
            if (deflater == null) {
                return null;
            }
        }
        Encoder encoder = FREE.of(loop).pollLast();
        if (encoder == null) {
            encoder = new Encoder(loop, limits);
        }
        encoder.limits = limits;
        encoder.algorithm = algorithm;
        encoder.deflater = deflater;
        encoder.frontend = frontend;
        encoder.backend = backend;
        encoder.headDue = algorithm == Algorithm.GZIP;
        encoder.held = false;
        encoder.level = limits.maxLevel();
        encoder.length = 0;
        encoder.checkSum.reset();
        return encoder;
    }

    @Override
    public void body(ByteBuf in, int length, boolean all, BodySink to) {
        Deflater present = deflater;
        if (length == 0) {
            return;
        }
        if (present == null) {
            count(length, length);
            to.body(in, length, all);
            return;
        }
        ByteBuffer bytes = in.nioBufferCount() == 1
                ? in.internalNioBuffer(in.readerIndex(), length)
                : in.nioBuffer(in.readerIndex(), length);
        if (algorithm == Algorithm.GZIP) {
            int at = bytes.position();
            checkSum.update(bytes);
            bytes.position(at);
            this.length += length;
        }
        adapt(present);
        count(length, 0);
        present.setInput(bytes);
        while (!present.needsInput()) {
            produce(present, Deflater.NO_FLUSH, to);
        }
        held = true;
    }

    /** Compresses less while too much is being compressed, and more again afterwards. */
    private void adapt(Deflater present) {
        int wanted =
                limits.areReached(loop) ? Math.max(LEAST_LEVEL, level - 1) : Math.min(limits.maxLevel(), level + 1);
        if (wanted != level) {
            level = wanted;
            present.setLevel(wanted);
        }
    }

    /** Hands on as much as fits into one piece; whether there may be more. */
    private boolean produce(Deflater present, int flush, BodySink to) {
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(PIECE, PIECE);
        try {
            if (headDue) {
                headDue = false;
                out.writeBytes(GZIP_HEAD);
            }
            int room = out.writableBytes();
            int made = present.deflate(out.internalNioBuffer(out.writerIndex(), room), flush);
            out.writerIndex(out.writerIndex() + made);
            give(out, to);
            return made == room;
        } finally {
            out.release();
        }
    }

    private void give(ByteBuf out, BodySink to) {
        int made = out.readableBytes();
        if (made > 0) {
            count(0, made);
            to.body(out, made, false);
        }
    }

    private void count(int bytesIn, int bytesOut) {
        limits.count(loop, bytesIn, bytesOut);
        count(frontend, bytesIn, bytesOut);
        count(backend, bytesIn, bytesOut);
    }

    private void count(@Nullable Meters meters, int bytesIn, int bytesOut) {
        if (meters != null) {
            meters.counters().add(loop.index(), ProxyCounter.COMPRESSED_IN, bytesIn);
            meters.counters().add(loop.index(), ProxyCounter.COMPRESSED_OUT, bytesOut);
        }
    }

    @Override
    public void flush(BodySink to) {
        Deflater present = deflater;
        if (held && present != null) {
            held = false;
            while (produce(present, Deflater.SYNC_FLUSH, to)) {
                // there may be more
            }
        }
    }

    @Override
    public void end(@Nullable Trailers trailers, BodySink to) {
        Deflater present = deflater;
        if (present != null) {
            present.finish();
            while (!present.finished()) {
                produce(present, Deflater.NO_FLUSH, to);
            }
            if (algorithm == Algorithm.GZIP) {
                ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(8, 8);
                try {
                    out.writeIntLE((int) checkSum.getValue()).writeIntLE((int) length);
                    give(out, to);
                } finally {
                    out.release();
                }
            }
        }
        countResponse(frontend);
        countResponse(backend);
        close();
    }

    private void countResponse(@Nullable Meters meters) {
        if (meters != null) {
            meters.count(loop.index(), ProxyCounter.COMPRESSED_RESPONSES);
        }
    }

    @Override
    public void close() {
        Deflater present = deflater;
        if (present != null) {
            deflater = null;
            Deflaters.of(loop).giveBack(present, algorithm.isRaw(), limits);
        }
        frontend = null;
        backend = null;
        ArrayDeque<Encoder> free = FREE.of(loop);
        if (free.size() < KEPT_PER_LOOP) {
            free.addLast(this);
        }
    }
}
