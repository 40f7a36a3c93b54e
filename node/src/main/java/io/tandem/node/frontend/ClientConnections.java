// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.socket.DuplexChannelConfig;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.h1.Http1Connection;
import io.tandem.node.frontend.http.h1.Http2Switch;
import io.tandem.node.frontend.http.h2.EndpointSettings;
import io.tandem.node.frontend.http.h2.Http2Connection;
import io.tandem.node.frontend.http.h2.Http2Tuning;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.frontend.listen.ConnectionOpener;
import io.tandem.node.frontend.listen.ListenTarget;
import io.tandem.node.frontend.listen.TlsStage;
import io.tandem.node.frontend.tcp.ContentInspection;
import io.tandem.node.frontend.tcp.TcpSession;
import io.tandem.node.language.Mode;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Loops;
import io.tandem.node.loop.Tuning;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.proxyprotocol.HeaderDecoder;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.setup.NodeRuntime;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Opens accepted connections: notes who is there, asks {@code tcp-request connection}, puts TLS in front where the listener
 * has it, and hands on to the protocol of the frontend. Runs on the connection's loop.
 */
public final class ClientConnections implements ConnectionOpener {
    private static final LoopLocal<Set<ClientConnection>> OPEN = new LoopLocal<>(loop -> new LinkedHashSet<>());
    private static final LoopLocal<Scratch[]> SCRATCH = new LoopLocal<>(loop -> new Scratch[1]);
    private static final int SWEEP_MS = 50;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(16 * 1024, 32 * 1024);

    @Override
    public void open(Channel channel, Loop loop, ListenTarget target, Runnable onEnd) {
        Frontend frontend = target.frontend();
        Tuning tuning = Tuning.of(target.configuration().drafts());
        configure(channel, loop, frontend);
        tuning.ofClients().applyTo(channel.config());
        Facts facts = new Facts(loop, scratch(loop, tuning), target.configuration(), frontend);
        describe(facts, channel, target);
        frontend.meters().count(loop.index(), ProxyCounter.CONNECTIONS);
        Verdict verdict = frontend.connectionRules().judge(facts);
        if (verdict == Verdict.CLOSE || verdict == Verdict.REPLY) {
            facts.endConnection(loop.nowNs() / 1_000_000);
            if (facts.silent) {
                SilentDrop.prepare(channel);
            }
            channel.unsafe().closeForcibly();
            onEnd.run();
            return;
        }
        frontend.meters().begin(loop.index());
        Meters listener = facts.listener;
        if (listener != null) {
            listener.begin(loop.index());
        }
        if (frontend.countsContinuously()) {
            ContinuousCounting.of(loop).begin();
        }
        HeaderDecoder header =
                facts.expected != null ? facts.expected : target.bind().header();
        if (header == null) {
            begin(channel, facts, target, tuning, onEnd);
        } else {
            channel.pipeline()
                    .addLast(new HeaderStage(
                            facts,
                            header,
                            tuning.bufferSize(),
                            () -> {
                                facts.handshakeNs = loop.nowNs();
                                begin(channel, facts, target, tuning, onEnd);
                            },
                            () -> end(facts, onEnd)));
        }
    }

    /** The client's own bytes begin. */
    private static void begin(Channel channel, Facts facts, ListenTarget target, Tuning tuning, Runnable onEnd) {
        Frontend frontend = target.frontend();
        Loop loop = facts.loop;
        TlsStage tls = target.bind().tls();
        if (tls != null) {
            facts.handshakeNs = 0;
            int limitMs = frontend.mode() == Mode.HTTP ? 0 : frontend.timeouts().client(); // HTTP's has its own clock
            facts.tls = tls.secure(channel, loop, limitMs);
            HandshakeQueue.of(loop).enter(channel);
        } else {
            frontend.accessLog().accepted(facts); // with TLS once it is agreed upon
        }
        if (frontend.receiver() != null) {
            channel.pipeline().addLast(receiving(frontend.receiver(), facts, onEnd));
        } else if (frontend.mode() == Mode.HTTP) {
            channel.pipeline().addLast(http(loop, facts, target, tuning, onEnd));
        } else {
            openTcp(channel, facts, target, tuning, onEnd);
        }
    }

    private static ChannelHandler receiving(Receiver receiver, Facts facts, Runnable onEnd) {
        Set<ClientConnection> open = OPEN.of(facts.loop);
        ClientConnection[] self = new ClientConnection[1];
        Receiver.Stream stream = receiver.open(facts, () -> {
            open.remove(self[0]);
            end(facts, onEnd);
        });
        self[0] = stream;
        open.add(stream);
        return stream;
    }

    private static ChannelHandler http(Loop loop, Facts facts, ListenTarget target, Tuning tuning, Runnable onEnd) {
        Set<ClientConnection> open = OPEN.of(loop);
        facts.beginHttp();
        facts.request.loggedLength(tuning.logUriLength());
        ClientConnection[] self = new ClientConnection[1];
        Runnable end = () -> {
            open.remove(self[0]);
            end(facts, onEnd);
        };
        if (target.bind().speaksHttp2() || facts.switchesToHttp2) {
            Http2Connection connection = new Http2Connection(facts, tuning, http2(target), 0, end);
            self[0] = connection;
            open.add(connection);
            return connection;
        }
        Http2Switch http2 = new Http2Switch(target.bind().takesUpgrades()) {
            @Override
            protected Http2Connection successor(int prefaceRead) {
                open.remove(self[0]);
                Http2Connection next = new Http2Connection(facts, tuning, http2(target), prefaceRead, end);
                self[0] = next;
                open.add(next);
                return next;
            }
        };
        Http1Connection connection =
                new Http1Connection(facts, tuning, end, target.bind().speaksHttp1Only() ? null : http2);
        self[0] = connection;
        open.add(connection);
        return connection;
    }

