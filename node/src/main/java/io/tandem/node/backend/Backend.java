// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.backend.check.CheckPlan;
import io.tandem.node.content.compression.Compression;
import io.tandem.node.frontend.Intercept;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.language.Mode;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.log.ProxyLog;
import io.tandem.node.rules.Rules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A backend: its servers, how one is chosen, and the rules on the way there and back. Immutable. */
public final class Backend {
    private final int id;
    private final String name;
    private final Mode mode;
    private final Meters meters;
    private final BackendState state;
    private final Timeouts timeouts;
    private final List<Server> servers;
    private final Map<String, Server> serversByName = new HashMap<>();
    private final Balancer balancer;
    private final CheckPlan checkPlan;
    private final Persistence persistence;
    private final Rules contentRules;
    private final int inspectDelayMs;
    private final Rules responseContentRules;
    private final int responseInspectDelayMs;
    private final Rules requestRules;
    private final Rules responseRules;
    private final Rules afterResponseRules;
    private final Intercept intercept;
    private final ProxyLog log;
    private final HttpSettings http;
    private final @Nullable Compression compression;
    private final TcpKeepAlive keepAlive;
    private final int retries;
    private final int redispatch;
    private final RetryOn retryOn;
    private final int keepAliveQueue;
    private final boolean hashes;
    private final boolean readsPosts;
    private final boolean alsoListens;

    private Backend(Builder builder) {
        id = builder.id;
        name = builder.name;
        mode = builder.mode;
        meters = builder.meters;
        state = builder.state;
        timeouts = builder.timeouts;
        servers = List.copyOf(builder.servers);
        servers.forEach(server -> serversByName.putIfAbsent(server.name(), server));
        balancer = builder.balancer;
        afterResponseRules = builder.afterResponseRules;
        checkPlan = builder.checkPlan;
        persistence = builder.persistence;
        contentRules = builder.contentRules;
        inspectDelayMs = builder.inspectDelayMs;
        responseContentRules = builder.responseContentRules;
        responseInspectDelayMs = builder.responseInspectDelayMs;
        requestRules = builder.requestRules;
        responseRules = builder.responseRules;
        intercept = builder.intercept;
        log = builder.log;
        http = builder.http;
        compression = builder.compression;
        keepAlive = builder.keepAlive;
        retries = builder.retries;
        redispatch = builder.redispatch;
        retryOn = builder.retryOn;
        keepAliveQueue = builder.keepAliveQueue;
        hashes = builder.hashes;
        readsPosts = builder.readsPosts;
        alsoListens = builder.alsoListens;
    }

    public int id() {
        return id;
    }

    public String name() {
        return name;
    }

    public Mode mode() {
        return mode;
    }

    public Meters meters() {
        return meters;
    }

    /** What survives reloads. */
    public BackendState state() {
        return state;
    }

    public Timeouts timeouts() {
        return timeouts;
    }

    /** In the order of the configuration. */
    public List<Server> servers() {
        return servers;
    }

    public Optional<Server> server(String name) {
        return Optional.ofNullable(serversByName.get(name));
    }

    /** What health checks of its servers ask. */
    public CheckPlan checkPlan() {
        return checkPlan;
    }

    /** What brings clients back to the server they had. */
    public Persistence persistence() {
        return persistence;
    }

    public Balancer balancer() {
        return balancer;
    }

    /** {@code http-after-response}: before those of the frontend. */
    public Rules afterResponseRules() {
        return afterResponseRules;
    }

    /** {@code tcp-request content} in {@code mode tcp}: asked again while they {@link io.tandem.node.rules.Verdict#WAIT}. */
    public Rules contentRules() {
        return contentRules;
    }

    /** How long {@link #contentRules} may wait for bytes. */
    public int inspectDelayMs() {
        return inspectDelayMs;
    }

    /** {@code tcp-response content} in {@code mode tcp}. */
    public Rules responseContentRules() {
        return responseContentRules;
    }

    /** How long {@link #responseContentRules} may wait for bytes. */
    public int responseInspectDelayMs() {
        return responseInspectDelayMs;
    }

