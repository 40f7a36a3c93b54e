// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.frontend.http.Trailers;
import org.jspecify.annotations.Nullable;

/**
 * What both sides of HTTP/2 keep of one stream: its windows, which sides have ended, and body bytes that the peer's windows
 * do not let go yet. Owned by its {@link Endpoint}'s loop; may be reused for another stream once it has been removed there.
 */
public abstract class StreamBase {
    final Endpoint endpoint;
    int id;
    /** Bytes the peer lets us send; negative after it has made its windows smaller. */
    int sendWindow;
    /** Bytes the peer may still send. */
    int receiveWindow;
    /** Bytes received and not yet given back as window. */
    int unacknowledged;

    private boolean withheld;
    private boolean localEnded;
    boolean remoteEnded;

    private @Nullable ByteBuf pending;
    private boolean pendingEnd;
    /** Those to be sent behind {@link #pending}: a copy, for whose they are may have others by then. Null until first needed. */
    private @Nullable Trailers pendingTrailers;

    /** Whether it waits in the endpoint's queue for a window. */
    boolean queued;

    protected StreamBase(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    public final int id() {
        return id;
    }

    final void open(int id) {
        this.id = id;
        sendWindow = endpoint.peerInitialWindow();
        receiveWindow = endpoint.settings().initialWindow();
        unacknowledged = 0;
        withheld = false;
        localEnded = false;
        remoteEnded = false;
        forgetEnd();
    }

    private void forgetEnd() {
        pendingEnd = false;
        if (pendingTrailers != null) {
            pendingTrailers.clear();
        }
    }

    /** Whether our side has said its last. */
    public final boolean hasLocalEnded() {
        return localEnded;
    }

    public final boolean hasRemoteEnded() {
        return remoteEnded;
    }

    /** Whether our side has ended, or will once the peer's windows let it. */
    protected final boolean isEnding() {
        return localEnded || pendingEnd;
    }

    /** The peer has ended its side with a header block. */
    protected final void markRemoteEnded() {
        remoteEnded = true;
    }

    final void localEnded() {
        localEnded = true;
    }

    /** Whether body bytes wait for the peer, or for the socket. */
    protected final boolean hasPending() {
        return pending != null;
    }

    /** Whether body bytes can go on at once. */
    protected final boolean canSend() {
        return pending == null && endpoint.canWrite();
    }

    /** Sends {@code length} bytes of {@code in}, as far as the windows go; the rest is kept. */
    protected final void sendData(ByteBuf in, int length) {
        int at = in.readerIndex();
        int now = 0;
        if (pending == null && endpoint.canWrite()) {
            now = Math.min(length, Math.max(0, Math.min(sendWindow, endpoint.connectionSendWindow())));
            if (now > 0) {
                endpoint.writeData(this, in, at, now, false);
                endpoint.flushIfFull();
            }
        }
        if (now < length) {
            keep(length - now).writeBytes(in, at + now, length - now);
        }
    }

    /** Sends bytes of an array. */
    protected final void sendData(byte[] bytes, int start, int end) {
        if (start < end) {
            keep(end - start).writeBytes(bytes, start, end - start);
            sendPending();
        }
    }

    private ByteBuf keep(int length) {
        ByteBuf kept = pending;
        if (kept == null) {
            kept = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(length, 1024));
            pending = kept;
            endpoint.waitForWindow(this);
        }
        return kept;
    }

    /**
     * Ends our side behind all data; the trailers are not looked at any more afterwards. A peer that has more to send gets all the
     * window there is before: some clients (curl 7.88) hear nothing more behind the end of an answer.
     */
    protected final void sendEnd(@Nullable Trailers trailers) {
        if (isEnding()) {
            return;
        }
        giveAllWindow();
        Trailers last = trailers == null || trailers.isEmpty() ? null : trailers;
        if (pending != null) {
            pendingEnd = true;
            if (last != null) {
                keepTrailers(last);
            }
        } else if (last != null) {
            endpoint.writeTrailers(this, last);
        } else {
            endpoint.writeEnd(this);
        }
    }

    private void keepTrailers(Trailers trailers) {
        Trailers kept = pendingTrailers;
        if (kept == null) {
            kept = new Trailers();
            pendingTrailers = kept;
        }
        kept.set(trailers);
    }

    /** Sends what the windows let go now; whether nothing is left. */
    final boolean sendPending() {
        ByteBuf kept = pending;
        if (kept == null) {
            return true;
        }
        int now = Math.min(kept.readableBytes(), Math.max(0, Math.min(sendWindow, endpoint.connectionSendWindow())));
        if (!endpoint.canWrite()) {
            now = 0;
        }
        if (now < kept.readableBytes()) {
            if (now > 0) {
                endpoint.writeData(this, kept, kept.readerIndex(), now, false);
                kept.skipBytes(now);
                onProgress();
            }
            return false;
        }
        pending = null; // what follows may end the stream
        boolean end = pendingEnd;
        Trailers trailers = pendingTrailers;
        Trailers last = trailers == null || trailers.isEmpty() ? null : trailers;
        endpoint.writeData(this, kept, kept.readerIndex(), now, end && last == null);
        kept.release();
        if (end && last != null) {
            endpoint.writeTrailers(this, last);
        }
        return true;
    }

    /** Drops what has not been sent. */
    final void dropPending() {
        ByteBuf kept = pending;
        if (kept != null) {
            pending = null;
            kept.release();
        }
        forgetEnd();
    }

    // ---- receiving

    /** Whether more is wanted from the peer: without, it gets no window back. */
    protected final void receiving(boolean on) {
        withheld = !on;
        if (on) {
            acknowledge();
        }
    }

    /** Bytes of the body have been taken up. */
    final void taken(int length) {
        unacknowledged += length;
        if (!withheld) {
            acknowledge();
        }
    }

    private void acknowledge() {
        giveWindow(isEnding() ? 1 : Math.max(1, endpoint.settings().initialWindow() / 8));
    }

    /** Gives back all that has been taken up: our side is about to end. */
    protected final void giveAllWindow() {
        giveWindow(1);
    }

    /** Gives back what has been taken up, if it is worth a frame. */
    private void giveWindow(int least) {
        if (!remoteEnded && !withheld && id != 0 && unacknowledged >= least) {
            endpoint.writeWindowUpdate(id, unacknowledged);
            receiveWindow += unacknowledged;
            unacknowledged = 0;
        }
    }

    // ---- what its owner hears

    /**
     * The next bytes of the body; the caller keeps {@code in} and skips them.
     *
     * @return false if the stream has ended by that
     */
    protected abstract boolean onData(ByteBuf in, int length);

    /** The peer has ended its side; trailers have been read before. */
    protected abstract void onEnd();

    /** A frame's worth of data has been handed over. */
    protected abstract void onDataFlush();

    /** Some of the data that could not go at once has been sent. */
    protected abstract void onProgress();

    /** Data that could not go at once has been sent. */
    protected abstract void onWritable();

    /** The peer, or a mistake of its, has ended the stream; it is closed already. */
    protected abstract void onReset(int code);

    /** The connection no longer takes, or takes again, bytes; streams with pending data hear of it when that is sent. */
    protected abstract void onConnectionWritable(boolean writable);
}
