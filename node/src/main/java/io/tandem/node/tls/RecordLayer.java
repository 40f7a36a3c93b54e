// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.internal.tcnative.SSL;
import io.netty.util.concurrent.Promise;
import io.tandem.node.loop.Loop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The records of an established TLS connection, made and read by BoringSSL itself (RFC 8446 5). It stands behind Netty's
 * {@link SslHandler} during the handshake and takes its place with the end of it: Netty's makes some objects for each record,
 * and ends both directions when the other side ends one. This makes none, and either side may end before the other (6.1).
 *
 * <p>Clear text that is written is staged in a buffer of the loop's until it is flushed, makes a record, or another connection
 * wants the place. A record that has come in part is the engine's to keep. The end of the other side's input, close_notify or
 * FIN, is told once, as {@link ChannelInputShutdownEvent}. Runs on the connection's loop.
 */
public final class RecordLayer extends ChannelDuplexHandler {
    private static final String NAME = "records";

    /** {@code netty} leaves the records to Netty's handler. */
    private static final String SWITCH = "tandem.tls.records";

    /** How often the engine may ask for the same again: more is not a handshake's tail but a mistake. */
    private static final int MOST_TURNS = 16;

    private static final @Nullable VarHandle BIO = bio();

    private final RecordBuffers buffers;
    private final int limit;
    private @Nullable ReferenceCountedOpenSslEngine engine;
    /** BoringSSL's connection; 0 before it is taken over, and once it is given back. */
    private long ssl;
    /** Where the engine's bytes come from and go to. */
    private long bio;

    private @Nullable RecordWriter writer;
    private boolean owesFlush;
    private boolean wanted;
    private boolean inputEnded;
    private boolean closed;

    private RecordLayer(Loop loop, int limit) {
        buffers = RecordBuffers.ALL.of(loop);
        this.limit = limit > 0 ? Math.min(limit, RecordBuffers.RECORD) : RecordBuffers.RECORD;
    }

    /** Tcnative's handle of the bytes between an engine and its connection: Netty keeps it to itself. */
    private static @Nullable VarHandle bio() {
        if ("netty".equals(System.getProperty(SWITCH))) {
            return null;
        }
        try {
            return MethodHandles.privateLookupIn(ReferenceCountedOpenSslEngine.class, MethodHandles.lookup())
                    .findVarHandle(ReferenceCountedOpenSslEngine.class, "networkBIO", long.class);
        } catch (ReflectiveOperationException otherNetty) {
            return null;
        }
    }

    /**
     * Puts {@code handshake} into a pipeline and this behind it; where the engine is not BoringSSL, Netty's handler alone.
     *
     * @param handshake for an engine of {@code EngineContext}, which hands on one record at a time
     * @param before in whose place it comes, and who goes; null to put it first
     * @param loop of the channel; null to leave the records to Netty's handler
     * @param limit the most clear text in a record, 0 for the protocol's own limit
     */
    public static void install(
            Channel channel,
            SslHandler handshake,
            @Nullable ChannelHandlerContext before,
            @Nullable Loop loop,
            int limit) {
        if (limit > 0) {
            handshake.setWrapDataSize(limit);
        }
        boolean ours = loop != null && handshake.engine() instanceof ReferenceCountedOpenSslEngine && BIO != null;
        if (before != null) {
            if (loop != null && ours) {
                channel.pipeline().addAfter(before.name(), NAME, new RecordLayer(loop, limit));
            }
            channel.pipeline().replace(before.handler(), "tls", handshake);
            return;
        }
        channel.pipeline().addFirst("tls", handshake);
        if (loop != null && ours) {
            channel.pipeline().addAfter("tls", NAME, new RecordLayer(loop, limit));
        }
    }

    /** The records of the pipeline's connection, once they are there; else null. */
    static @Nullable RecordLayer of(Channel channel) {
        RecordLayer records = channel.pipeline().get(RecordLayer.class);
        return records != null && records.ssl != 0 ? records : null;
    }

