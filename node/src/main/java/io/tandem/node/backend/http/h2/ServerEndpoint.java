// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.backend.pool.ServerUser;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.h2.Endpoint;
import io.tandem.node.frontend.http.h2.EndpointSettings;
import io.tandem.node.frontend.http.h2.Frames;
import io.tandem.node.frontend.http.h2.IdlePing;
import io.tandem.node.frontend.http.h2.StreamBase;
import io.tandem.node.frontend.http.h2.Transport;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server in HTTP/2, shared by the exchanges of one loop as far as {@code http-reuse} lets them. It stays
 * open for a while without streams.
 */
public final class ServerEndpoint extends Endpoint implements Transport, ServerUser {
    /** Those of a loop that others may use, by their servers. */
    private static final LoopLocal<Map<ServerState, List<ServerEndpoint>>> OPEN =
            new LoopLocal<>(loop -> new IdentityHashMap<>());

    private static final int LARGEST_STREAM = Integer.MAX_VALUE - 2;
    /** As HAProxy's {@code pool-purge-delay}. */
    private static final int IDLE_MS = 5000;

    private final ServerConnection connection;
    private final ServerState server;
    private final Tuning tuning;
    private final ResponseFields fields;
    private final Timer idle;
    /** Null where {@code idle-ping} is not wanted. */
    private final @Nullable IdlePing ping;

    private final boolean shared;
    private final int maxStreams;
    /** So many streams it serves at most, all in all ({@code max-reuse}). */
    private final int mostServed;
    /** The streams that got a part of their response with this event. */
    private final List<ServerStreamOfH2> touched = new ArrayList<>();

    /** Streams that serve nobody. */
    private final ArrayDeque<ServerStreamOfH2> free = new ArrayDeque<>();

    private int nextStream = 1;
    private int served;
    private boolean leaving;
    /** The stream whose extended CONNECT waits for the server's settings, or null. */
    private @Nullable ServerStreamOfH2 undecided;

    private boolean closed;

    private ServerEndpoint(
            Loop loop, ServerConnection connection, Tuning tuning, EndpointSettings settings, boolean shared) {
        super(loop, settings);
        this.connection = connection;
        this.tuning = tuning;
        this.shared = shared;
        maxStreams = settings.maxStreams();
        server = connection.server().state();
        int maxReuse = connection.server().description().pool().maxReuse();
        mostServed = maxReuse < 0 ? Integer.MAX_VALUE : maxReuse + 1;
        fields = new ResponseFields(tuning);
        idle = new Timer(loop) {
            @Override
            protected void onTimeout() {
                drain();
            }
        };
        int everyMs = connection.server().description().pool().idlePingMs();
        ping = everyMs == 0 || !shared
                ? null
                : new IdlePing(loop, everyMs) {
                    @Override
                    protected ByteBuf out() {
                        return ServerEndpoint.this.out();
                    }

                    @Override
                    protected void onAnswer() {}

                    @Override
                    protected void onSilence() {
                        connection.close();
                        onServerClosed();
                    }
                };
    }

    /**
     * Begins to speak HTTP/2 on an established connection.
     *
     * @param shared whether other exchanges may use it as well
     */
    public static ServerEndpoint on(
            Loop loop, ServerConnection connection, Tuning tuning, EndpointSettings settings, boolean shared) {
        ServerEndpoint endpoint = new ServerEndpoint(loop, connection, tuning, settings, shared);
        connection.use(endpoint);
        connection.counting(endpoint::glitches);
        endpoint.preface();
        if (shared) {
            OPEN.of(loop)
                    .computeIfAbsent(endpoint.server, state -> new ArrayList<>(1))
                    .add(endpoint);
        }
        return endpoint;
    }

    /**
     * An open connection to that server with room for another stream, or null.
     *
     * @param proven whether it must have served another request before
     */
    public static @Nullable ServerEndpoint find(Loop loop, Server server, ConnectionKey key, boolean proven) {
        List<ServerEndpoint> open = OPEN.of(loop).get(server.state());
        for (int i = 0; open != null && i < open.size(); i++) {
            ServerEndpoint candidate = open.get(i);
            if (candidate.connection.isCurrent()
                    && candidate.connection.server().isReachedAs(server)
                    && candidate.connection.key().equals(key)
                    && candidate.hasRoom()
                    && (!proven || candidate.served > 1)) {
                return candidate;
            }
        }
        return null;
    }

    private boolean hasRoom() {
        return !leaving
                && served < mostServed
                && undecided == null // whose head goes first
                && !isClosing()
                && nextStream < LARGEST_STREAM
                && openStreams() < Math.min(maxStreams, peerMaxStreams());
    }

    /** Whether it has served a request before the present ones. */
    boolean isReused() {
        return served > 1;
    }

    /** What it runs on. */
    public ServerConnection connection() {
        return connection;
    }

    /** Where its connection comes from, for logs. */
    public @Nullable InetSocketAddress localAddress() {
        return connection.localAddress();
    }

    private void preface() {
        out().writeBytes(Frames.PREFACE);
        start(this, false);
    }

    /** A stream for one exchange; its head is still to be sent. */
    public ServerStream open(ResponseListener listener, Response response) {
        idle.stop();
        if (ping != null) {
            ping.stop();
        }
        ServerStreamOfH2 stream = free.pollLast();
        if (stream == null) {
            stream = new ServerStreamOfH2(this, loop, tuning, listener, response);
        } else {
            stream.begin(listener, response);
        }
        served++;
        add(stream, nextStream);
        nextStream += 2;
        return stream;
    }

    // ---- what the server sends

