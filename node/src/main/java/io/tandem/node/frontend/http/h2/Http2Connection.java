// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.tandem.node.frontend.LiveSession;
import io.tandem.node.frontend.http.HttpConnection;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's connection in HTTP/2: its socket, its preface and its time-outs; the rest is its {@link ClientEndpoint}'s. */
public final class Http2Connection extends HttpConnection implements Transport, ClientEndpoint.Owner {
    /** After so long without a stream a connection lets go of what streams need. */
    private static final int TRIM_AFTER_MS = 5000;

    private static final int LINGER_MS = 1000;

    /** What of the preface looks like a request in HTTP/1. */
    public static final int PREFACE_HEAD = 18;

    private final ClientEndpoint endpoint;
    /** Null where {@code idle-ping} is not wanted. */
    private final @Nullable IdlePing ping;

    private int prefaceRead;
    private int idleLeftMs;
    private boolean untrimmed;
    private boolean closing;

    /** Whether a head in HTTP/1 is the beginning of the preface. */
    public static boolean isPrefaceHead(byte[] head) {
        return Arrays.equals(head, 0, PREFACE_HEAD, Frames.PREFACE, 0, PREFACE_HEAD);
    }

    /**
     * @param prefaceRead how many bytes of the client's preface have been read
     * @param onEnd runs once when the connection has ended
     */
    public Http2Connection(Facts facts, Tuning tuning, EndpointSettings settings, int prefaceRead, Runnable onEnd) {
        super(facts, onEnd);
        this.prefaceRead = prefaceRead;
        facts.httpMajor = 2;
        endpoint = new ClientEndpoint(facts, tuning, settings, this);
        ping = settings.idlePingMs() == 0
                ? null
                : new IdlePing(loop, settings.idlePingMs()) {
                    @Override
                    protected ByteBuf out() {
                        return endpoint.out();
                    }

                    @Override
                    protected void onAnswer() {
                        if (!endpoint.hasStreams()) {
                            beginIdleTime(); // as if it had just become idle
                        }
                    }

                    @Override
                    protected void onSilence() {
                        abort();
                    }
                };
    }

    @Override
    protected void begin() {
        expectFirstRequest();
        endpoint.begin(this);
    }

    /** Takes an offer, whose answer has been written; called once, before anything is read. */
    public void begin(UpgradeOffer offer) {
        endpoint.begin(offer);
    }

    // ---- what arrives

    @Override
    public void read(ByteBuf in) {
        while (prefaceRead < Frames.PREFACE.length && in.isReadable()) {
            if (in.readByte() != Frames.PREFACE[prefaceRead++]) {
                endpoint.refusePreface();
                return;
            }
        }
        if (prefaceRead == Frames.PREFACE.length) {
            endpoint.take(in);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        loop.tick();
        boolean writable = context.channel().isWritable();
        if (closing) {
            return; // its time goes on, whatever the client has taken
        }
        if (!writable) {
            timer.start(timeouts().client());
        } else if (endpoint.hasStreams()) {
            timer.stop();
        }
        endpoint.onWritable(writable);
    }

    @Override
    protected void onInputEnd() {
        abort(); // a client that no longer sends can give no window: as HAProxy, it is gone
    }

    @Override
    protected void onTimeout() {
        if (closing || endpoint.isOver()) {
            abort();
        } else if (!endpoint.hasStreams()) {
            idle();
        } else if (!isWritable()) {
            abort();
        }
    }

    private void idle() {
        if (untrimmed) {
            untrimmed = false;
            endpoint.trim();
            if (idleLeftMs > 0) {
                timer.start(idleLeftMs);
                return;
            }
            if (idleLeftMs < 0) {
                return; // no time-out is configured
            }
        }
        endpoint.expire();
    }

    @Override
    protected void onClosed() {
        closing = true;
        if (ping != null) {
            ping.dispose();
        }
        endpoint.close();
    }

    /** The process stops: no more requests, the present ones end. */
    @Override
    public void onSoftStop() {
        endpoint.drain();
    }

    @Override
    public void sessions(Consumer<LiveSession> each) {
        endpoint.sessions(each);
    }

    // ---- what the endpoint asks for

    @Override
    public void onBusy(boolean busy) {
        if (closing) {
            return; // its time runs already
        }
        if (busy) {
            timer.stop();
        } else {
            beginIdleTime();
        }
        if (ping != null && busy) {
            ping.stop();
        } else if (ping != null) {
            ping.begin();
        }
    }

    @Override
    public void onPong() {
        if (ping != null) {
            ping.onPong();
        }
    }

    private void beginIdleTime() {
        idleLeftMs = idleTimeoutMs();
        int first = idleLeftMs > 0 ? Math.min(idleLeftMs, TRIM_AFTER_MS) : TRIM_AFTER_MS;
        untrimmed = true;
        timer.start(first);
        idleLeftMs -= first;
    }

    @Override
    public void reading(boolean on) {
        if (!closing) {
            autoRead(on);
        }
    }

    @Override
    protected boolean isClosing() {
        return closing;
    }

    @Override
    public void abort() {
        closing = true;
        super.abort();
    }

    @Override
    public void closeWhenWritten() {
        ChannelHandlerContext present = context();
        if (present == null || closing) {
            return;
        }
        closing = true;
        if (facts.tls == null && present.channel() instanceof DuplexChannel) {
            // closing with bytes unread would reset the connection, and the client might miss why
            timer.start(LINGER_MS);
            autoRead(true);
            shutdownOutput();
        } else {
            closeWhenSent(present);
        }
    }
}