    public Rules requestRules() {
        return requestRules;
    }

    public Rules responseRules() {
        return responseRules;
    }

    /** Attempts to connect after the first, {@code retries}; 3 by default. */
    public int retries() {
        return retries;
    }

    /**
     * Whether the next attempt to connect, the {@code retry}th after the first, goes to another server ({@code option
     * redispatch}): with an interval of n every nth does, with -n the nth from the last.
     */
    public boolean redispatchesAt(int retry) {
        return redispatch > 0 ? retry % redispatch == 0 : redispatch < 0 && retry == retries + 1 + redispatch;
    }

    /** Which failures make a request go out again. */
    public RetryOn retryOn() {
        return retryOn;
    }

    /**
     * How many may wait for the server of a client's last request before the next one goes elsewhere ({@code
     * max-keep-alive-queue}); negative for any number.
     */
    public int keepAliveQueue() {
        return keepAliveQueue;
    }

    /** Whether something of the request alone decides which server has it: no client stays with its last one then. */
    public boolean hashes() {
        return hashes;
    }

    /** Whether the bodies of POSTs decide which server has them: they are waited for, up to a buffer full. */
    public boolean readsPosts() {
        return readsPosts;
    }

    /** Whether it is a {@code listen} section: HAProxy calls that a proxy. */
    public boolean alsoListens() {
        return alsoListens;
    }

    /** Whether a server that cannot be had may be replaced by another ({@code option redispatch}). */
    public boolean redispatches() {
        return redispatch != 0;
    }

    /** How many servers can take new clients now. */
    public int usableServers() {
        int usable = 0;
        for (Server server : servers) {
            if (server.state().isUsable()) {
                usable++;
            }
        }
        return usable;
    }

    /** Answers made by the proxy itself, such as the statistics page. */
    public Intercept intercept() {
        return intercept;
    }

    /** Where events about this proxy are written. */
    public ProxyLog log() {
        return log;
    }

    /** How it speaks HTTP. */
    public HttpSettings http() {
        return http;
    }

    /** {@code compression}; null where there is none. */
    public @Nullable Compression compression() {
        return compression;
    }

    /** How the system watches over silent connections. */
    public TcpKeepAlive keepAlive() {
        return keepAlive;
    }

    /** Gathers what the features contribute. */
    public static final class Builder {
        public final int id;
        public final String name;
        public final Mode mode;
        public final Meters meters;
        public BackendState state = new BackendState(0);
        public Timeouts timeouts = Timeouts.NONE;
        public final List<Server> servers = new ArrayList<>();
        public Persistence persistence = Persistence.NONE;
        /** {@code option persist}. */
        public boolean persistToDown;

        public CheckPlan checkPlan = CheckPlan.CONNECT;
        /** Whether the section, or its defaults, say {@code balance}. */
        public boolean balances;

        public Balancer balancer = (facts, avoid) -> null;
        public Rules afterResponseRules = Rules.NONE;
        public Rules contentRules = Rules.NONE;
        public int inspectDelayMs;
        public Rules responseContentRules = Rules.NONE;
        public int responseInspectDelayMs;
        public Rules requestRules = Rules.NONE;
        public Rules responseRules = Rules.NONE;
        public Intercept intercept = Intercept.NONE;
        public ProxyLog log = ProxyLog.SILENT;
        public HttpSettings http = HttpSettings.DEFAULT;
        public @Nullable Compression compression;
        public TcpKeepAlive keepAlive = TcpKeepAlive.OFF;
        public int retries = 3;
        public int redispatch;
        public RetryOn retryOn = RetryOn.DEFAULT;
        public int keepAliveQueue = -1;
        public boolean hashes;
        public boolean readsPosts;
        public boolean alsoListens;

        public Builder(int id, String name, Mode mode, Meters meters) {
            this.id = id;
            this.name = name;
            this.mode = mode;
            this.meters = meters;
        }

        public Backend build() {
            return new Backend(this);
        }
    }
}