    @Override
    public void onServerBytes(ByteBuf in) {
        receive(in);
        holdIfFull();
    }

    @Override
    protected void take(ByteBuf in) {
        onServerBytes(in);
        onServerReadComplete();
    }

    @Override
    public void onServerReadComplete() {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).onReadComplete();
        }
        touched.clear();
    }

    /** That stream wants to hear when all of this event has been read. */
    void onTouched(ServerStreamOfH2 stream) {
        touched.add(stream);
    }

    @Override
    protected void onHeaders(int id, byte[] block, int from, int to, boolean endStream) {
        if (stream(id) instanceof ServerStreamOfH2 stream) {
            stream.onHeaders(fields, block, from, to, endStream);
        } else {
            fields.skip();
            if (decode(block, from, to, fields)) {
                if (isIdle(id)) {
                    protocolError();
                } else {
                    toleratesStrayBlock();
                }
            }
        }
    }

    boolean decodeFor(byte[] block, int from, int to) {
        return decode(block, from, to, fields);
    }

    @Override
    protected void onGoAway(int last, int code) {
        leaving = true;
        for (StreamBase stream : streams()) {
            if (stream.id() > last && stream instanceof ServerStreamOfH2 unseen) {
                remove(unseen);
                unseen.onRefused();
            }
        }
        endIfIdle();
    }

    /** What it resets are streams of ours: a server that answers uploads early does so each time. */
    @Override
    protected boolean toleratesReset(StreamBase stream) {
        return true;
    }

    @Override
    protected boolean isIdle(int stream) {
        return stream % 2 == 0 || stream >= nextStream;
    }

    @Override
    protected int lastStream() {
        return 0; // nothing is pushed to us
    }

    @Override
    protected void onLocalEnd(StreamBase stream) {
        // the exchange closes its stream when it has the whole response
    }

    // ---- what streams ask for

    /** Whether an extended CONNECT may be sent at once; otherwise the stream hears later whether it may be sent at all. */
    boolean takesExtendedConnect(ServerStreamOfH2 stream) {
        if (peerTakesExtendedConnect()) {
            return true;
        }
        undecided = stream;
        if (hasPeerBegun()) {
            loop.eventLoop().execute(() -> {
                loop.tick();
                decide();
            }); // behind what the exchange still does with its request
        }
        return false;
    }

    @Override
    protected void onFirstSettings() {
        decide();
    }

    private void decide() {
        ServerStreamOfH2 waiting = undecided;
        if (waiting != null) {
            undecided = null;
            waiting.onExtendedConnectKnown(peerTakesExtendedConnect());
        }
    }

    ByteBuf beginHead(ServerStreamOfH2 stream, boolean end) {
        return beginHeaders(stream, end);
    }

    void endHead(ServerStreamOfH2 stream, ByteBuf out, boolean end) {
        endHeaders(stream, out, end);
    }

    void reset(ServerStreamOfH2 stream, int code) {
        if (stream.id() != 0) {
            writeReset(stream.id(), code);
            forget(stream);
        }
    }

    void forget(ServerStreamOfH2 stream) {
        if (undecided == stream) {
            undecided = null;
        }
        remove(stream);
        endIfIdle();
    }

    /** Nobody needs the stream any more: it may serve again. */
    void recycle(ServerStreamOfH2 stream) {
        if (closed) {
            stream.dispose();
        } else {
            free.addLast(stream);
        }
    }

    @Override
    protected void onStreamLost() {
        endIfIdle();
    }

    private void endIfIdle() {
        if (openStreams() > 0 || isClosing()) {
            return;
        }
        if (leaving || !shared || served >= mostServed) {
            drain();
        } else {
            idle.start(IDLE_MS);
            if (ping != null) {
                ping.begin();
            }
        }
    }

    @Override
    protected void onPong() {
        if (ping != null) {
            ping.onPong();
        }
    }

    private void drain() {
        if (!isClosing()) {
            writeGoAway(0, 0);
            end();
        }
    }

    boolean isSecure() {
        return connection.tls() != null;
    }

    // ---- how it ends

    @Override
    public void onServerClosed() {
        if (closed) {
            return;
        }
        closed = true;
        List<ServerEndpoint> open = OPEN.of(loop).get(server);
        if (open != null && open.remove(this) && open.isEmpty()) {
            OPEN.of(loop).remove(server);
        }
        idle.dispose();
        if (ping != null) {
            ping.dispose();
        }
        dispose();
        free.forEach(ServerStreamOfH2::dispose);
        free.clear();
        for (StreamBase stream : streams()) {
            remove(stream);
            if (stream instanceof ServerStreamOfH2 ours) {
                ours.onConnectionClosed();
            }
        }
    }

    @Override
    public void onServerKilled(char who) {
        for (StreamBase stream : streams()) {
            if (stream instanceof ServerStreamOfH2 ours) {
                ours.onConnectionKilled(who);
            }
        }
        connection.close();
        onServerClosed();
    }

    @Override
    public void onServerHalfClosed() {
        connection.close();
        onServerClosed();
    }

    @Override
    public void onServerWritabilityChanged(boolean writable) {
        onTransportWritable(writable);
    }

    @Override
    public void onServerTimeout() {
        // each stream has a time of its own
    }

    // ---- the transport

    @Override
    public void write(ByteBuf out) {
        connection.write(out);
    }

    @Override
    public void flush() {
        connection.flush();
    }

    @Override
    public boolean isWritable() {
        return connection.isWritable();
    }

    @Override
    public void reading(boolean on) {
        connection.reading(on);
    }

    @Override
    public void closeWhenWritten() {
        connection.closeWhenWritten();
        onServerClosed(); // it hears nothing more
    }
}
