// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records of one connection. Clear text is staged in a buffer of the loop's until it is flushed, makes a record, or another
 * connection wants the place. Nothing here flushes. Runs on the connection's loop.
 */
final class RecordWriter {
    /** Above this, clear text becomes records from where it lies: copying it costs more than the head of a record. */
    private static final int WORTH_STAGING = 4 * 1024;

    /** How often the engine may ask for the same again: more is not a handshake's tail but a mistake. */
    private static final int MOST_TURNS = 16;

    /** Room for what BoringSSL keeps back until the first record: session tickets. */
    private static final int TAIL = 2 * 1024;

    private final RecordBuffers buffers;
    private final ChannelHandlerContext context;
    private final int limit;
    private final int overhead;
    /** BoringSSL's connection; 0 once it is given back. */
    private long ssl;
    /** Where the engine's bytes come from and go to. */
    private final long bio;

    /** Clear text that was written while a record was being handed on: it comes behind it. */
    private @Nullable ByteBuf behind;

    private boolean encrypting;
    private boolean hasWritten;
    private boolean ended;

    /** @param limit the most clear text in a record */
    RecordWriter(RecordBuffers buffers, ChannelHandlerContext context, long ssl, long bio, int limit) {
        this.buffers = buffers;
        this.context = context;
        this.ssl = ssl;
        this.bio = bio;
        this.limit = limit;
        overhead = SSL.getMaxWrapOverhead(ssl);
    }

    /** Whether our side has ended: nothing is taken any more. */
    boolean hasEnded() {
        return ended;
    }

    /** Takes clear text; the caller keeps {@code in}. */
    void take(ByteBuf in) {
        int length = in.readableBytes();
        if (encrypting) {
            ByteBuf last = behind == null ? PooledByteBufAllocator.DEFAULT.directBuffer(length) : behind;
            behind = last.writeBytes(in);
            return;
        }
        boolean small = length <= Math.min(WORTH_STAGING, limit);
        RecordWriter author = buffers.author;
        if (author != null && (author != this || !small || buffers.staged.readableBytes() + length > limit)) {
            author.seal();
        }
        if (small) {
            buffers.author = this;
            buffers.staged.writeBytes(in);
        } else if (in.hasMemoryAddress()) {
            encrypt(in.memoryAddress() + in.readerIndex(), length);
        } else {
            while (in.isReadable()) {
                buffers.author = this;
                buffers.staged.writeBytes(in, Math.min(in.readableBytes(), limit));
                seal();
            }
        }
    }

    /** Makes a record of what is staged, if it is this connection's. */
    void seal() {
        if (buffers.author != this) {
            return;
        }
        buffers.author = null;
        ByteBuf staged = buffers.staged;
        int length = staged.readableBytes();
        staged.clear(); // nobody else stages anything before the bytes are encrypted
        encrypt(staged.memoryAddress(), length);
    }

    /** Lets go of what is staged unsent. */
    private void forget() {
        if (buffers.author == this) {
            buffers.author = null;
            buffers.staged.clear();
        }
    }

    /** Writes records of the clear text at {@code address}, and what comes meanwhile behind them. */
    private void encrypt(long address, int length) {
        encrypting = true; // who is told that the connection takes no more may write at once
        try {
            for (int done = 0; done < length && ssl != 0 && !ended; ) {
                int part = Math.min(length - done, RecordBuffers.RECORD + limit);
                write(records(address + done, part));
                done += part;
            }
        } finally {
            encrypting = false;
        }
        ByteBuf next = behind;
        if (next != null) {
            behind = null;
            encrypt(next.memoryAddress(), next.readableBytes());
            next.release();
        }
    }

    private void write(ByteBuf out) {
        if (out.isReadable()) {
            context.write(out, context.voidPromise());
        } else {
            out.release();
        }
    }

