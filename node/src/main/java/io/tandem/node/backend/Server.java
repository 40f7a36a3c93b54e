// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.backend.tls.ServerTls;
import io.tandem.node.socket.Endpoints;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One server of one backend as a configuration describes it, with the state that lives on beside it.
 *
 * <p>Immutable, once built, but for {@link #state}, which several configurations may share.
 */
public final class Server {
    /**
     * Which sessions end with a change of a server's state.
     *
     * @param whenDown its own when it goes down ({@code on-marked-down shutdown-sessions})
     * @param backupsWhenUp those of backup servers when it comes up ({@code on-marked-up shutdown-backup-sessions})
     */
    public record Shutdowns(boolean whenDown, boolean backupsWhenUp) {
        public static final Shutdowns NONE = new Shutdowns(false, false);
    }

    /**
     * What a {@code server} line says.
     *
     * @param id the number statistics show, from 1 within the backend
     * @param address where to connect; its port is 0 when {@code keepsClientPort}: ask {@link Server#addressFor}
     * @param keepsClientPort the port the client connected to is used, plus {@code portOffset}
     * @param portOffset may be negative
     * @param weight 0..256
     * @param backup used only when no other server is usable
     * @param limits how many sessions it takes at once
     * @param pool how its idle connections are kept
     * @param shutdowns which sessions end when it goes down or comes up
     * @param properties what makes connections to it differ from one another
     * @param dialing how connections to it are made
     * @param tls how its connections are secured, or null
     * @param redirect what clients that only want to read are sent to instead, in front of their path; or null
     * @param follows the server whose state it follows, {@code PROXY/SERVER}, or null
     * @param cookie the value that names it in persistence cookies, or null
     * @param nonStick never stored in stick tables
     * @param ringKey what its places on a circle of hashes follow from
     * @param check how its health is checked, or null
     * @param agent what is asked of its agent, or null
     * @param origin {@code FILE:LINE}, for messages
     */
    public record Description(
            int id,
            String name,
            InetSocketAddress address,
            boolean keepsClientPort,
            int portOffset,
            int weight,
            boolean backup,
            ServerLimits limits,
            PoolSettings pool,
            Shutdowns shutdowns,
            List<ConnectionProperty> properties,
            Dialing dialing,
            @Nullable ServerTls tls,
            @Nullable String redirect,
            @Nullable String follows,
            @Nullable String cookie,
            boolean nonStick,
            RingKey ringKey,
            @Nullable CheckSettings check,
            @Nullable AgentSettings agent,
            String origin) {
        /** A server with a port of its own that is neither checked nor named in cookies. */
        public Description(
                int id,
                String name,
                InetSocketAddress address,
                int weight,
                boolean backup,
                int maxConnections,
                String origin) {
            this(
                    id,
                    name,
                    address,
                    false,
                    0,
                    weight,
                    backup,
                    ServerLimits.of(maxConnections),
                    PoolSettings.DEFAULT,
                    Shutdowns.NONE,
                    List.of(),
                    Dialing.PLAIN,
                    null,
                    null,
                    null,
                    null,
                    false,
                    RingKey.ID,
                    null,
                    null,
                    origin);
        }

        public Description {
            properties = List.copyOf(properties);
        }
    }

    private final Description description;
    private final ServerState state;
    private final String backendName;
    private final int index;
    private final byte[] nameBytes;
    private final ConnectionProperty[] properties;
    private @Nullable String addressText; // made by whoever first asks; the same whoever it is
    /** What a connection to it must be like for {@link #isReachedAs}; a server's WebSockets have that of the server. */
    private final Description reached;

    private @Nullable ServerNaming naming;
    private boolean hasIdOfItsOwn;
    private Server forWebSockets = this;

    /** @param index a number unique among all servers of the configuration, from 0: the row of per-loop pools */
    public Server(Description description, ServerState state, String backendName, int index) {
        this(description, description, state, backendName, index);
    }

    private Server(Description description, Description reached, ServerState state, String backendName, int index) {
        this.description = description;
        this.reached = reached;
        this.state = state;
        this.backendName = backendName;
        this.index = index;
        properties = description.properties().toArray(ConnectionProperty[]::new);
        nameBytes = description.name().getBytes(StandardCharsets.UTF_8);
    }

    private static String text(InetSocketAddress address) {
        return (address.getAddress() == null ? address.getHostString() : Endpoints.text(address.getAddress())) + ":"
                + address.getPort();
    }

    public Description description() {
        return description;
    }

    /** WebSockets go to it in connections of their own; said before anybody asks. */
    void webSocketsApart(Dialing dialing, @Nullable ServerTls tls, ConnectionProperty version) {
        Description d = description;
        List<ConnectionProperty> all = new ArrayList<>(d.properties());
        all.add(version);
        Description apart = new Description(
                d.id(),
                d.name(),
                d.address(),
                d.keepsClientPort(),
                d.portOffset(),
                d.weight(),
                d.backup(),
                d.limits(),
                d.pool(),
                d.shutdowns(),
                all,
                dialing,
                tls,
                d.redirect(),
                d.follows(),
                d.cookie(),
                d.nonStick(),
                d.ringKey(),
                d.check(),
                d.agent(),
                d.origin());
        forWebSockets = new Server(apart, reached, state, backendName, index);
    }

    /** How it is known by name; said before anybody asks. */
    void known(@Nullable ServerNaming as, boolean idOfItsOwn) {
        naming = as;
        hasIdOfItsOwn = idOfItsOwn;
    }

    /** How it is known by name; null where the configuration has its address. */
    public @Nullable ServerNaming naming() {
        return naming;
    }

    /** The name it is searched by now; null for an address, and for a service's server that has no record. */
    public @Nullable String host() {
        String set = state.target().host();
        ServerNaming known = naming;
        return set != null || known == null || known.service() ? set : known.host();
    }

    /** Whether the configuration says which number it has. */
    public boolean hasIdOfItsOwn() {
        return hasIdOfItsOwn;
    }

    /** It is there from now on: connections to where it was serve nobody else. */
    public void moveTo(InetSocketAddress address) {
        if (!address.equals(address())) {
            state.target().move(address);
            state.moved();
        }
    }

    /** This server as WebSockets reach it, in the version of HTTP that {@code ws} names; mostly this one itself. */
    public Server forWebSockets() {
        return forWebSockets;
    }

    public ServerState state() {
        return state;
    }

    /**
     * Where to connect for a client that connected to {@code clientPort} of ours.
     *
     * @param clientPort 0 where there is none (unix sockets)
     */
    public InetSocketAddress addressFor(int clientPort) {
        if (!description.keepsClientPort()) {
            return address();
        }
        int port = (clientPort + description.portOffset()) & 0xffff;
        return new InetSocketAddress(address().getAddress(), port);
    }

    /** Its address now: the configured one, unless an operator has set another. */
    public InetSocketAddress address() {
        InetSocketAddress moved = state.target().moved();
        return moved != null ? moved : description.address();
    }

    /** How its connections are secured now, or null. */
    public @Nullable ServerTls tls() {
        return state.target().inClear() ? null : description.tls();
    }

    /** Whether a session that comes now would have to wait. */
    public boolean isFull() {
        return state.isFull();
    }

    public String name() {
        return description.name();
    }

    /** The name as logs write it. */
    public byte[] nameBytes() {
        return nameBytes;
    }

    /** Address and port, {@code 192.0.2.1:80}: how stick tables with {@code srvkey addr} name it. */
    public String addressText() {
        InetSocketAddress moved = state.target().moved();
        if (moved != null) {
            return text(moved);
        }
        String known = addressText;
        if (known == null) {
            known = text(description.address());
            addressText = known;
        }
        return known;
    }

    public String backendName() {
        return backendName;
    }

    /** What makes connections to it differ; empty for most servers. Not to be changed. */
    public ConnectionProperty[] properties() {
        return properties;
    }

    /**
     * Whether a connection to {@code other}, the same server in another configuration, is one to this: it leads to the same
     * address, and nothing about TLS is involved.
     */
    public boolean isReachedAs(Server other) {
        return other == this
                || (reached.tls() == other.reached.tls()
                        && reached.keepsClientPort() == other.reached.keepsClientPort()
                        && reached.portOffset() == other.reached.portOffset()
                        && reached.address().equals(other.reached.address()));
    }

    /**
     * Where its places on a circle of hashes begin.
     *
     * @param places how many each server has at most
     */
    public long firstPlace(int places) {
        return description.ringKey().first(this, places);
    }

    public int index() {
        return index;
    }

    @Override
    public String toString() {
        return backendName + "/" + name();
    }
}
