// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import io.tandem.config.model.ClusterConfig;
import io.tandem.peers.sync.DecodeFailure;
import io.tandem.peers.sync.Identity;
import io.tandem.peers.sync.Output;
import io.tandem.peers.sync.ReplicatedState;
import io.tandem.peers.sync.Session;
import io.tandem.peers.sync.SyncStats;
import io.tandem.peers.table.Tables;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.logging.LogFactory;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in the replication of its tables.
 *
 * <p>One thread, the replicator, joins the cluster and sends; it alone calls JGroups' {@code send}, whose flow control may
 * block. It sleeps until a value changes and then sends at most every {@value #PACE_NS} ns, but for
 * the first few. Event loops only set
 * bits. JGroups' threads receive, decode and apply.
 */
public final class Replication implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Replication.class.getName());
    private static final long PACE_NS = 500_000;
    private static final int BURST = 4;
    private static final long IDLE_NS = 100_000_000;
    private static final long RETRY_NS = 5_000_000_000L;
    private static final long CLOSE_WAIT_MS = 3_000;

    private final ClusterConfig config;
    private final ClusterSecret secret;
    private final LongSupplier nowMs;
    private final Session<Address> session;
    private final Thread replicator;
    private final LongAdder sendFailures = new LongAdder();
    private volatile boolean idle; // written by the replicator, reset by whoever wakes it
    private volatile boolean woken; // set by whoever wakes it, reset by the replicator
    private volatile boolean closed;
    private volatile boolean connected; // written by the replicator
    private volatile int viewSize; // written by JGroups' view thread
    private volatile long steppedAtMs; // written by the replicator
    private volatile @Nullable JChannel channel; // written by the replicator
    private volatile @Nullable Seal seal; // written by the replicator
    private volatile @Nullable String problem; // written by the replicator
    private volatile boolean sealFailureLogged;

    private Replication(
            ClusterConfig config, ClusterSecret secret, Tables tables, LongSupplier nowMs, long incarnation) {
        this.config = config;
        this.secret = secret;
        this.nowMs = nowMs;
        this.session = new Session<>(tables, new Identity(config.self(), incarnation));
        this.replicator = new Thread(this::run, "tandem-replicator");
        this.replicator.setDaemon(true);
    }

    /**
     * Begins to replicate; returns at once, JGroups is loaded and the cluster joined on a thread of its own.
     *
     * @param nowMs the clock that all users of the tables read
     * @throws IOException if the secret cannot be used; says what to do
     * @throws IllegalArgumentException if {@code self} is none of the members
     */
    public static Replication start(ClusterConfig config, Tables tables, LongSupplier nowMs) throws IOException {
        Stack.self(config);
        ClusterSecret secret = ClusterSecret.read(config.secretFile(), config.name());
        Replication replication = new Replication(config, secret, tables, nowMs, System.currentTimeMillis());
        replication.session.wakeBy(replication::wake);
        replication.replicator.start();
        return replication;
    }

    /** Whether this node has everything the others had; true for a node on its own once it has looked for others. */
    public boolean inSync() {
        return connected && session.inSync();
    }

    /** Small values shared by all nodes. */
    public ReplicatedState state() {
        return session.state();
    }

    public SyncStats stats() {
        return session.stats();
    }

    public ReplicationStatus status() {
        Seal sealed = seal;
        long lag = session.hasWork() && connected ? Math.max(0, nowMs.getAsLong() - steppedAtMs) : 0;
        return new ReplicationStatus(
                config.name(),
                config.self(),
                connected,
                inSync(),
                viewSize,
                lag,
                session.peers(),
                session.mismatches(),
                sealed == null
                        ? 0
                        : sealed.failures(SealBox.Failure.NOT_AUTHENTIC) + sealed.failures(SealBox.Failure.TOO_SHORT),
                sealed == null ? 0 : sealed.failures(SealBox.Failure.REPLAYED),
                sendFailures.sum(),
                problem);
    }

    /** The cluster's part of {@code show peers}. */
    public String showPeers() {
        return PeersText.of(config, status(), stats());
    }

    /** Sends what is dirty, leaves the cluster and stops. Tables stay as they are. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(replicator);
        try {
            replicator.join(CLOSE_WAIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For tests: loses all that comes and goes, as a cut link does. */
    void cut(boolean isCut) throws Exception {
        JChannel open = channel;
        if (open == null) {
            throw new IllegalStateException("not joined");
        }
        DISCARD discard = open.getProtocolStack().findProtocol(DISCARD.class);
        if (discard == null) {
            discard = new DISCARD();
            open.getProtocolStack().insertProtocol(discard, ProtocolStack.Position.ABOVE, TP.class);
        }
        discard.discardAll(isCut);
    }

    private void wake() {
        woken = true;
        if (idle) {
            idle = false;
            LockSupport.unpark(replicator);
        }
    }

    // ---- replicator ----

    private void run() {
        forbidJavaSerialization();
        LogFactory.setCustomLogFactory(new JGroupsLog.Factory());
        while (!closed && !join()) {
            pause(RETRY_NS);
        }
        long paidNs = System.nanoTime();
        while (!closed) {
            step();
            // A message costs as much as a hundred entries: after a quiet time a few go at once, then they are paced.
            paidNs = Math.max(paidNs, System.nanoTime() - BURST * PACE_NS) + PACE_NS;
            pause(paidNs - System.nanoTime());
            sleepUntilWoken();
        }
        step(); // what changed last
        session.wakeBy(null);
        leave();
    }

    private void sleepUntilWoken() {
        idle = true;
        if (!closed && !woken && !session.hasUrgentWork()) {
            LockSupport.parkNanos(IDLE_NS);
        }
        woken = false;
        idle = false;
    }

    private void pause(long ns) {
        long untilNs = System.nanoTime() + ns;
        while (!closed && System.nanoTime() - untilNs < 0) {
            LockSupport.parkNanos(untilNs - System.nanoTime());
        }
    }

    private void step() {
        try {
            session.step(nowMs.getAsLong(), output);
            steppedAtMs = nowMs.getAsLong();
            session.takeEvents().forEach(event -> LOG.warning("peers cluster=" + config.name() + " " + event));
        } catch (RuntimeException e) {
            // The replicator must live on: what it could not send is dirty again at the next change or healed by a
            // resync.
            sendFailures.increment();
            LOG.log(Level.SEVERE, e, () -> "peers cluster=" + config.name() + " replicator failed");
        }
    }

    /** JGroups reads no Java objects from the network for us; nothing in this process may. */
    private static void forbidJavaSerialization() {
        try {
            if (ObjectInputFilter.Config.getSerialFilter() == null) {
                ObjectInputFilter.Config.setSerialFilter(info -> ObjectInputFilter.Status.REJECTED);
            }
        } catch (IllegalStateException e) {
            LOG.fine("a filter for Java serialization is set already");
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private boolean join() {
        JChannel joining = null;
        try {
            joining = Stack.channel(config);
            Seal sealing = joining.getProtocolStack().findProtocol(Seal.class);
            sealing.use(new SealBox(secret, new SecureRandom()), this::onSealFailure);
            joining.setReceiver(receiver);
            seal = sealing;
            channel = joining;
            joining.connect(config.name());
            connected = true;
            problem = null;
            LOG.info("peers joined cluster=" + config.name() + " self=" + config.self() + " members=" + viewSize);
            return true;
        } catch (Exception e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            String text = "peers cannot join cluster=" + config.name() + " at "
                    + Stack.self(config).address().getHostAddress() + " ports " + config.replicationPort() + " and "
                    + (config.replicationPort() + 100) + ": " + cause.getMessage() + " (trying again every 5 s)";
            if (!text.equals(problem)) {
                LOG.severe(text);
            }
            problem = text;
            if (joining != null) {
                joining.close();
            }
            channel = null;
            return false;
        }
    }

    private void leave() {
        JChannel leaving = channel;
        connected = false;
        if (leaving != null) {
            leaving.close();
        }
    }

    private final Output<Address> output = new Output<>() {
        @Override
        public void send(@Nullable Address to, byte[] bytes, int length) {
            JChannel open = channel;
            if (open == null) {
                return;
            }
            try {
                open.send(new BytesMessage(to, Arrays.copyOf(bytes, length)));
            } catch (Exception e) {
                sendFailures.increment();
                LOG.fine(() -> "peers send failed: " + e);
            }
        }
    };

    // ---- JGroups' threads ----

    private final Receiver receiver = new Receiver() {
        @Override
        public void viewAccepted(View view) {
            JChannel open = channel;
            Address own = open == null ? null : open.getAddress();
            List<Address> others = view.getMembers().stream()
                    .filter(member -> !member.equals(own))
                    .toList();
            viewSize = view.size();
            session.onView(others, nowMs.getAsLong());
            LOG.info(
                    "peers view cluster=" + config.name() + " self=" + config.self() + " members=" + view.getMembers());
            wake();
        }

        @Override
        public void receive(Message message) {
            byte[] bytes = message.hasArray() ? message.getArray() : null;
            if (bytes == null) {
                return;
            }
            DecodeFailure failure = session.onMessage(
                    message.getSrc(), bytes, message.getOffset(), message.getLength(), nowMs.getAsLong());
            if (failure != null) {
                LOG.fine(() -> "peers decode from=" + message.getSrc() + " reason=" + failure);
            }
            wake();
        }
    };

    private void onSealFailure(Address from, SealBox.Failure failure) {
        if (failure != SealBox.Failure.REPLAYED && !sealFailureLogged) {
            sealFailureLogged = true;
            LOG.warning("peers refused cluster=" + config.name() + " from=" + from
                    + " reason=" + failure + ": its cluster secret is another one, or messages are altered on the way"
                    + " (logged once; see the counter seal_failures)");
        }
    }
}
