// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.netty.util.concurrent.Future;
import io.tandem.node.loop.Loop;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@code resolvers} section at work: its name servers, and the names that are searched for. Owned by one loop, which is
 * given when it starts; {@link #execute} is the way in for other threads.
 */
public final class Resolvers implements Resolution.Outlet, Nameserver.Listener {
    /** How many names are searched for at once: rules take them from clients. */
    static final int MOST_NAMES = 16_384;

    private record Key(DomainName name, RecordType preferred) {}

    private final ResolversSettings settings;
    private final AtomicLong failed;
    private final List<Nameserver> nameservers = new ArrayList<>();
    private final SecureRandom random = new SecureRandom();
    private final Map<Key, Resolution> resolutions = new HashMap<>();
    private final Map<Integer, Resolution> byId = new HashMap<>();
    private final Map<Resolution, Integer> ids = new HashMap<>();
    private final Map<Resolution, Future<?>> alarms = new HashMap<>();
    private volatile @Nullable Loop loop; // written once by the thread that loads, read by any

    private boolean closed;

    /**
     * @param counters those of the name server of that name
     * @param failed counts the searches that found nothing
     */
    Resolvers(ResolversSettings settings, Function<String, NameserverCounters> counters, AtomicLong failed) {
        this.settings = settings;
        this.failed = failed;
        for (NameserverSettings server : settings.nameservers()) {
            nameservers.add(new Nameserver(settings.name(), server, counters.apply(server.name()), this));
        }
    }

    /** The name of the section. */
    public String name() {
        return settings.name();
    }

    ResolversSettings settings() {
        return settings;
    }

    /** Its name servers, in the order of the configuration. */
    List<Nameserver> nameservers() {
        return nameservers;
    }

    /** From now on its loop is that one. */
    void start(Loop owner) {
        loop = owner;
        execute(() -> nameservers.forEach(server -> server.open(owner, settings)));
    }

    /** Asks nobody any more. Any thread. */
    void stop() {
        execute(() -> {
            closed = true;
            alarms.values().forEach(alarm -> alarm.cancel(false));
            alarms.clear();
            resolutions.clear();
            byId.clear();
            nameservers.forEach(Nameserver::close);
        });
    }

    /** Runs something on its loop; false where it has not been started, or the process ends. Any thread. */
    boolean execute(Runnable task) {
        Loop owner = loop;
        if (owner == null) {
            return false;
        }
        try {
            owner.eventLoop().execute(() -> {
                owner.tick();
                task.run();
            });
            return true;
        } catch (RejectedExecutionException ending) {
            return false;
        }
    }

    /** The clock of its searches, milliseconds. */
    long nowMs() {
        Loop owner = loop;
        return owner == null ? 0 : owner.monotonicMs();
    }

    /** How long after an answer {@code status} is passed over, milliseconds. */
    long holdMs(Status status) {
        return settings.holds().of(status);
    }

    // ---- of its loop

    /**
     * Somebody wants to know a name from now on; the search begins, unless it is under way.
     *
     * @return null where too many are searched for
     */
    @Nullable Resolution join(DomainName name, RecordType preferred, Requester requester) {
        Resolution resolution = enlist(name, preferred, requester);
        if (resolution != null && !alarms.containsKey(resolution)) {
            resolution.begin(nowMs());
        }
        return resolution;
    }

    /** As {@link #join}, but nothing is begun. */
    @Nullable Resolution enlist(DomainName name, RecordType preferred, Requester requester) {
        Key key = new Key(name, preferred);
        Resolution resolution = resolutions.get(key);
        if (resolution == null) {
            if (closed || resolutions.size() >= MOST_NAMES) {
                return null;
            }
            resolution = new Resolution(name, preferred, settings, this);
            resolutions.put(key, resolution);
        }
        resolution.add(requester);
        return resolution;
    }

    /** Somebody does not want to know any more; a name that nobody wants is forgotten. */
    void leave(Resolution resolution, Requester requester) {
        resolution.remove(requester);
        if (resolution.requesters().isEmpty()) {
            resolutions.remove(new Key(resolution.name(), resolution.preferred()), resolution);
            settled(resolution);
            Future<?> alarm = alarms.remove(resolution);
            if (alarm != null) {
                alarm.cancel(false);
            }
        }
    }

    @Override
    public int ask(Resolution resolution) {
        int id = ids.computeIfAbsent(resolution, this::newId);
        byte[] query = new Query(id, resolution.name(), resolution.asking(), settings.payloadSize()).encode();
        int asked = 0;
        for (Nameserver server : nameservers) {
            if (server.ask(query, id)) {
                asked++;
            }
        }
        return asked;
    }

    private int newId(Resolution resolution) {
        int id;
        do {
            id = random.nextInt(1 << 16);
        } while (byId.putIfAbsent(id, resolution) != null);
        return id;
    }

    @Override
    public void wake(Resolution resolution, long inMs) {
        Loop owner = loop;
        Future<?> before = alarms.remove(resolution);
        if (before != null) {
            before.cancel(false);
        }
        if (owner != null && !closed && !resolution.requesters().isEmpty()) {
            alarms.put(
                    resolution,
                    owner.eventLoop()
                            .schedule(() -> onAlarm(owner, resolution), Math.max(1, inMs), TimeUnit.MILLISECONDS));
        }
    }

    private void onAlarm(Loop owner, Resolution resolution) {
        owner.tick();
        alarms.remove(resolution);
        for (Nameserver server : nameservers) {
            if (resolution.isWaitingFor(server)) {
                server.counters().count(NameserverCounter.TIMEOUT);
            }
        }
        resolution.onTime(nowMs());
    }

    @Override
    public void searchedInVain() {
        failed.incrementAndGet();
    }

    @Override
    public void settled(Resolution resolution) {
        Integer id = ids.remove(resolution);
        if (id != null) {
            byId.remove(id);
        }
    }

    @Override
    public void onMessage(Nameserver from, byte[] message) {
        int id = ResponseReader.id(message);
        if (id < 0) {
            from.counters().count(NameserverCounter.INVALID);
            return;
        }
        Resolution resolution = byId.get(id);
        if (resolution == null) {
            from.counters().count(NameserverCounter.OUTDATED);
            return;
        }
        Response response = ResponseReader.read(message, resolution.name(), resolution.asking());
        from.counters().count(NameserverCounter.of(response.kind()));
        resolution.onResponse(from, response, nowMs());
    }
}
