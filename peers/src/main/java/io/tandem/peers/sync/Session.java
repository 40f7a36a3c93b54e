// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tandem.peers.table.Origins;
import io.tandem.peers.table.Tables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The replication of one node: changes become batches, batches of others become cells, and whoever is new in the view is
 * asked for its state.
 *
 * <pre>
 * message    u8 version | u8 kind | i64 node | varint incarnation | body
 * UPDATE     varint sequence | section…                       what changed, to all
 * HELLO      varint lastSequence | u8 inSync | block name | varint n | schema…     to all: on a view, a reload, every 2 s
 * REQUEST    varint id | u8 history                           to a member that is new here
 * CHUNK      varint id | varint number | u8 last | section…   its cells, and with history those of nodes that are gone
 * CLEARS     varint sequence | { i64 schema | u8 all | block key | i64 epoch }…
 * STATE      varint sequence | register…                                        see ReplicatedState
 * </pre>
 *
 * A cell carries absolute values and is ordered by its owner's batch sequence, so that repetition and the order of chunks
 * and batches do not matter; a missing batch shows as a gap in the sequence and is healed by asking its owner anew.
 *
 * <p>Pure: time arrives as a parameter, messages leave through {@link Output}. {@link #step} is for the replicator
 * thread alone, {@code on…} for the receivers; cells are applied outside the session's lock.
 *
 * @param <P> the address of a member
 */
public final class Session<P> {
    static final int VERSION = 1;
    static final int UPDATE = 1;
    static final int HELLO = 2;
    static final int REQUEST = 3;
    static final int CHUNK = 4;
    static final int CLEARS = 5;
    static final int STATE = 6;

    /** One message stays below the transport's fragment size. */
    static final int BATCH_BYTES = 60_000;

    private static final long HELLO_EVERY_MS = 2_000;
    private static final long STALLED_MS = 3_000;
    private static final int MAX_EARLY = 64;
    private static final int CHUNKS_PER_STEP = 4;
    static final int MAX_SCHEMAS = 1024;
    private static final int MAX_NAME_BYTES = 1024;

    private final Tables tables;
    private final Identity self;
    private final long selfNode;
    private final Bindings bindings;
    private final ReplicatedState state;
    private final SyncStats stats = new SyncStats();
    private final ArrayDeque<String> events = new ArrayDeque<>(); // guarded by this
    private final Map<P, Peer<P>> peers = new LinkedHashMap<>(); // guarded by this
    /** Requests of members whose view came to them before it came to us. */
    private final Map<P, Teaching> early = new LinkedHashMap<>(); // guarded by this

    private boolean joined; // guarded by this
    private boolean helloDue; // guarded by this
    private boolean requestsDue; // guarded by this
    private long nextRequestId = 1; // guarded by this
    private volatile boolean alone = true;
    private long helloAtMs = Long.MIN_VALUE; // replicator thread
    private int helloGeneration = -1; // replicator thread

    private final Outbox<P> outbox;
    private final Inbox inbox;

    public Session(Tables tables, Identity self) {
        this.tables = tables;
        this.self = self;
        this.selfNode = self.node();
        this.bindings = new Bindings(tables);
        this.state = new ReplicatedState(tables.clock());
        this.outbox = new Outbox<>(tables, self, state, stats);
        this.inbox = new Inbox(tables, self, bindings, state, stats);
        tables.clock().identify(selfNode);
    }

    /** Calls {@code wake} whenever there is something to send, from the thread that changed it; null ends replication. */
    public void wakeBy(@Nullable Runnable wake) {
        state.onDirty(wake == null ? () -> {} : wake);
        tables.replicateTo(wake);
    }

    public SyncStats stats() {
        return stats;
    }

    public ReplicatedState state() {
        return state;
    }

    /** Whether everything that the members of the view had has arrived. */
    public synchronized boolean inSync() {
        return joined && peers.values().stream().allMatch(peer -> peer.requestId == 0);
    }

    /** What an operator should read, once each. */
    public synchronized List<String> takeEvents() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** One sentence for each table that members hold differently. */
    public List<String> mismatches() {
        return bindings.mismatches();
    }

    /** What is known of one other member. */
    public record PeerStatus(String name, boolean saysInSync, boolean learning, boolean teaching, long lastSequence) {}

    public synchronized List<PeerStatus> peers() {
        return peers.values().stream()
                .map(peer -> new PeerStatus(
                        peer.name, peer.saysInSync, peer.requestId != 0, peer.teaching != null, peer.lastSequence))
                .toList();
    }

    /** The number of the last batch sent. */
    public long lastSequence() {
        return outbox.sequence();
    }

    /** The members of the cluster changed; {@code others} are all but this node. */
    public synchronized void onView(Collection<P> others, long nowMs) {
        joined = true;
        peers.values().removeIf(peer -> {
            boolean gone = !others.contains(peer.address);
            if (gone && peer.origin != Origins.NONE) {
                tables.origins().setLive(peer.origin, false);
            }
            return gone;
        });
        for (P address : others) {
            if (!peers.containsKey(address)) {
                Peer<P> peer = new Peer<>(address);
                peers.put(address, peer);
                peer.teaching = early.remove(address);
                ask(peer, nowMs);
                helloDue = true;
            }
        }
        early.clear();
        alone = peers.isEmpty();
    }

    private void ask(Peer<P> peer, long nowMs) {
        stats.resyncs.increment();
        peer.requestId = nextRequestId++;
        peer.nextChunk = 0;
        peer.progressAtMs = nowMs;
        peer.asked = false;
        requestsDue = true;
    }

    // ---- replicator thread ----

    /** Whether members wait for an answer; changes have their own way to wake the replicator. */
    public synchronized boolean hasUrgentWork() {
        return requestsDue || helloDue || peers.values().stream().anyMatch(peer -> peer.teaching != null);
    }

    /** Whether {@link #step} would find something to send. */
    public boolean hasWork() {
        return hasUrgentWork()
                || state.isDirty()
                || bindings.local().stream().anyMatch(table -> table.cells().isDirty());
    }

    /** Sends what is due: greetings and requests, then changes, then a part of each state transfer. */
    public void step(long nowMs, Output<P> output) {
        if (alone) {
            bindings.local().forEach(Session::discard);
            return;
        }
        greet(nowMs, output);
        request(nowMs, output);
        outbox.sendState(state.takeDirty(), null, output);
        for (Bindings.Local table : bindings.local()) {
            outbox.sendClears(table, table.cells().takeClears(), null, output);
        }
        outbox.sendUpdates(bindings.local(), nowMs, output);
        teach(nowMs, output);
    }

    private static void discard(Bindings.Local table) {
        for (int s = 0; s < table.cells().shards(); s++) {
            table.cells().discardDirty(s);
        }
        table.cells().takeClears();
    }

    private void greet(long nowMs, Output<P> output) {
        boolean inSync = inSync();
        synchronized (this) {
            boolean due = helloDue
                    || helloAtMs == Long.MIN_VALUE
                    || nowMs - helloAtMs >= HELLO_EVERY_MS
                    || helloGeneration != tables.generation();
            if (!due) {
                return;
            }
            helloDue = false;
        }
        helloGeneration = tables.generation();
        helloAtMs = nowMs;
        outbox.sendHello(inSync, bindings.local(), output);
    }

    private void request(long nowMs, Output<P> output) {
        List<Peer<P>> asked = new ArrayList<>();
        synchronized (this) {
            for (Peer<P> peer : peers.values()) {
                if (peer.requestId != 0 && nowMs - peer.progressAtMs >= STALLED_MS) {
                    ask(peer, nowMs);
                }
            }
            if (!requestsDue) {
                return;
            }
            requestsDue = false;
            for (Peer<P> peer : peers.values()) {
                if (peer.requestId != 0 && !peer.asked) {
                    peer.asked = true;
                    asked.add(peer);
                }
            }
        }
        for (Peer<P> peer : asked) {
            outbox.sendRequest(peer.requestId, peer.address, output);
        }
    }

    private void teach(long nowMs, Output<P> output) {
        List<Peer<P>> learners = new ArrayList<>();
        synchronized (this) {
            peers.values().stream().filter(peer -> peer.teaching != null).forEach(learners::add);
        }
        for (Peer<P> learner : learners) {
            Teaching teaching = learner.teaching;
            if (teaching == null) {
                continue;
            }
            for (int i = 0; i < CHUNKS_PER_STEP; i++) {
                long chunk = teaching.nextChunk();
                if (chunk == 0) {
                    outbox.sendState(state.keys(), learner.address, output);
                    for (Bindings.Local table : bindings.local()) {
                        outbox.sendClears(table, table.cells().clears(), learner.address, output);
                    }
                }
                if (outbox.sendChunk(teaching, chunk, learner.address, nowMs, output)) {
                    synchronized (this) {
                        if (learner.teaching == teaching) {
                            learner.teaching = null;
                        }
                    }
                    break;
                }
            }
        }
    }

    // ---- receivers ----

    /**
     * Takes a message of another member.
     *
     * @return null, or why it was not taken; counted already
     */
    public @Nullable DecodeFailure onMessage(P from, byte[] bytes, int off, int len, long nowMs) {
        stats.bytesReceived.add(len);
        DecodeFailure failure = dispatch(from, new ByteReader(bytes, off, len), nowMs);
        if (failure != null) {
            stats.failed(failure);
        }
        return failure;
    }

    private @Nullable DecodeFailure dispatch(P from, ByteReader in, long nowMs) {
        int version = in.u8();
        int kind = in.u8();
        long node = in.i64();
        long incarnation = in.varint();
        if (in.failed()) {
            return DecodeFailure.TRUNCATED;
        }
        if (version != VERSION) {
            return DecodeFailure.VERSION;
        }
        if (node == selfNode && incarnation == self.incarnation()) {
            return null; // our own, come back
        }
        if (incarnation <= 0) {
            return DecodeFailure.TRUNCATED;
        }
        if (!identify(from, node, incarnation)) {
            return DecodeFailure.ORIGINS;
        }
        return switch (kind) {
            case UPDATE -> onNumbered(from, in, nowMs, (batch, body) -> onUpdate(batch, body, nowMs));
            case HELLO -> onHello(from, in, nowMs);
            case REQUEST -> onRequest(from, in);
            case CHUNK -> onChunk(from, in, nowMs);
            case CLEARS -> onNumbered(from, in, nowMs, (batch, body) -> inbox.readClears(body, nowMs));
            case STATE -> onNumbered(from, in, nowMs, (batch, body) -> inbox.readState(body));
            default -> DecodeFailure.KIND;
        };
    }

    /** Remembers which life of which node a member is; false when there is no room for another. */
    private boolean identify(P from, long node, long incarnation) {
        int place = tables.origins().find(node, incarnation);
        if (place != Origins.NONE && tables.origins().isLive(place)) {
            return true; // the usual case, without the lock
        }
        if (place == Origins.NONE) {
            place = tables.origins().register(node, incarnation);
        }
        if (place == Origins.NONE) {
            return false;
        }
        synchronized (this) {
            Peer<P> peer = peers.get(from);
            if (peer != null && peer.origin != place) {
                if (peer.origin != Origins.NONE) {
                    tables.origins().setLive(peer.origin, false);
                }
                peer.origin = place;
                tables.origins().setLive(place, true);
                if (node == selfNode) {
                    stats.duplicateNames.increment();
                    event("another member is called " + self.name() + " too: " + from);
                }
            }
        }
        return true;
    }

    private interface Body {
        @Nullable DecodeFailure read(long batch, ByteReader in);
    }

    private @Nullable DecodeFailure onNumbered(P from, ByteReader in, long nowMs, Body body) {
        long batch = in.varint();
        if (in.failed() || batch < 0) {
            return DecodeFailure.TRUNCATED;
        }
        DecodeFailure failure = body.read(batch, in);
        if (batch == 0) {
            return failure; // to this node alone, as part of a state transfer
        }
        synchronized (this) {
            Peer<P> peer = peers.get(from);
            if (peer != null) {
                boolean gap = peer.lastSequence >= 0 && batch > peer.lastSequence + 1;
                peer.lastSequence = Math.max(peer.lastSequence, batch);
                if (gap || failure == DecodeFailure.TRUNCATED) {
                    onGap(peer, nowMs);
                }
            }
        }
        return failure;
    }

    private @Nullable DecodeFailure onUpdate(long batch, ByteReader in, long nowMs) {
        stats.batchesReceived.increment();
        return inbox.readSections(in, batch, stats.entriesReceived, nowMs);
    }

    /** Something of that member was lost: asks for all it has, unless that is under way. */
    private void onGap(Peer<P> peer, long nowMs) {
        stats.gaps.increment();
        if (peer.requestId == 0 || peer.nextChunk > 0) {
            ask(peer, nowMs);
        }
    }

    private @Nullable DecodeFailure onHello(P from, ByteReader in, long nowMs) {
        long last = in.varint();
        boolean theyAreInSync = in.u8() == 1;
        String name = new String(in.block(MAX_NAME_BYTES), UTF_8);
        int count = in.bounded(MAX_SCHEMAS);
        List<Schema> schemas = new ArrayList<>();
        for (int i = 0; i < count && !in.failed(); i++) {
            Schema schema = Schema.decode(in);
            if (schema != null) {
                schemas.add(schema);
            }
        }
        if (in.failed() || last < 0) {
            return DecodeFailure.TRUNCATED;
        }
        List<String> news = bindings.learn(name, schemas);
        synchronized (this) {
            news.forEach(this::event);
            Peer<P> peer = peers.get(from);
            if (peer != null) {
                peer.name = name;
                peer.saysInSync = theyAreInSync;
                boolean gap = peer.lastSequence >= 0 && last > peer.lastSequence;
                peer.lastSequence = Math.max(peer.lastSequence, last);
                if (gap) {
                    onGap(peer, nowMs);
                }
            }
        }
        return null;
    }

    private @Nullable DecodeFailure onRequest(P from, ByteReader in) {
        long id = in.varint();
        boolean history = in.u8() == 1;
        if (in.failed() || id <= 0) {
            return DecodeFailure.TRUNCATED;
        }
        List<Bindings.Local> local = bindings.local();
        synchronized (this) {
            Peer<P> peer = peers.get(from);
            Teaching teaching = new Teaching(id, history, local, tables.origins());
            if (peer != null) {
                peer.teaching = teaching;
            } else if (early.size() < MAX_EARLY) {
                early.put(from, teaching);
            }
        }
        return null;
    }

    private @Nullable DecodeFailure onChunk(P from, ByteReader in, long nowMs) {
        long id = in.varint();
        long number = in.varint();
        boolean last = in.u8() == 1;
        if (in.failed()) {
            return DecodeFailure.TRUNCATED;
        }
        DecodeFailure failure = inbox.readSections(in, 0, stats.cellsLearned, nowMs);
        synchronized (this) {
            Peer<P> peer = peers.get(from);
            if (peer == null || peer.requestId != id) {
                return failure; // of a request given up: its cells are welcome all the same
            }
            if (number != peer.nextChunk || failure != null) {
                ask(peer, nowMs);
            } else {
                peer.nextChunk++;
                peer.progressAtMs = nowMs;
                peer.requestId = last ? 0 : id;
                helloDue |= last;
            }
        }
        return failure;
    }

    private void event(String text) {
        if (events.size() < 100) {
            events.add(text);
        }
    }
}
