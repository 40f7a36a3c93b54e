// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.node.backend.ServerNews;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one backend that come from one service's SRV records (RFC 2782): each record has a server, as long as there
 * are any; who loses its record waits at the end of the line. Of its section's loop.
 */
final class ServiceRecords implements Requester {
    private static final String REMOVED = "entry removed from SRV record";

    private static final class Place {
        final ResolvedServer server;
        final Answer.Service record;

        Place(ResolvedServer server, Answer.Service record) {
            this.server = server;
            this.record = record;
        }
    }

    private final Resolvers resolvers;
    private final ServerNews news;
    private final Deque<ResolvedServer> free = new ArrayDeque<>();
    private final List<Place> places = new ArrayList<>();
    private @Nullable Resolution resolution;

    ServiceRecords(Resolvers resolvers, ServerNews news) {
        this.resolvers = resolvers;
        this.news = news;
    }

    void add(ResolvedServer server) {
        free.addLast(server);
    }

    void begin(DomainName service) {
        resolution = resolvers.join(service, RecordType.SRV, this);
    }

    void end() {
        Resolution left = resolution;
        resolution = null;
        if (left != null) {
            resolvers.leave(left, this);
        }
    }

    @Override
    public void onAnswer(Resolution of, @Nullable Nameserver by, List<Answer> gone) {
        List<Answer> known = of.answers();
        for (Place place : List.copyOf(places)) {
            if (known.stream().noneMatch(place.record::isSame)) {
                release(place);
            }
        }
        for (Answer answer : known) {
            if (answer instanceof Answer.Service service) {
                place(service);
            }
        }
    }

    @Override
    public void onFailure(Resolution of, Status status) {
        if (!of.isHeld(status, resolvers.nowMs())) {
            List.copyOf(places).forEach(this::release);
        }
    }

    private void place(Answer.Service service) {
        ResolvedServer server = null;
        for (Place place : places) {
            if (place.record.isSame(service)) {
                server = place.server;
            }
        }
        boolean fresh = server == null;
        if (server == null) {
            server = nextFor(service);
            if (server == null) {
                return; // more records than servers
            }
            places.add(new Place(server, service));
        }
        follow(server, service, fresh);
    }

    /** The server that has had this record before, or the one that has waited longest. */
    private @Nullable ResolvedServer nextFor(Answer.Service service) {
        String target = service.target().toString();
        for (ResolvedServer candidate : free) {
            if (target.equals(candidate.server().state().target().host())
                    && candidate.server().address().getPort() == service.port()) {
                free.remove(candidate);
                return candidate;
            }
        }
        return free.pollFirst();
    }

    private void follow(ResolvedServer server, Answer.Service service, boolean fresh) {
        var state = server.server().state();
        String target = service.target().toString();
        boolean renamed = fresh && !Objects.equals(state.target().host(), target);
        if (fresh) {
            server.server().moveTo(withPort(server.server().address(), service.port()));
        }
        String before = state.target().host();
        if (renamed) {
            state.target().host(target);
            state.admin().hostSet();
        }
        if (service.address() != null) {
            server.end();
            server.takeAdditional(service.address());
        }
        if (renamed) {
            news.renamed(server.backend(), server.server(), before, target);
        }
        if (service.address() != null) {
            server.readyAgain();
        } else if (!server.isSearching()) {
            server.begin();
        }
        int weight = service.serverWeight();
        if (!server.naming().preferences().ignoresWeights() && state.weight() != weight) {
            state.weight(weight);
        }
    }

    private static InetSocketAddress withPort(InetSocketAddress address, int port) {
        return address.getAddress() == null
                ? InetSocketAddress.createUnresolved(address.getHostString(), port)
                : new InetSocketAddress(address.getAddress(), port);
    }

    private void release(Place place) {
        places.remove(place);
        ResolvedServer server = place.server;
        server.end();
        server.lose(REMOVED);
        server.server().state().target().host(null);
        server.server().state().target().move(InetSocketAddress.createUnresolved("-", 0));
        free.addLast(server);
    }
}
