// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.TcpKeepAlive;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.backend.pool.OwnConnections;
import io.tandem.node.content.compression.Compression;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.language.Mode;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.log.ProxyLog;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.format.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A frontend: where it listens, what it does with a request, and which backend it hands it to. Immutable. */
public final class Frontend {
    private static final int NO_ID = -1;

    private final int id;
    private final String name;
    private final byte[] nameBytes;
    private final Mode mode;
    private final Meters meters;
    private final Timeouts timeouts;
    private final Rules connectionRules;
    private final Rules sessionRules;
    private final Rules contentRules;
    private final int inspectDelayMs;
    private final Rules requestRules;
    private final Rules responseRules;
    private final Rules afterResponseRules;
    private final Format uniqueIdFormat;
    private final byte @Nullable [] uniqueIdField;
    private final BackendChoice backendChoice;
    private final AccessLog accessLog;
    private final int logSteps;
    private final Intercept intercept;
    private final ProxyLog log;
    private final HttpSettings http;
    private volatile @Nullable Backend itself; // written by any loop, the same each time
    private final @Nullable Compression compression;
    private final TcpKeepAlive keepAlive;
    private volatile int maxConnections; // written by boot and the admin socket's thread, read by any
    private final int sessionRate;
    private final int serverConnections;
    private final boolean countsContinuously;
    private final List<Bind> binds;
    private final @Nullable Receiver receiver;
    private volatile Listening listening = Listening.OPEN; // written by the admin socket's thread, read by any

    /** Whether it accepts, as operators have said ({@code disable frontend}, {@code shutdown frontend}). */
    public enum Listening {
        OPEN,
        /** Until it is enabled again. */
        PAUSED,
        /** For good. */
        STOPPED
    }

    private Frontend(Builder builder) {
        id = builder.id;
        name = builder.name;
        nameBytes = name.getBytes(StandardCharsets.UTF_8);
        mode = builder.mode;
        meters = builder.meters;
        timeouts = builder.timeouts;
        connectionRules = builder.connectionRules;
        sessionRules = builder.sessionRules;
        contentRules = builder.contentRules;
        inspectDelayMs = builder.inspectDelayMs;
        uniqueIdFormat = builder.uniqueIdFormat;
        uniqueIdField = builder.uniqueIdField;
        requestRules = builder.requestRules;
        responseRules = builder.responseRules;
        afterResponseRules = builder.afterResponseRules;
        backendChoice = builder.backendChoice;
        accessLog = builder.accessLog;
        logSteps = builder.logSteps;
        intercept = builder.intercept;
        log = builder.log;
        http = builder.http;
        compression = builder.compression;
        keepAlive = builder.keepAlive;
        maxConnections = builder.maxConnections;
        sessionRate = builder.sessionRate;
        serverConnections = builder.serverConnections;
        countsContinuously = builder.countsContinuously;
        binds = List.copyOf(builder.binds);
        receiver = builder.receiver;
    }

    public int id() {
        return id;
    }

    public String name() {
        return name;
    }

    /** The name as logs write it. */
    public byte[] nameBytes() {
        return nameBytes;
    }

    public Mode mode() {
        return mode;
    }

    public Meters meters() {
        return meters;
    }

    public Timeouts timeouts() {
        return timeouts;
    }

    /** {@code tcp-request connection}. */
    public Rules connectionRules() {
        return connectionRules;
    }

    /** {@code tcp-request session} in {@code mode tcp}: once handshakes are over. With HTTP they are among the request rules. */
    public Rules sessionRules() {
        return sessionRules;
    }

    /** {@code tcp-request content} in {@code mode tcp}: asked again while they {@link io.tandem.node.rules.Verdict#WAIT}. */
    public Rules contentRules() {
        return contentRules;
    }

    /** How long {@link #contentRules} may wait for bytes, {@code tcp-request inspect-delay}. */
    public int inspectDelayMs() {
        return inspectDelayMs;
    }

    /** {@code unique-id-format}; empty where there is none. */
    public Format uniqueIdFormat() {
        return uniqueIdFormat;
    }

    /** {@code unique-id-header}: the field that tells servers the identity of a request, in lower case; or null. */
    public byte @Nullable [] uniqueIdField() {
        return uniqueIdField;
    }

    /** {@code http-request}. */
    public Rules requestRules() {
        return requestRules;
    }

    /** {@code http-response}. */
    public Rules responseRules() {
        return responseRules;
    }

    /** {@code http-after-response}. */
    public Rules afterResponseRules() {
        return afterResponseRules;
    }

    /** {@code use_backend} and {@code default_backend}. */
    public BackendChoice backendChoice() {
        return backendChoice;
    }

    public AccessLog accessLog() {
        return accessLog;
    }

    /** {@code log-steps}: at which of them there is a line, see {@link LogStep#isIn}. */
    public int logSteps() {
        return logSteps;
    }

    /** The most connections at once: 0 for no limit of its own, negative to accept none. */
    public int maxConnections() {
        return maxConnections;
    }

    /** Until the next reload ({@code set maxconn frontend}). */
    public void maxConnections(int most) {
        maxConnections = most;
    }

    /** {@code rate-limit sessions}, 0 for none. */
    public int sessionRate() {
        return sessionRate;
    }

    /** How many connections to servers may rest for one client alone ({@code max-session-srv-conns}). */
    public int serverConnections() {
        return serverConnections;
    }

    /** Whether bytes are counted while sessions last ({@code option contstats}). */
    public boolean countsContinuously() {
        return countsContinuously;
    }

    /** Whether it accepts. */
    public Listening listening() {
        return listening;
    }

    /** Until the next reload. */
    public void listening(Listening now) {
        listening = now;
    }

    /** Where it listens, in the order of the configuration. */
    public List<Bind> binds() {
        return binds;
    }

    /** What becomes of its clients' bytes where it is no proxy; null for a proxy. */
    public @Nullable Receiver receiver() {
        return receiver;
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

    /** What stands for a backend where this side answers by itself what passes for a server's response: it has nothing. */
    public Backend itself() {
        Backend present = itself;
        if (present == null) {
            present = new Backend.Builder(NO_ID, name, mode, new Meters(meters.loops())).build();
            itself = present;
        }
        return present;
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
        public Timeouts timeouts = Timeouts.NONE;
        public Rules connectionRules = Rules.NONE;
        public Rules sessionRules = Rules.NONE;
        public Rules contentRules = Rules.NONE;
        public int inspectDelayMs;
        public Format uniqueIdFormat = Format.EMPTY;
        public byte @Nullable [] uniqueIdField;
        public Rules requestRules = Rules.NONE;
        public Rules responseRules = Rules.NONE;
        public Rules afterResponseRules = Rules.NONE;
        public BackendChoice backendChoice = facts -> null;
        public AccessLog accessLog = AccessLog.NONE;
        public int logSteps = LogStep.AT_THE_END;
        public Intercept intercept = Intercept.NONE;
        public ProxyLog log = ProxyLog.SILENT;
        public HttpSettings http = HttpSettings.DEFAULT;
        public @Nullable Compression compression;
        public TcpKeepAlive keepAlive = TcpKeepAlive.OFF;
        public int maxConnections;
        public int sessionRate;
        public int serverConnections = OwnConnections.MOST;
        public boolean countsContinuously;
        public final List<Bind> binds = new ArrayList<>();
        public @Nullable Receiver receiver;

        public Builder(int id, String name, Mode mode, Meters meters) {
            this.id = id;
            this.name = name;
            this.mode = mode;
            this.meters = meters;
        }

        public Frontend build() {
            return new Frontend(this);
        }
    }
}
