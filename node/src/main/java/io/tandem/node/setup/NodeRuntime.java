// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.node.backend.Server;
import io.tandem.node.content.compression.CompressionLimits;
import io.tandem.node.frontend.tls.TicketKeys;
import io.tandem.node.loop.LoopUse;
import io.tandem.node.observe.BadMessages;
import io.tandem.node.observe.EventLog;
import io.tandem.node.observe.Totals;
import io.tandem.node.observe.log.LogSockets;
import io.tandem.node.observe.mail.Mailing;
import io.tandem.node.observe.ring.Courier;
import io.tandem.node.observe.ring.Rings;
import io.tandem.peers.table.Tables;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What lives as long as the process: made once by {@code boot}, seen by everything that answers questions about the node.
 * Thread-safe.
 */
public final class NodeRuntime {
    /** The version HAProxy's users compare with: the release whose behaviour this one reproduces. */
    public static final String VERSION = "2.6.12-tandem0.1.0";

    /** The date printed beside {@link #VERSION}. */
    public static final String RELEASE_DATE = "2026/11/21";

    private static final int SPREAD_MASK = 0x3ff;

    private final int loops;
    private final String nodeName;
    private final long startedAtMs;
    private final int pid;
    private final EventLog events;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicInteger listeners = new AtomicInteger();
    private final AtomicInteger tlsConnections = new AtomicInteger();
    private final AtomicLong droppedLogs = new AtomicLong();
    private final AtomicLong receivedLogs = new AtomicLong();
    private final AtomicLong failedResolutions = new AtomicLong();
    private volatile @Nullable LoopUse loopUse; // written by boot, read by any
    private final EarlierConfigurations earlier = new EarlierConfigurations();
    private final Totals totals = new Totals();
    private final RateLimit connectionLimit = new RateLimit();
    private final RateLimit sessionLimit = new RateLimit();
    private final RateLimit tlsLimit = new RateLimit();
    private final BadMessages badMessages = new BadMessages();
    private final LogSockets logSockets = new LogSockets();
    private final Courier courier = new Courier();
    private final Rings rings = new Rings(courier);
    private final Mailing mailing;
    private final TicketKeys ticketKeys = new TicketKeys();
    private final CompressionLimits compression;
    private final Tables tables;
    private volatile @Nullable Configuration configuration; // written by boot, read by any
    private volatile long spreadMs; // written by boot, read by any
    private volatile long stoppedAtNs; // written by boot, read by any
    private volatile long logPid = ProcessHandle.current().pid(); // written by boot, read by any
    private volatile int hardMaxConnections; // written by boot, read by any
    private volatile int maxConnections; // written by boot and the admin socket's thread, read by any
    private volatile int maxDescriptors; // written by boot, read by any
    private volatile @Nullable String description; // written by boot, read by any
    private volatile PeerStatus peers = PeerStatus.NONE; // written by boot, read by any
    private volatile GuardianTie guardian = GuardianTie.NONE; // written by boot, read by any
    private volatile Names names = (server, host) -> false; // written by boot, read by any

    /**
     * @param loops event loops of the process
     * @param nodeName the host's name, or {@code -L}'s
     * @param startedAtMs wall clock, milliseconds since 1970
     * @param events where happenings are told
     * @param tables the stick tables
     */
    public NodeRuntime(int loops, String nodeName, long startedAtMs, EventLog events, Tables tables) {
        this.loops = loops;
        this.nodeName = nodeName;
        this.startedAtMs = startedAtMs;
        this.events = events;
        mailing = new Mailing(courier, events);
        this.tables = tables;
        compression = new CompressionLimits(loops);
        pid = (int) ProcessHandle.current().pid();
    }

    /**
     * The configuration new connections begin with.
     *
     * @throws IllegalStateException before the first one is in place
     */
    public Configuration configuration() {
        Configuration now = configuration;
        if (now == null) {
            throw new IllegalStateException("asked for the configuration before the first one was in place");
        }
        return now;
    }

    /** Whether the first configuration is in place. */
    public boolean isConfigured() {
        return configuration != null;
    }

    /** Puts a configuration in place; connections in flight keep theirs. */
    public void configuration(Configuration next) {
        Configuration previous = configuration;
        configuration = next;
        if (previous != null) {
            earlier.add(previous.lifetime());
        }
    }

    /** Those that were replaced and are still in use. */
    public EarlierConfigurations earlier() {
        return earlier;
    }

    /** The last messages that could not be read. */
    public BadMessages badMessages() {
        return badMessages;
    }

    /** How much the process compresses, and may. */
    public CompressionLimits compression() {
        return compression;
    }

    public int loops() {
        return loops;
    }

    public String nodeName() {
        return nodeName;
    }

    public long startedAtMs() {
        return startedAtMs;
    }

    public int pid() {
        return pid;
    }

    /** The pid log lines carry: the master's where there is one, for that is the one the operator started. */
    public long logPid() {
        return logPid;
    }

    public void logPid(long master) {
        logPid = master;
    }

    public EventLog events() {
        return events;
    }

    /** Whether a soft stop has begun. */
    public boolean stopping() {
        return stopping.get();
    }

    /** A soft stop begins; true the first time. */
    public boolean stop() {
        stoppedAtNs = System.nanoTime();
        return stopping.compareAndSet(false, true);
    }

    /** It was a drain only: connections are kept open again. */
    public void goOn() {
        stopping.set(false);
    }