    // ---- the handshake ends

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess() && ssl == 0 && !closed) {
            takeOver(context);
        }
        if (ssl != 0 && event == ChannelInputShutdownEvent.INSTANCE) {
            endInput(context);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    /** Called by Netty's handler, in the middle of its last record: what it has read beyond comes here when it goes. */
    private void takeOver(ChannelHandlerContext context) {
        SslHandler handshake = context.pipeline().get(SslHandler.class);
        if (handshake == null
                || BIO == null
                || !(handshake.engine() instanceof ReferenceCountedOpenSslEngine openSsl)
                || openSsl.sslPointer() == 0
                || SSL.getShutdown(openSsl.sslPointer()) != 0) {
            return;
        }
        openSsl.retain();
        engine = openSsl;
        ssl = openSsl.sslPointer();
        bio = (long) BIO.get(openSsl);
        RecordWriter begun = new RecordWriter(buffers, context, ssl, bio, limit);
        writer = begun;
        owesFlush = true; // what Netty's handler wrote last it would have flushed later
        if (handshake.sslCloseFuture() instanceof Promise<Channel> end) {
            end.trySuccess(context.channel()); // or its removal is a failure, with a stack trace for each connection
        }
        begun.sendWaiting();
        context.pipeline().remove(handshake);
    }

    // ---- what comes

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (ssl == 0) {
            context.fireChannelRead(message);
            return;
        }
        ByteBuf in = (ByteBuf) message;
        try {
            if (in.hasMemoryAddress()) {
                decrypt(context, in.memoryAddress() + in.readerIndex(), in.readableBytes());
            } else {
                decryptCopy(context, in);
            }
        } finally {
            in.release();
        }
    }

    private void decryptCopy(ChannelHandlerContext context, ByteBuf in) {
        ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(1, in.readableBytes()));
        try {
            copy.writeBytes(in);
            decrypt(context, copy.memoryAddress(), copy.readableBytes());
        } finally {
            copy.release();
        }
    }

    /** What is behind {@code address} stays where it is while handlers are told: they may write, which uses the same handle. */
    private void decrypt(ChannelHandlerContext context, long address, int length) {
        RecordWriter answers = writer;
        if (answers == null) {
            return;
        }
        answers.sendTail();
        int left = length;
        for (int turns = 0; left > 0 && !inputEnded && !closed && ssl != 0; ) {
            ByteBuf clear = buffers.clear();
            SSL.bioSetByteBuffer(bio, address + length - left, left, false);
            int outcome = fill(clear);
            String complaint = outcome == SSL.SSL_ERROR_SSL ? lastError() : "";
            int rest = SSL.bioLengthByteBuffer(bio);
            SSL.bioClearByteBuffer(bio);
            boolean moved = rest < left;
            left = rest;
            if (clear.isReadable()) {
                wanted = false;
                context.fireChannelRead(clear);
            } else {
                clear.release();
            }
            if (outcome == SSL.SSL_ERROR_ZERO_RETURN) {
                endInput(context);
            } else if (outcome == SSL.SSL_ERROR_WANT_WRITE && (moved || ++turns < MOST_TURNS)) {
                owesFlush |= answers.sendWaiting();
            } else if (outcome == SSL.SSL_ERROR_WANT_READ) {
                return; // all is taken, the last of it in part
            } else if (outcome != SSL.SSL_ERROR_NONE && ssl != 0) {
                fail(context, answers, complaint);
            }
        }
    }

    /** Reads records for as long as {@code clear} has room for a whole one; answers the engine's last word. */
    private int fill(ByteBuf clear) {
        do {
            int count = SSL.readFromSSL(ssl, clear.memoryAddress() + clear.writerIndex(), clear.writableBytes());
            if (count <= 0) {
                return SSL.getError(ssl, count);
            }
            clear.writerIndex(clear.writerIndex() + count);
        } while (clear.writableBytes() >= RecordBuffers.RECORD && SSL.bioLengthByteBuffer(bio) > 0);
        return SSL.SSL_ERROR_NONE;
    }

    private static String lastError() {
        return String.valueOf(SSL.getErrorString(SSL.getLastErrorNumber()));
    }

    private void endInput(ChannelHandlerContext context) {
        if (!inputEnded && !closed) {
            inputEnded = true;
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    /** The other side does not keep to the protocol: it is sent the engine's alert, and nothing is read any more. */
    private void fail(ChannelHandlerContext context, RecordWriter answers, String complaint) {
        SSL.clearError();
        inputEnded = true;
        answers.endAtOnce();
        context.flush();
        context.fireExceptionCaught(new SSLException(complaint.isEmpty() ? "the TLS connection is broken" : complaint));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (owesFlush) {
            owesFlush = false;
            context.flush();
        }
        context.fireChannelReadComplete();
        if (wanted && ssl != 0 && !inputEnded && !context.channel().config().isAutoRead()) {
            context.read(); // what came made no whole record
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        wanted = true;
        context.read();
    }

    // ---- what goes

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        RecordWriter present = writer;
        if (present == null) {
            context.write(message, promise);
            return;
        }
        ByteBuf in = (ByteBuf) message;
        try {
            if (in.isReadable()) {
                if (present.hasEnded()) {
                    promise.tryFailure(new ClosedChannelException());
                    return;
                }
                present.take(in);
            }
        } finally {
            in.release();
        }
        if (!promise.isVoid()) {
            present.seal();
            context.write(Unpooled.EMPTY_BUFFER, promise); // done when all before it is
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        RecordWriter present = writer;
        if (present != null) {
            present.seal();
            owesFlush = false;
        }
        context.flush();
    }

    // ---- how it ends

    /** Ends our side: what is written goes first, then close_notify. Does not flush; more is not written. */
    void endOutput() {
        RecordWriter present = writer;
        if (present != null) {
            present.end();
        }
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        boolean first = !closed;
        closed = true;
        if (first && writer != null && context.channel().isActive()) {
            endOutput();
            context.flush();
        }
        context.close(promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ReferenceCountedOpenSslEngine present = engine;
        RecordWriter answers = writer;
        closed = true;
        engine = null;
        writer = null;
        ssl = 0;
        bio = 0;
        if (answers != null) {
            answers.dispose();
        }
        if (present != null) {
            present.release();
        }
    }
}