    private static EndpointSettings http2(ListenTarget target) {
        return Http2Tuning.forClients(
                target.configuration().drafts(), target.bind().idlePingMs());
    }

    private static void openTcp(Channel channel, Facts facts, ListenTarget target, Tuning tuning, Runnable onEnd) {
        Frontend frontend = facts.frontend;
        Set<ClientConnection> open = OPEN.of(facts.loop);
        ClientConnection[] self = new ClientConnection[1];
        Runnable end = () -> {
            open.remove(self[0]);
            end(facts, onEnd);
        };
        facts.tracking.beginRequest(false, facts.loop.nowNs() / 1_000_000);
        Supplier<ChannelHandler> http = () -> {
            open.remove(self[0]);
            return http(facts.loop, facts, target, tuning, onEnd);
        };
        Supplier<ChannelHandler> tcp = () -> {
            TcpSession session = new TcpSession(facts, tuning.bufferSize(), http, end);
            self[0] = session;
            open.add(session);
            return session;
        };
        Supplier<ChannelHandler> session = () -> facts.switchesToHttp ? http.get() : tcp.get();
        boolean inspects =
                !frontend.sessionRules().isEmpty() || !frontend.contentRules().isEmpty();
        channel.pipeline()
                .addLast(inspects ? new ContentInspection(facts, tuning.bufferSize(), session, end) : session.get());
    }

    /** A session of the frontend has ended. */
    private static void end(Facts facts, Runnable onEnd) {
        int loop = facts.loop.index();
        facts.endConnection(facts.loop.nowNs() / 1_000_000);
        facts.frontend.meters().end(loop);
        if (facts.listener != null) {
            facts.listener.end(loop);
        }
        onEnd.run();
    }

    /** Names what is under way on the loop, the oldest connection first. Called on its thread. */
    static void sessions(Loop loop, Consumer<LiveSession> each) {
        for (ClientConnection connection : OPEN.of(loop).toArray(ClientConnection[]::new)) {
            connection.sessions(each); // what it is told may end it
        }
    }

    private static Scratch scratch(Loop loop, Tuning tuning) {
        Scratch[] slot = SCRATCH.of(loop);
        Scratch scratch = slot[0];
        if (scratch == null) {
            scratch = new Scratch(tuning.bufferSize());
            slot[0] = scratch;
        }
        return scratch;
    }

    private static void configure(Channel channel, Loop loop, Frontend frontend) {
        channel.config().setRecvByteBufAllocator(loop.receiveBuffer());
        channel.config().setWriteBufferWaterMark(WATER_MARK);
        if (channel.config() instanceof DuplexChannelConfig duplex) {
            duplex.setAllowHalfClosure(true);
        }
        if (channel.config() instanceof EpollSocketChannelConfig tcp) {
            tcp.setTcpNoDelay(true);
            frontend.keepAlive().applyTo(channel);
            if (frontend.http().has(HttpOption.NO_LINGER)) {
                tcp.setSoLinger(0);
                channel.pipeline().addFirst(NoLinger.INSTANCE);
            }
        }
    }

    private static void describe(Facts facts, Channel channel, ListenTarget target) {
        Bind bind = target.bind();
        facts.socket = channel;
        facts.acceptedNs = facts.loop.nowNs();
        facts.acceptedAtMs = facts.loop.nowMs();
        facts.listenerName = bind.name();
        facts.listenerId = bind.id();
        facts.listener = bind.meters();
        facts.listenerConnections = target.connections();
        if (channel instanceof EpollSocketChannel tcp) {
            set(facts.source, tcp.remoteAddress());
            set(facts.destination, tcp.localAddress());
        }
    }

    private static void set(Peer peer, InetSocketAddress address) {
        if (address != null && address.getAddress() != null) {
            peer.set(address.getAddress().getAddress(), address.getPort());
        }
    }

    /**
     * The process stops: idle connections end, the others after their response. One that has only just become idle may have
     * its next request on the way: it is given a moment to arrive, and is told to be the last. Any thread.
     */
    public void softStop(Loops loops, NodeRuntime node) {
        for (Loop loop : loops.all()) {
            loop.eventLoop().execute(() -> sweep(loop, node));
        }
    }

    private static void sweep(Loop loop, NodeRuntime node) {
        loop.tick();
        boolean more = false;
        for (ClientConnection connection : OPEN.of(loop).toArray(ClientConnection[]::new)) {
            if (node.endsConnection(connection.hashCode())) {
                connection.onSoftStop();
            }
            more = true;
        }
        if (more && node.stopping()) {
            loop.eventLoop().schedule(() -> sweep(loop, node), SWEEP_MS, TimeUnit.MILLISECONDS);
        }
    }
}
