// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.tls.ServerTlsSettings;
import org.jspecify.annotations.Nullable;

/** What the words of a {@code server} line say, on top of the {@code default-server} lines above it. */
public final class ServerSettings {
    String name = "default-server";
    boolean isDefault = true;
    Origin origin = new Origin("", 0, 0);

    @Nullable ServerAddress address;

    int id;
    /** Whether the line says which number it has; of a template's servers all, though the first only gets it. */
    boolean idIsForced;

    int weight = 1;
    boolean backup;
    boolean disabled;
    boolean nonStick;
    RingKey ringKey = RingKey.ID;
    int maxConnections;
    int minConnections;
    boolean shutdownWhenDown;
    boolean shutdownBackupsWhenUp;
    int maxQueue;
    int slowStartMs;
    int lowIdle;
    int maxIdle = PoolSettings.DEFAULT.maxIdle();
    int purgeDelayMs = PoolSettings.DEFAULT.purgeDelayMs();
    int maxReuse = PoolSettings.DEFAULT.maxReuse();
    boolean strictLimit;
    int idlePingMs;
    /** {@code pool-conn-name}: as written, or null. */
    @Nullable String poolName;

    /** What makes connections to it differ from one another; options add theirs. */
    final java.util.List<ConnectionProperty> properties = new java.util.ArrayList<>();

    /** How connections to it are made. */
    Dialing dialing = new Dialing();

    @Nullable String cookie;
    /** {@code redir}: what clients are sent to instead, in front of their path. */
    @Nullable String redirect;

    /** {@code track}: the server whose state it follows, as written. */
    @Nullable String follows;

    /** The same, once found. */
    @Nullable ServerSettings leader;

    @Nullable String leaderName;

    boolean observes;
    boolean observesResponses;
    int errorLimit = 10;
    Observing.OnError onError = Observing.OnError.FAIL_CHECK;
    /** {@code proto}: as written, or null. */
    @Nullable String protocol;

    /** Whether it stands in a ring, and {@code log-proto octet-count}. */
    boolean ofRing;

    boolean countsOctets;

    WebSocketVersion webSockets = WebSocketVersion.AUTO;
    /** Methods in order, {@code none}, {@code libc}, {@code last} or an address; empty for the default. */
    java.util.List<String> initAddress = java.util.List.of();

    /** {@code resolvers}: the section that searches for its address at run time, or null. */
    @Nullable String resolvers;

    boolean prefersIpv4;
    java.util.List<ServerNaming.Network> networks = java.util.List.of();
    boolean allowsDuplicateAddress;
    boolean ignoresRecordWeight;

    /** {@code -dr}: a name that cannot be resolved disables the server, nothing more. */
    boolean mayStayUnresolved;

    private ServerTlsSettings tls = new ServerTlsSettings();

    boolean checked;
    int interMs = 2000;
    int fastInterMs;
    int downInterMs;
    int rise = 2;
    InitialHealth initialHealth = InitialHealth.UP;
    int fall = 3;
    int checkPort;
    java.net.@Nullable InetAddress checkAddress;

    boolean asksAgent;
    int agentPort;
    int agentInterMs = 2000;
    String agentQuestion = "";
    java.net.@Nullable InetAddress agentAddress;
    /** {@code check-proto}: as written, or null. */
    @Nullable String checkProtocol;

    ServerLimits limits() {
        return new ServerLimits(maxConnections, minConnections, maxQueue, slowStartMs);
    }

    /** How it is known by name; null where the line has its address. */
    @Nullable ServerNaming naming() {
        ServerAddress written = address;
        if (written == null || !written.isName()) {
            return null;
        }
        return new ServerNaming(
                written.host(),
                written.isService(),
                resolvers,
                new ServerNaming.Preferences(prefersIpv4, networks, allowsDuplicateAddress, ignoresRecordWeight));
    }

    @Nullable Observing observing() {
        return observes ? new Observing(observesResponses, errorLimit, onError) : null;
    }

    PoolSettings pool() {
        return new PoolSettings(maxIdle, lowIdle, purgeDelayMs, maxReuse, strictLimit, idlePingMs);
    }

    /** Its name; {@code default-server} for those settings. */
    public String name() {
        return name;
    }

    /** What it says about TLS. */
    public ServerTlsSettings tls() {
        return tls;
    }

    /** A server that starts from these settings. */
    ServerSettings copyFor(String name, Origin origin, ServerAddress address) {
        ServerSettings copy = copy();
        copy.name = name;
        copy.isDefault = false;
        copy.origin = origin;
        copy.address = address;
        return copy;
    }

    ServerSettings copy() {
        ServerSettings copy = new ServerSettings();
        copy.weight = weight;
        copy.backup = backup;
        copy.disabled = disabled;
        copy.nonStick = nonStick;
        copy.ringKey = ringKey;
        copy.maxConnections = maxConnections;
        copy.minConnections = minConnections;
        copy.shutdownWhenDown = shutdownWhenDown;
        copy.shutdownBackupsWhenUp = shutdownBackupsWhenUp;
        copy.maxQueue = maxQueue;
        copy.slowStartMs = slowStartMs;
        copy.lowIdle = lowIdle;
        copy.maxIdle = maxIdle;
        copy.purgeDelayMs = purgeDelayMs;
        copy.maxReuse = maxReuse;
        copy.strictLimit = strictLimit;
        copy.idlePingMs = idlePingMs;
        copy.poolName = poolName;
        copy.properties.addAll(properties);
        copy.dialing = dialing.copy();
        copy.cookie = cookie;
        copy.redirect = redirect;
        copy.follows = follows;
        copy.observes = observes;
        copy.observesResponses = observesResponses;
        copy.errorLimit = errorLimit;
        copy.onError = onError;
        copy.protocol = protocol;
        copy.webSockets = webSockets;
        copy.initAddress = initAddress;
        copy.resolvers = resolvers;
        copy.prefersIpv4 = prefersIpv4;
        copy.networks = networks;
        copy.allowsDuplicateAddress = allowsDuplicateAddress;
        copy.ignoresRecordWeight = ignoresRecordWeight;
        copy.mayStayUnresolved = mayStayUnresolved;
        copy.tls = tls.copy();
        copy.checked = checked;
        copy.interMs = interMs;
        copy.fastInterMs = fastInterMs;
        copy.downInterMs = downInterMs;
        copy.rise = rise;
        copy.initialHealth = initialHealth;
        copy.fall = fall;
        copy.checkPort = checkPort;
        copy.checkAddress = checkAddress;
        copy.asksAgent = asksAgent;
        copy.agentPort = agentPort;
        copy.agentInterMs = agentInterMs;
        copy.agentQuestion = agentQuestion;
        copy.agentAddress = agentAddress;
        copy.checkProtocol = checkProtocol;
        return copy;
    }
}
