// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.RateLimit;
import io.tandem.node.socket.SocketOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of one address: one SO_REUSEPORT socket on each loop, or a single one whose connections are dealt out where
 * the kernel cannot spread them (unix sockets, inherited descriptors).
 *
 * <p>Opened and closed by the thread that loads, paused and closed by operators' commands on theirs; accepts on the loops.
 */
public final class Listener {
    /** Descriptors that connections do not get: for classes yet to be loaded, files, logs and connections to servers. */
    private static final int SPARE = 16;

    private final ListenerFactory factory;
    private final BindAddress address;
    private final ConnectionLimit own;
    private final List<Channel> channels = new ArrayList<>();
    private final List<SocketPairListener> pairs = new ArrayList<>();
    /** How many connections are accepted in a row; without it Netty's epoll channel takes one in each turn of its loop. */
    private final MaxMessagesRecvByteBufAllocator acceptsInARow =
            new ServerChannelRecvByteBufAllocator().respectMaybeMoreData(false);

    private boolean closed; // guarded by this
    private boolean paused; // guarded by this
    /** As its sockets are set up now. */
    private ListenSettings applied; // guarded by this

    private volatile @Nullable ListenTarget target; // written by the thread that loads, read by the loops
    private volatile List<RateLimit> rates = List.of(); // written by the thread that loads, read by the loops
    private volatile List<ConnectionLimit> limits = List.of(); // written by the thread that loads, read by the loops

    Listener(ListenerFactory factory, Bind bind) {
        this.factory = factory;
        address = bind.address();
        own = new ConnectionLimit(bind.maxConnections());
        applied = bind.settings();
    }

    /** From now on new connections belong to this frontend and bind line; called again after each reload. */
    public synchronized void serve(Frontend frontend, Bind bind) {
        own.max(bind.maxConnections());
        limits = factory.limits(frontend, bind, own);
        rates = factory.rates(frontend, bind);
        acceptsInARow.maxMessagesPerRead(
                LimitLines.acceptsInARow(factory.node().configuration().drafts()));
        boolean first = target == null;
        target = new ListenTarget(factory.node().configuration(), frontend, bind, own::open);
        if (first) {
            factory.node().listeners().incrementAndGet();
            channels.forEach(channel -> channel.config().setAutoRead(true));
            pairs.forEach(SocketPairListener::start);
            factory.serving().add(this);
        } else {
            resume();
            retune(frontend, bind.settings());
        }
    }

    /** What a reload has changed about sockets that stay. */
    private void retune(Frontend frontend, ListenSettings wanted) {
        ListenSettings before = applied;
        applied = wanted;
        if (wanted.shards != before.shards || !wanted.threads.equals(before.threads)) {
            warn(frontend, "'thread' or 'shards' have changed, which takes a restart");
        }
        try {
            for (Channel channel : channels) {
                if (channel instanceof UnixChannel socket && channel.isOpen()) {
                    ListeningSocket.retune(socket.fd().intValue(), before, wanted);
                }
            }
            if (address.isUnixPath() && address.socket() instanceof DomainSocketAddress path) {
                ListeningSocket.own(Path.of(path.path()), wanted);
            }
        } catch (IOException refused) {
            warn(frontend, refused.getMessage());
        }
    }

    private void warn(Frontend frontend, @Nullable String what) {
        factory.node()
                .events()
                .tell(
                        EventLog.Level.WARNING,
                        frontend.name(),
                        "Proxy " + frontend.name() + ", bind " + address.written() + ": " + what + ".");
    }

    /**
     * Accepts nothing until {@link #resume}: clients are refused, as with HAProxy, and others may listen there. The sockets stay
     * bound, so that no right is needed to come back. Any thread but a loop.
     */
    synchronized void pause() {
        if (paused || closed) {
            return;
        }
        paused = true;
        for (Channel channel : channels) {
            channel.deregister().syncUninterruptibly(); // a socket that does not listen would always be ready
            if (channel instanceof EpollServerSocketChannel tcp) {
                try {
                    new Socket(tcp.fd().intValue()).shutdown(true, false);
                } catch (IOException refused) {
                    warn(target().frontend(), refused.getMessage());
                }
            }
        }
        pairs.forEach(SocketPairListener::stop);
    }

