// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.backend.Dialing;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.tls.ServerTls;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.proxyprotocol.ProxyHeader;
import io.tandem.node.rules.Facts;
import io.tandem.node.tls.Session;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a connection comes to its server: dials, tells who is in between where to go, and the server what it wants to hear first,
 * agrees upon TLS. Stays with the connection for what is asked of it later, but keeps nothing of the configuration then.
 */
final class Approach implements ChannelFutureListener {
    private final ServerConnection connection;
    private final DuplexChannel channel;
    private final Loop loop;
    private @Nullable Session session;
    /** What secures it; null where nothing does. */
    private @Nullable ServerTls secures;
    /** What TLS asks the server for, empty for nothing. */
    private String serverName = "";
    /** What the server wants first, and where a SOCKS proxy is to go; null for neither. */
    private byte @Nullable [] header;

    private @Nullable InetSocketAddress through;
    private @Nullable InetSocketAddress destination;
    private boolean refusedAtOnce;

    /** @param channel not yet registered */
    Approach(ServerConnection connection, DuplexChannel channel, Loop loop) {
        this.connection = connection;
        this.channel = channel;
        this.loop = loop;
    }

    /** Sets the socket up, which belongs to the loop from then on. */
    void prepare(Server server, Facts facts) {
        Dialer.configure(channel, loop, facts);
        channel.pipeline().addLast(connection);
        ServerTls wantsTls = server.tls();
        secures = wantsTls;
        if (wantsTls != null) {
            serverName = wantsTls.serverName(facts);
            session = new Session();
            facts.serverTls = session;
        }
        loop.eventLoop().register(channel);
    }

    /** Tries; {@link ServerConnection#onReached} is told, perhaps at once. */
    void dial(Server server, Facts facts) {
        InetSocketAddress address = server.addressFor(facts.destination.port());
        Dialing dialing = server.description().dialing();
        if (dialing == Dialing.PLAIN) {
            destination = address;
            attempt(channel.connect(address), dialing, facts);
            return;
        }
        InetSocketAddress socks = dialing.socks(false);
        ProxyHeader wanted = dialing.header();
        header = wanted == null ? null : wanted.of(facts);
        destination = dialing.unix() != null ? null : Dialer.destination(dialing, address, facts);
        through = socks == null ? null : Dialer.destination(dialing, address, facts);
        attempt(Dialer.connect(channel, Dialer.target(dialing, socks, address, facts)), dialing, facts);
    }

    private void attempt(ChannelFuture attempt, Dialing dialing, Facts facts) {
        Throwable refusal = attempt.isDone() ? attempt.cause() : null;
        if (refusal == null) {
            attempt.addListener(this);
            return;
        }
        refusedAtOnce = true;
        Shortage.ofPorts(facts, refusal, dialing.unix() != null);
        // attempts within one another would come to where Netty tells listeners later, and close what is not registered
        // yet
        loop.eventLoop().execute(() -> operationComplete(attempt));
    }

    /** The attempt to connect has ended. */
    @Override
    public void operationComplete(ChannelFuture attempt) {
        loop.tick();
        if (!connection.isUnderWay()) {
            return;
        }
        if (!attempt.isSuccess()) {
            connection.onReached(false);
        } else if (header == null && through == null) {
            onGreeted(true);
        } else {
            Greeting.on(channel, through, header, this::onGreeted);
        }
    }

    /** The server is reached, and has been told what it wants to hear first; or not. */
    private void onGreeted(boolean success) {
        if (!connection.isUnderWay()) {
            return;
        }
        ServerTls wantsTls = secures;
        Session agreeing = session;
        if (!success || wantsTls == null || agreeing == null) {
            connection.onReached(success);
        } else if (!wantsTls.secure(channel, serverName, agreeing, loop)) {
            connection.onReached(false);
        } // else the time to connect goes on until TLS is agreed upon
    }

    void onHandshake(SslHandshakeCompletionEvent event) {
        if (!connection.isUnderWay()) {
            return;
        }
        Session agreed = session;
        if (event.isSuccess() && agreed != null && !agreed.isResumed()) {
            connection.state().meters().count(loop.index(), ProxyCounter.SERVER_KEYS);
        }
        connection.onReached(event.isSuccess());
    }

    /** It is over. */
    void end() {
        secures = null;
        header = null;
        through = null;
    }

    /** Of TLS; null without. */
    @Nullable Session session() {
        return session;
    }

    /** The server itself, whoever is in between; null for a unix socket. */
    @Nullable InetSocketAddress destination() {
        return destination;
    }

    /** Whether the system refused the attempt itself: nothing was asked of the server, and nothing waits for it. */
    boolean wasRefusedAtOnce() {
        return refusedAtOnce;
    }
}