    /** {@code close-spread-time}: 0 to end connections at once, {@link Long#MAX_VALUE} to leave them alone. */
    public void spreadClosing(long ms) {
        spreadMs = ms;
    }

    /**
     * Whether a soft stop has come to the connection: over the time they are spread, each has its moment.
     *
     * @param hash which connection it is
     */
    public boolean endsConnection(int hash) {
        long spread = spreadMs;
        if (!stopping.get() || spread == 0 || spread == Long.MAX_VALUE) {
            return stopping.get() && spread == 0;
        }
        long elapsedMs = (System.nanoTime() - stoppedAtNs) / 1_000_000;
        return elapsedMs >= spread * (hash & SPREAD_MASK) / (SPREAD_MASK + 1);
    }

    /** Sockets that accept connections now. */
    public AtomicInteger listeners() {
        return listeners;
    }

    /** TLS connections open now, those to servers included. */
    public AtomicInteger tlsConnections() {
        return tlsConnections;
    }

    /** Log lines that could not be sent. */
    public AtomicLong droppedLogs() {
        return droppedLogs;
    }

    /** Messages that log forwarders have received. */
    public AtomicLong receivedLogs() {
        return receivedLogs;
    }

    /** The clock of stick tables: monotonic, in milliseconds, the same for all threads of the process. */
    public static long monotonicMs() {
        return System.nanoTime() / 1_000_000;
    }

    public LogSockets logSockets() {
        return logSockets;
    }

    /** Takes what is to be told to other hosts. */
    public Courier courier() {
        return courier;
    }

    /** Who is told by mail. */
    public Mailing mailing() {
        return mailing;
    }

    /** The rings in use. */
    public Rings rings() {
        return rings;
    }

    /** The stick tables. Declared on {@link Assembly#onCommit commit} only, so that a failed load changes none. */
    public Tables tables() {
        return tables;
    }

    /** The keys of TLS session tickets. */
    public TicketKeys ticketKeys() {
        return ticketKeys;
    }

    /** {@code maxconnrate}. */
    public RateLimit connectionLimit() {
        return connectionLimit;
    }

    /** {@code maxsessrate}. */
    public RateLimit sessionLimit() {
        return sessionLimit;
    }

    /** {@code maxsslrate}. */
    public RateLimit tlsLimit() {
        return tlsLimit;
    }

    /** Rates of the whole process. */
    public Totals totals() {
        return totals;
    }

    /** The process's limits: connections ({@code maxconn}) and file descriptors. */
    public void limits(int connections, int descriptors) {
        hardMaxConnections = connections;
        maxConnections = connections;
        maxDescriptors = descriptors;
    }

    /** How many client connections may be open at once now. */
    public int maxConnections() {
        return maxConnections;
    }

    /** How many may be open at most: what the process has started with. */
    public int hardMaxConnections() {
        return hardMaxConnections;
    }

    /** Until the next reload ({@code set maxconn global}); what was configured where {@code most} is 0 or less. */
    public void maxConnections(int most) {
        maxConnections = most > 0 ? most : hardMaxConnections;
    }

    public int maxDescriptors() {
        return maxDescriptors;
    }

    /** {@code description} of the global section, or null. */
    public @Nullable String description() {
        return description;
    }

    public void description(@Nullable String text) {
        description = text;
    }

    /** Whether this node shares its stick tables with others: all of them, once tandem.conf names a cluster. */
    public boolean isClustered() {
        return peers != PeerStatus.NONE;
    }

    /** The other nodes, as statistics count them. */
    public PeerStatus peers() {
        return peers;
    }

    public void peers(PeerStatus status) {
        peers = status;
    }

    /** The guardian this process was started by. */
    public GuardianTie guardian() {
        return guardian;
    }

    public void guardian(GuardianTie tie) {
        guardian = tie;
    }

    /** How busy the event loops are; null where there are none. */
    public @Nullable LoopUse loopUse() {
        return loopUse;
    }

    public void loopUse(LoopUse use) {
        loopUse = use;
    }

    /** Searches for names that have failed, of servers and of rules. */
    public AtomicLong failedResolutions() {
        return failedResolutions;
    }

    /** What searches for servers' names at run time. */
    public Names names() {
        return names;
    }

    public void names(Names search) {
        names = search;
    }

    /** The search for servers' names; asked by any thread. */
    @FunctionalInterface
    public interface Names {
        /**
         * The server has another name from now on ({@code set server … fqdn}).
         *
         * @return false where {@code host} is no name, or the server is not searched for
         */
        boolean rename(Server server, String host);
    }

    /** The guardian, as observers ask it; by any thread. */
    public interface GuardianTie {
        GuardianTie NONE = new GuardianTie() {
            @Override
            public String ask(String command) {
                return "";
            }

            @Override
            public String metrics() {
                return "";
            }
        };

        /**
         * Asks, and waits for the answer for a few seconds at most.
         *
         * @return the empty string where there is no guardian, or it does not answer
         */
        String ask(String command);

        /** Its part of {@code /metrics}, at most a few seconds old; never waits. */
        String metrics();
    }

    /** How many peers there are; asked by any thread. */
    public interface PeerStatus {
        PeerStatus NONE = new PeerStatus() {
            @Override
            public int active() {
                return 0;
            }

            @Override
            public int connected() {
                return 0;
            }

            @Override
            public String show() {
                return "";
            }
        };

        /** Peers configured besides this node. */
        int active();

        /** Of these, how many are reached now. */
        int connected();

        /** The text of {@code show peers}. */
        String show();
    }
}