    /**
     * Listens again after {@link #pause}. Any thread but a loop.
     *
     * @return false where another process listens there by now
     */
    synchronized boolean resume() {
        if (!paused || closed) {
            return true;
        }
        try {
            for (Channel channel : channels) {
                if (channel instanceof EpollServerSocketChannel tcp) {
                    new Socket(tcp.fd().intValue()).listen(ListeningSocket.backlog(applied));
                }
                channel.eventLoop().register(channel).syncUninterruptibly();
            }
        } catch (IOException refused) {
            warn(target().frontend(), refused.getMessage());
            return false;
        }
        paused = false;
        pairs.forEach(SocketPairListener::start);
        return true;
    }

    /** Whether it has not been closed: a closed one is of no use to the next configuration. */
    public synchronized boolean isOpen() {
        return !closed;
    }

    /** Whom it serves; asked once it has begun to. */
    ListenTarget target() {
        ListenTarget present = target;
        if (present == null) {
            throw new IllegalStateException("a connection was accepted before there was anybody to serve");
        }
        return present;
    }

    List<ConnectionLimit> limits() {
        return limits;
    }

    /** How long to wait before the next connection, milliseconds; 0 where it may be accepted, which is counted. */
    int waitMs(long nowNs) {
        List<RateLimit> present = rates;
        int wait = 0;
        for (int i = 0; i < present.size(); i++) {
            wait = Math.max(wait, present.get(i).waitMs(nowNs));
        }
        for (int i = 0; wait == 0 && i < present.size(); i++) {
            present.get(i).count(nowNs);
        }
        return wait;
    }

    ConnectionOpener opener() {
        return factory.opener();
    }

    LoopLoads loads() {
        return factory.loads();
    }

    ThreadSet threads() {
        return target().bind().settings().threads;
    }

    /** Whether a connection with this descriptor would take one of the last, which the process keeps to itself. */
    boolean isLast(int fd) {
        int first = factory.node().maxDescriptors() - SPARE;
        if (first <= 0 || fd < first || SocketOptions.nextDescriptor() < first) {
            return false;
        }
        cannotAccept(" reached process FD limit (maxsock=" + factory.node().maxDescriptors()
                + "). Please check 'ulimit-n' and restart.");
        return true;
    }

    void acceptFailed(Throwable cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        String why = cause instanceof IOException || trace.length == 0
                ? String.valueOf(cause.getMessage())
                : "internal error: " + cause + " at " + trace[0];
        cannotAccept(" cannot accept connections at " + address.written() + ": " + why);
    }

    /** Told once an episode, whichever listener notices first: what is used up is the process'. */
    private void cannotAccept(String why) {
        if (factory.beginsToFail(System.nanoTime())) {
            String frontend = target().frontend().name();
            factory.node().events().tell(EventLog.Level.ALERT, frontend, "Proxy " + frontend + why);
        }
    }

    /** Binds and listens, or takes over; nothing is left open when it fails. */
    void open(Bind bind, List<Integer> adopted) throws IOException {
        List<Loop> homes = homes(bind.settings().threads);
        try {
            SocketAddress socket = address.socket();
            if (!adopted.isEmpty()) {
                adoptAll(adopted, bind, homes);
            } else if (address.pair()) {
                pairs.add(SocketPairListener.open(this, address.fd(), homes.get(0)));
            } else if (address.fd() >= 0) {
                if (!SocketOptions.isUnix(address.fd())) {
                    ListeningSocket.tune(address.fd(), bind.settings());
                }
                adopt(address.fd(), bind, homes.get(0), true);
            } else if (socket instanceof DomainSocketAddress unix) {
                adopt(ListeningSocket.at(unix, bind.settings()), bind, homes.get(0), true);
            } else if (socket instanceof InetSocketAddress inet) {
                openAll(inet, bind, homes);
            }
        } catch (IOException | RuntimeException failure) {
            close();
            throw new IOException(complaint(failure), failure);
        }
    }

