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

    /** Above this, clear text becomes records from where it lies: copying it costs more than the head of a record. */
    private static final int WORTH_STAGING = 4 * 1024;

    /** How often the engine may ask for the same again: more is not a handshake's tail but a mistake. */
    private static final int MOST_TURNS = 16;

    /** Room for what BoringSSL keeps back until the first record: session tickets. */
    private static final int TAIL = 2 * 1024;

    private static final @Nullable VarHandle BIO = bio();

    private final RecordBuffers buffers;
    private final int limit;
    private @Nullable ReferenceCountedOpenSslEngine engine;
    private @Nullable ChannelHandlerContext context;
    /** BoringSSL's connection; 0 before it is taken over, and once it is given back. */
    private long ssl;
    /** Where the engine's bytes come from and go to. */
    private long bio;

    /** Clear text that was written while a record was being handed on: it comes behind it. */
    private @Nullable ByteBuf behind;

    private boolean encrypting;
    private boolean hasWritten;
    private int overhead;
    private boolean owesFlush;
    private boolean wanted;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean closed;

    private RecordLayer(Loop loop, int limit) {
        buffers = RecordBuffers.ALL.of(loop);
        this.limit = limit > 0 ? Math.min(limit, RecordBuffers.RECORD) : RecordBuffers.RECORD;
    }

    /** Tcnative's handle of the bytes between an engine and its connection: Netty keeps it to itself. */
    private static @Nullable VarHandle bio() {
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
        this.context = context;
        ssl = openSsl.sslPointer();
        bio = (long) BIO.get(openSsl);
        overhead = SSL.getMaxWrapOverhead(ssl);
        owesFlush = true; // what Netty's handler wrote last it would have flushed later
        if (handshake.sslCloseFuture() instanceof Promise<Channel> end) {
            end.trySuccess(context.channel()); // or its removal is a failure, with a stack trace for each connection
        }
        sendWaiting(context);
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

    /**
     * Writes what BoringSSL keeps back until the first record, to go out with whatever is flushed next: should it find what comes
     * first to be wrong, its alert goes behind that, and the place it has by itself is too small for both.
     */
    private void sendTail(ChannelHandlerContext context) {
        hasWritten = true;
        ByteBuf out = buffers.sealed(2 * TAIL);
        int room = out.writableBytes();
        SSL.bioSetByteBuffer(bio, out.memoryAddress(), room, true);
        SSL.writeToSSL(ssl, out.memoryAddress(), 0);
        out.writerIndex(room - SSL.bioLengthByteBuffer(bio));
        SSL.bioClearByteBuffer(bio);
        if (out.isReadable()) {
            context.write(out, context.voidPromise());
        } else {
            out.release();
        }
    }

    /** What is behind {@code address} stays where it is while handlers are told: they may write, which uses the same handle. */
    private void decrypt(ChannelHandlerContext context, long address, int length) {
        if (!hasWritten) {
            sendTail(context);
        }
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
                sendWaiting(context);
            } else if (outcome == SSL.SSL_ERROR_WANT_READ) {
                return; // all is taken, the last of it in part
            } else if (outcome != SSL.SSL_ERROR_NONE && ssl != 0) {
                fail(context, complaint);
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
    private void fail(ChannelHandlerContext context, String complaint) {
        SSL.clearError();
        inputEnded = true;
        outputEnded = true;
        forget();
        sendLast(context);
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
        if (ssl == 0) {
            context.write(message, promise);
            return;
        }
        ByteBuf in = (ByteBuf) message;
        if (outputEnded && in.isReadable()) {
            in.release();
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        try {
            if (in.isReadable()) {
                take(context, in);
            }
        } finally {
            in.release();
        }
        if (!promise.isVoid()) {
            seal(context);
            context.write(Unpooled.EMPTY_BUFFER, promise); // done when all before it is
        }
    }

    private void take(ChannelHandlerContext context, ByteBuf in) {
        int length = in.readableBytes();
        if (encrypting) {
            ByteBuf last = behind == null ? PooledByteBufAllocator.DEFAULT.directBuffer(length) : behind;
            behind = last.writeBytes(in);
            return;
        }
        boolean small = length <= Math.min(WORTH_STAGING, limit);
        if (buffers.author != this || !small || buffers.staged.readableBytes() + length > limit) {
            RecordLayer author = buffers.author;
            if (author != null) {
                author.sealOwn();
            }
        }
        if (small) {
            buffers.author = this;
            buffers.staged.writeBytes(in);
        } else if (in.hasMemoryAddress()) {
            encrypt(context, in.memoryAddress() + in.readerIndex(), length);
        } else {
            while (in.isReadable()) {
                buffers.author = this;
                buffers.staged.writeBytes(in, Math.min(in.readableBytes(), limit));
                sealOwn();
            }
        }
    }

    private void sealOwn() {
        ChannelHandlerContext present = context;
        if (present != null) {
            seal(present);
        }
    }

    /** Makes a record of what is staged, if it is this connection's. */
    private void seal(ChannelHandlerContext context) {
        if (buffers.author != this) {
            return;
        }
        buffers.author = null;
        ByteBuf staged = buffers.staged;
        int length = staged.readableBytes();
        staged.clear(); // nobody else stages anything before the bytes are encrypted
        encrypt(context, staged.memoryAddress(), length);
    }

    /** Lets go of what is staged unsent. */
    private void forget() {
        if (buffers.author == this) {
            buffers.author = null;
            buffers.staged.clear();
        }
    }

    /** Writes records of the clear text at {@code address}, and what comes meanwhile behind them; does not flush. */
    private void encrypt(ChannelHandlerContext context, long address, int length) {
        encrypting = true; // who is told that the connection takes no more may write at once
        int done = 0;
        while (done < length && ssl != 0 && !outputEnded) {
            int part = Math.min(length - done, RecordBuffers.RECORD + limit);
            ByteBuf out = records(address + done, part);
            done += part;
            if (out.isReadable()) {
                context.write(out, context.voidPromise());
            } else {
                out.release();
            }
        }
        encrypting = false;
        ByteBuf next = behind;
        if (next != null) {
            behind = null;
            encrypt(context, next.memoryAddress(), next.readableBytes());
            next.release();
        }
    }

    /** The records of some clear text, with what the engine has to say before them. */
    private ByteBuf records(long address, int length) {
        int records = (length + limit - 1) / limit;
        ByteBuf out = buffers.sealed(length + records * overhead + (hasWritten ? 0 : TAIL));
        int done = 0;
        for (int turns = 0; done < length; ) {
            int room = out.writableBytes();
            SSL.bioSetByteBuffer(bio, out.memoryAddress() + out.writerIndex(), room, true);
            SSL.bioFlushByteBuffer(bio);
            int count = SSL.writeToSSL(ssl, address + done, Math.min(length - done, limit));
            int error = count > 0 ? SSL.SSL_ERROR_NONE : SSL.getError(ssl, count);
            out.writerIndex(out.writerIndex() + room - SSL.bioLengthByteBuffer(bio));
            SSL.bioClearByteBuffer(bio);
            if (count > 0) {
                done += count;
            } else if (error == SSL.SSL_ERROR_WANT_WRITE && ++turns < MOST_TURNS) {
                out = larger(out);
            } else {
                outputEnded = true;
                String complaint = lastError();
                SSL.clearError();
                ChannelHandlerContext present = context;
                if (present != null) {
                    present.fireExceptionCaught(new SSLException(complaint));
                }
                return out;
            }
        }
        hasWritten = true;
        return out;
    }

    /** A buffer with the same content and room for another record. */
    private static ByteBuf larger(ByteBuf full) {
        ByteBuf larger = PooledByteBufAllocator.DEFAULT.directBuffer(full.capacity() + 2 * RecordBuffers.RECORD);
        larger.writeBytes(full);
        full.release();
        return larger;
    }

    /** Writes what the engine has to say by itself: alerts, the tail of a handshake. */
    private void sendWaiting(ChannelHandlerContext context) {
        for (int waiting = SSL.bioLengthNonApplication(bio); waiting > 0; ) {
            ByteBuf out = buffers.sealed(Math.max(waiting, 256));
            SSL.bioSetByteBuffer(bio, out.memoryAddress(), out.writableBytes(), true);
            int count = SSL.bioFlushByteBuffer(bio);
            SSL.bioClearByteBuffer(bio);
            out.writerIndex(Math.max(0, count));
            context.write(out, context.voidPromise());
            owesFlush = true;
            waiting = count > 0 ? SSL.bioLengthNonApplication(bio) : 0;
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        if (ssl != 0) {
            seal(context);
            owesFlush = false;
        }
        context.flush();
    }

    // ---- how it ends

    /** Ends our side: what is written goes first, then close_notify. Does not flush; more is not written. */
    void endOutput() {
        ChannelHandlerContext present = context;
        if (present != null && ssl != 0 && !outputEnded) {
            seal(present);
            outputEnded = true;
            sendLast(present);
        }
    }

    /**
     * Lets the engine send its alert, close_notify where it has none. Where nothing was written yet its session tickets go first,
     * for which the place it has by itself is too small.
     */
    private void sendLast(ChannelHandlerContext context) {
        int count;
        int turns = 0;
        do {
            ByteBuf out = buffers.sealed(2 * TAIL);
            int room = out.writableBytes();
            SSL.bioSetByteBuffer(bio, out.memoryAddress(), room, true);
            SSL.bioFlushByteBuffer(bio);
            SSL.shutdownSSL(ssl);
            count = room - SSL.bioLengthByteBuffer(bio);
            SSL.bioClearByteBuffer(bio);
            SSL.clearError();
            out.writerIndex(count);
            if (count > 0) {
                context.write(out, context.voidPromise());
            } else {
                out.release();
            }
        } while (count > 0 && ++turns < MOST_TURNS);
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        boolean first = !closed;
        closed = true;
        if (first && ssl != 0 && context.channel().isActive()) {
            endOutput();
            context.flush();
        }
        context.close(promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ReferenceCountedOpenSslEngine present = engine;
        ByteBuf unsent = behind;
        forget();
        closed = true;
        behind = null;
        if (unsent != null) {
            unsent.release();
        }
        ssl = 0;
        bio = 0;
        engine = null;
        this.context = null;
        if (present != null) {
            present.release();
        }
    }
}