    /** The records of some clear text, with what the engine has to say before them. */
    private ByteBuf records(long address, int length) {
        int records = (length + limit - 1) / limit;
        ByteBuf out = buffers.sealed(length + records * overhead + (hasWritten ? 0 : TAIL));
        for (int done = 0, turns = 0; done < length; ) {
            int room = offer(out);
            SSL.bioFlushByteBuffer(bio);
            int count = SSL.writeToSSL(ssl, address + done, Math.min(length - done, limit));
            int error = count > 0 ? SSL.SSL_ERROR_NONE : SSL.getError(ssl, count);
            take(out, room);
            if (count > 0) {
                done += count;
            } else if (error == SSL.SSL_ERROR_WANT_WRITE && ++turns < MOST_TURNS) {
                out = larger(out);
            } else {
                fail();
                return out;
            }
        }
        hasWritten = true;
        return out;
    }

    /** What the engine says goes into {@code out}; answers how much fits. */
    private int offer(ByteBuf out) {
        int room = out.writableBytes();
        SSL.bioSetByteBuffer(bio, out.memoryAddress() + out.writerIndex(), room, true);
        return room;
    }

    /** Takes {@code out} back; answers how much has come. */
    private int take(ByteBuf out, int room) {
        int count = room - SSL.bioLengthByteBuffer(bio);
        SSL.bioClearByteBuffer(bio);
        out.writerIndex(out.writerIndex() + count);
        return count;
    }

    private void fail() {
        String complaint = String.valueOf(SSL.getErrorString(SSL.getLastErrorNumber()));
        SSL.clearError();
        ended = true;
        context.fireExceptionCaught(new SSLException(complaint));
    }

    /** A buffer with the same content and room for another record. */
    private static ByteBuf larger(ByteBuf full) {
        ByteBuf larger = PooledByteBufAllocator.DEFAULT.directBuffer(full.capacity() + 2 * RecordBuffers.RECORD);
        larger.writeBytes(full);
        full.release();
        return larger;
    }

    /**
     * Writes what BoringSSL keeps back until the first record, to go out with whatever is flushed next: should it find what comes
     * first to be wrong, its alert goes behind that, and the place it has by itself is too small for both.
     */
    void sendTail() {
        if (hasWritten) {
            return;
        }
        hasWritten = true;
        ByteBuf out = buffers.sealed(2 * TAIL);
        int room = offer(out);
        SSL.writeToSSL(ssl, out.memoryAddress(), 0);
        take(out, room);
        write(out);
    }

    /** Writes what the engine has to say by itself; answers whether there was anything. */
    boolean sendWaiting() {
        boolean any = false;
        for (int waiting = SSL.bioLengthNonApplication(bio); waiting > 0; ) {
            ByteBuf out = buffers.sealed(Math.max(waiting, TAIL));
            int room = offer(out);
            SSL.bioFlushByteBuffer(bio);
            int count = take(out, room);
            write(out);
            any |= count > 0;
            waiting = count > 0 ? SSL.bioLengthNonApplication(bio) : 0;
        }
        return any;
    }

    /** Ends our side: what is written goes first, then close_notify. */
    void end() {
        if (!ended) {
            seal();
            ended = true;
            sendLast();
        }
    }

    /** Ends our side with what the engine has to say about the other; what is staged is not sent. */
    void endAtOnce() {
        forget();
        ended = true;
        sendLast();
    }

    /**
     * Lets the engine send its alert, close_notify where it has none. Where nothing was written yet its session tickets go first,
     * for which the place it has by itself is too small.
     */
    private void sendLast() {
        int count;
        int turns = 0;
        do {
            ByteBuf out = buffers.sealed(2 * TAIL);
            int room = offer(out);
            SSL.bioFlushByteBuffer(bio);
            SSL.shutdownSSL(ssl);
            count = take(out, room);
            SSL.clearError();
            write(out);
        } while (count > 0 && ++turns < MOST_TURNS);
    }

    /** The engine's connection is given back. */
    void dispose() {
        ByteBuf unsent = behind;
        forget();
        ended = true;
        behind = null;
        ssl = 0;
        if (unsent != null) {
            unsent.release();
        }
    }
}