    /** The loops that serve it; all of them where a set names none there is. */
    private List<Loop> homes(ThreadSet threads) {
        List<Loop> named = factory.loops().all().stream()
                .filter(loop -> threads.contains(loop.index()))
                .toList();
        return named.isEmpty() ? factory.loops().all() : named;
    }

    private void openAll(InetSocketAddress inet, Bind bind, List<Loop> homes) throws IOException {
        int shards = bind.settings().shards;
        int count = shards == ListenSettings.ONE_PER_LOOP ? homes.size() : Math.min(shards, homes.size());
        InetSocketAddress where = inet;
        for (int i = 0; i < count; i++) {
            int fd = ListeningSocket.at(where, bind.settings());
            adopt(fd, bind, homes.get(i), count < homes.size());
            if (inet.getPort() == 0 && channels.get(0).localAddress() instanceof InetSocketAddress chosen) {
                where = chosen;
            }
        }
    }

    private String complaint(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        String reason = message.substring(message.lastIndexOf(": ") + 1).trim();
        return address.socket() instanceof DomainSocketAddress
                ? "cannot bind UNIX socket (" + reason + ") [" + address.written() + "]"
                : "cannot bind socket (" + reason + ") for [" + address.written() + "]";
    }

    /** As many sockets as there are loops go one to each; any other number is shared out connection by connection. */
    private void adoptAll(List<Integer> descriptors, Bind bind, List<Loop> homes) throws IOException {
        boolean spread = descriptors.size() != homes.size();
        for (int i = 0; i < descriptors.size(); i++) {
            if (address.socket() instanceof InetSocketAddress) {
                ListeningSocket.tune(descriptors.get(i), bind.settings());
            }
            adopt(descriptors.get(i), bind, homes.get(i % homes.size()), spread);
        }
    }

    /** Takes over a socket that is bound, and perhaps listening, already. */
    private void adopt(int fd, Bind bind, Loop loop, boolean spread) throws IOException {
        SocketOptions.nonBlocking(fd);
        new Socket(fd).listen(ListeningSocket.backlog(bind.settings()));
        Channel channel =
                SocketOptions.isUnix(fd) ? new EpollServerDomainSocketChannel(fd) : new EpollServerSocketChannel(fd);
        channels.add(channel);
        channel.config().setAutoRead(false);
        channel.config().setRecvByteBufAllocator(acceptsInARow);
        channel.config().setOption(ChannelOption.SO_BACKLOG, ListeningSocket.backlog(bind.settings()));
        channel.pipeline().addLast(new Acceptor(this, loop, !spread));
        loop.eventLoop().register(channel).syncUninterruptibly();
    }

    /** Where it listens in fact: the port where 0 was asked for; null for unix sockets and inherited ones. */
    public @Nullable SocketAddress localAddress() {
        return channels.isEmpty() ? null : channels.get(0).localAddress();
    }

    /** Its sockets' descriptors, to hand over to another process. */
    public synchronized List<Integer> descriptors() {
        List<Integer> fds = new ArrayList<>();
        for (Channel channel : channels) {
            if (channel instanceof UnixChannel unix && channel.isOpen()) {
                fds.add(unix.fd().intValue());
            }
        }
        return fds;
    }

    /** Accepts no more; connections in flight go on. What a loop has accepted before it hears of this is served. */
    public synchronized void close() {
        factory.serving().remove(this);
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
        channels.clear();
        pairs.forEach(SocketPairListener::close);
        pairs.clear();
        if (target != null && !closed) {
            factory.node().listeners().decrementAndGet();
        }
        closed = true;
    }
}
