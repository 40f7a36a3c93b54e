// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerNaming;
import io.tandem.node.backend.ServerNews;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A server whose address follows its name: takes the answers over into its state. Of its section's loop; what it changes of
 * the server is for any thread to see.
 */
final class ResolvedServer implements Requester {
    private static final String DNS_CACHE = "DNS cache";
    private static final String ADDITIONAL = "DNS additional record";

    private final Resolvers resolvers;
    private final Backend backend;
    private final Server server;
    private final ServerNaming naming;
    private final ServerNews news;
    private @Nullable Resolution resolution;

    ResolvedServer(Resolvers resolvers, Backend backend, Server server, ServerNaming naming, ServerNews news) {
        this.resolvers = resolvers;
        this.backend = backend;
        this.server = server;
        this.naming = naming;
        this.news = news;
    }

    Server server() {
        return server;
    }

    Backend backend() {
        return backend;
    }

    ServerNaming naming() {
        return naming;
    }

    /** The name that is searched for now: the configured one, what a service's record says, or an operator. */
    @Nullable String host() {
        return server.host();
    }

    /** Begins to search for its present name. */
    void begin() {
        String host = host();
        DomainName name = host == null ? null : DomainName.parse(host);
        if (name != null) {
            RecordType preferred = naming.preferences().prefersIpv4() ? RecordType.A : RecordType.AAAA;
            Resolution joined = resolvers.join(name, preferred, this);
            resolution = joined;
            if (joined != null && joined.isValid()) {
                onAnswer(joined, null, List.of());
            }
        }
    }

    /** Searches no more. */
    void end() {
        Resolution left = resolution;
        resolution = null;
        if (left != null) {
            resolvers.leave(left, this);
        }
    }

    /** Whether a search for its address goes on. */
    boolean isSearching() {
        return resolution != null;
    }

    /**
     * Has another name from now on ({@code set server … fqdn}); its address stays until the first answer.
     *
     * @return false where {@code host} is no name
     */
    boolean rename(String host) {
        if (DomainName.parse(host) == null) {
            return false;
        }
        end();
        server.state().target().hostOfOperator(host);
        server.state().admin().hostSet();
        begin();
        return true;
    }

    // ---- what the name servers say

    @Override
    public void onAnswer(Resolution of, @Nullable Nameserver by, List<Answer> gone) {
        InetAddress current = address();
        InetAddress chosen = AddressChoice.of(of.answers(), naming.preferences(), current, this::isTaken);
        if (chosen == null) {
            lose("No IP for server ");
            return;
        }
        server.state().target().answered(of.validMs());
        if (!chosen.equals(current)) {
            move(current, chosen, by == null ? DNS_CACHE : by.toString());
            if (by != null) {
                by.counters().count(NameserverCounter.UPDATE);
            }
        }
        if (server.state().admin().unresolved()) {
            news.resolved(backend, server, String.valueOf(host()));
            news.ready(backend, server);
        }
    }

    @Override
    public void onFailure(Resolution of, Status status) {
        long now = resolvers.nowMs();
        // A reload begins a search that has never been answered, but the server may have been found just before.
        if (!of.isHeld(status, now) && !server.state().target().wasAnsweredWithin(resolvers.holdMs(status), now)) {
            lose(status.words());
        }
    }

    /** A service's record names its host, and the same response has its address. */
    void takeAdditional(InetAddress address) {
        InetAddress current = address();
        if (!address.equals(current)) {
            move(current, address, ADDITIONAL);
        }
    }

    /** It has an address again. */
    void readyAgain() {
        if (server.state().admin().unresolved()) {
            news.resolved(backend, server, String.valueOf(host()));
        }
    }

    /** It has no address any more. */
    void lose(String reason) {
        if (!server.state().admin().unresolved()) {
            news.lost(backend, server, reason);
        }
        int port = server.address().getPort();
        server.state().target().move(InetSocketAddress.createUnresolved("-", port));
    }

    private void move(@Nullable InetAddress from, InetAddress to, String by) {
        int port = server.address().getPort();
        server.moveTo(new InetSocketAddress(to, port));
        news.moved(backend, server, from, to, by);
    }

    private @Nullable InetAddress address() {
        return server.address().getAddress();
    }

    /** Whether another server of the backend that is searched for together with it has the address. */
    private boolean isTaken(InetAddress address) {
        Resolution mine = resolution;
        if (mine == null) {
            return false;
        }
        for (Requester other : mine.requesters()) {
            if (other != this
                    && other instanceof ResolvedServer neighbour
                    && neighbour.backend == backend
                    && Objects.equals(neighbour.address(), address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return server.toString();
    }
}
