// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.netty.channel.Channel;
import io.tandem.config.text.Origin;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.content.bandwidth.Bandwidth;
import io.tandem.node.content.cache.CacheUse;
import io.tandem.node.content.compression.Algorithm;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.Peer;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.language.Mode;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.proxyprotocol.Announcement;
import io.tandem.node.proxyprotocol.HeaderDecoder;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Variable;
import io.tandem.node.rules.sample.Variables;
import io.tandem.node.setup.Configuration;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that rules, samples and logs may ask about one exchange.
 *
 * <p>Plain public fields on purpose: the exchange writes them on its event loop, rules read them on the same loop, some
 * of them thousands of times a millisecond; there is no invariant an accessor could guard. Reused from one exchange to
 * the next; {@link #reset} forgets the exchange, not the connection.
 */
public final class Facts {
    private static final LoopLocal<Request> NO_REQUEST = new LoopLocal<>(loop -> new Request());
    private static final int[] NO_LENGTHS = {};
    private static final AtomicLong REQUESTS = new AtomicLong();
    private static final LoopLocal<Response> NO_RESPONSE = new LoopLocal<>(loop -> new Response());

    // ---- the connection: set once when it is accepted
    public final Loop loop;
    /** Where computed values are put. One per loop, valid until the rule that asked has ended. */
    public final Scratch scratch;

    public Configuration configuration;
    public Frontend frontend;
    /** The client's address and port ({@code src}), ours ({@code dst}); PROXY protocol and rules may replace them. */
    public final Peer source = new Peer();

    public final Peer destination = new Peer();
    /** The client's socket, for actions on it; null where there is none. */
    public @Nullable Channel socket;
    /** What stood in front of the connection's bytes (PROXY protocol, NetScaler); null without. */
    public @Nullable Announcement announced;
    /** Which header {@code tcp-request connection expect-…} wants in front of the bytes; null for the bind line's. */
    public @Nullable HeaderDecoder expected;

    /** What they are and were; changes them. */
    public final PeerHistory peers = new PeerHistory(source, destination);
    /** TLS facts of the client connection; null without TLS. */
    public io.tandem.node.frontend.@Nullable TlsFacts tls;
    /** TLS facts of the connection to the server; null without TLS. */
    public io.tandem.node.frontend.@Nullable TlsFacts serverTls;
    /** What ended it before its first request: a number of {@code ConnectionErrors}, 0 for nothing. */
    public int connectionError;
    /** Which listener accepted it: its name in statistics, {@code sock-1} unless {@code name} is given. */
    public String listenerName = "";

    public int listenerId;
    /** The numbers of that listener; null without {@code option socket-stats}. */
    public @Nullable Meters listener;
    /** How operators name the exchange; 0 while nobody has asked for it. */
    public long sessionId;
    /** How many connections the listener has, this one included. */
    public IntSupplier listenerConnections = () -> 0;
    /** How often the client did on its connection what a good one does not; 0 in HTTP/1. */
    public IntSupplier glitches = ServerEnd.NO_GLITCHES;
    /** Variables of the connection and of the exchange; see {@link #variables}. */
    private final VariableScopes scopes;
    /** Those of a health check ({@code check}); null elsewhere. */
    public @Nullable Variables checkVariables;
    /** Stick-table entries this connection and this exchange are counted on ({@code track-sc0} to {@code sc2}). */
    public final Tracking tracking = new Tracking();
    /** Requests seen on this connection, this one included. */
    public int requestsOnConnection;
    /** The major HTTP version that the client's connection speaks. */
    public int httpMajor = 1;

    // ---- the exchange
    /** Of HTTP; empty ones that are shared and stay empty until {@link #beginHttp}. */
    public Request request;

    public Response response;
    /** Whether {@link #response} holds a head. */
    public boolean responding;

    public @Nullable Backend backend;
    public @Nullable Server server;
    /** What the proxy answers by itself after {@link Verdict#REPLY}. */
    public @Nullable Reply reply;
    /** {@code switch-mode http}: the connection goes on as HTTP. */
    public boolean switchesToHttp;

    public boolean switchesToHttp2;
    /** {@link Verdict#CLOSE} ends the server's connection only: what has come from it goes on ({@code close}). */
    public boolean closesServer;
    /** Set by a fetch whose answer may change when more bytes come ({@code tcp-request content}). */
    public boolean incomplete;
    /** What has been received and not yet forwarded, while {@code tcp-request content} rules run. */
    public byte[] content = new byte[0];

    public int contentStart;
    public int contentEnd;
    /** The {@link #content} that {@link #request} was read from, in TCP mode; null elsewhere. */
    public byte @Nullable [] requestContent;
    /**
     * No more bytes will come, or the inspection delay is over: nothing is {@link #incomplete} any more. False only while
     * {@code tcp-request content} rules may still wait.
     */
    public boolean contentFinal = true;

    /** What is here of the request's body while rules are judged; null in TCP mode. */
    public @Nullable BodyBytes requestBody;
    /** What is here of the response's body while rules are judged; null where nobody looks at it. */
    public @Nullable BodyBytes responseBody;
    /** How fast its bodies, or the bytes of a TCP session, may pass; null for as fast as they can. */
    public @Nullable Bandwidth bandwidth;
    /** What it has to do with caches; null for nothing. */
    public @Nullable CacheUse caching;
    /** How the client takes the response compressed; null where it does not, or nobody would do it. */
    public @Nullable Algorithm accepted;
    /** How the response is being compressed; null where it is not. */
    public @Nullable Algorithm encoding;
    /** Whether the backend's rules have let the response pass. */
    public boolean passedBackend;
    /** Whether rules wait for no more of the request's body than has come with the head. */
    public boolean peeksBody;

    /** The rule at which rules that {@link Verdict#WAIT} go on, and in which set; written by {@link Rules}. */
    int resumeAt;

    @Nullable Rules resumeIn;
    /** What the rule that waits wants besides bytes; null where there is no such rule. */
    public @Nullable Awaited awaited;
    /** {@code wait-for-body}: how long a rule that waits does so, milliseconds; 0 where none does. */
    public int bodyWaitMs;
    /** How much of the body it wants; 0 for all of it. */
    public int bodyWaitBytes;
    /** Whether what it has waited for is there. */
    public boolean bodyWaited;
    /** {@link Verdict#REPLY} is to be sent only after {@code timeout tarpit}. */
    public boolean tarpit;
    /** {@link Verdict#CLOSE} is to be done without telling the client. */
    public boolean silent;
    /** How many ACLs are being asked, one by the other ({@code acl()}). */
    public int aclDepth;
    /** What the server said ({@code server_status}); 0 while it has said nothing. */
    public int serverStatus;
    /** {@code strict-mode off}, until its rules end: a change to the message that cannot be made is no error. */
    public boolean lenient;
    /** {@code set-timeout}: instead of the backend's {@code timeout server} and {@code timeout tunnel}, ms; 0 for those. */
    public int serverTimeoutMs;

    public int tunnelTimeoutMs;
    /** {@code set-bc-mark}, {@code set-bc-tos}: what the packets to the server carry; negative for what the system gives them. */
    public long serverMark = -1;

    public int serverTos = -1;
    /** {@code set-retries}: instead of the backend's {@code retries}; negative for that. */
    public int retriesAllowed = -1;
    /** {@code early-hint}: interim responses that the client is to get before anything else; null for none. */
    public @Nullable Hints hints;
    /** {@code disable-l7-retry}: the request is sent once, whatever becomes of it. */
    public boolean onceOnly;
    /** The value of {@code unique-id-format}, made on first use. */
    public byte @Nullable [] uniqueId;
    /** {@code set-log-level}: 0 emerg … 7 debug, {@link #SILENT} for no line, {@link #DEFAULT_LEVEL} as configured. */
    public int logLevel = DEFAULT_LEVEL;

    public static final int DEFAULT_LEVEL = -1;
    public static final int SILENT = -2;
    /** Overrides the service name in logs ({@code <STATS>}, {@code <PROMEX>}); null for the server's name. */
    public @Nullable String service;

    // ---- times: nanoseconds of System.nanoTime unless said otherwise; 0 = did not happen
    /** Wall clock of the connection's acceptance and of the request's first byte, in milliseconds since 1970. */
    public long acceptedAtMs;

    public long requestAtMs;
    public long acceptedNs;
    public long handshakeNs;
    public long requestStartNs;
    public long requestHeadNs;
    public long queuedNs;
    public long connectingNs;
    public long connectedNs;
    public long responseHeadNs;
    public long endNs;

    // ---- what happened
    public int status;

    /** A {@link #status}: what came was no request and had no answer; logged as 0. */
    public static final int UNREADABLE = -2;

    public long bytesIn;
    /** Whether bytes came that are no request: they count for nothing, but the client was no silent one. */
    public boolean sentJunk;

    public long bytesOut;
    public int retries;
    public boolean redispatched;
    /** Its position in the server's and in the backend's queue when it was queued: 1 for the first. */
    public int serverQueue;

    public int backendQueue;
    /** {@code set-priority-class}: the smaller goes first in a queue, -2047..2047. */
    public int priorityClass;
    /** {@code set-priority-offset}: moves its time in a queue, -524287..524287 ms. */
    public int priorityOffsetMs;

    public char terminationWho = Termination.NORMAL;
    public char terminationWhen = Termination.NORMAL;
    /** Why the session is ended whatever it is doing, {@link Termination#DOWN} and its neighbours; or NORMAL. */
    public char killedBy = Termination.NORMAL;
    /** Persistence cookie of the request (N, I, D, V, E, O, U) and what was done to the response (N, I, U, P, R, D). */
    public char cookieRequest = Termination.NORMAL;

    public char cookieResponse = Termination.NORMAL;
    /** {@code force-persist}: persistence sends it even to a server that is down. */
    public boolean persistenceForced;
    /** {@code ignore-persist}: a persistence cookie is neither followed nor set. */
    public boolean persistenceIgnored;
    /** Whether a {@code use-server} rule has chosen the server: cookies are read and not followed. */
    public boolean serverAssigned;
    /** The server that the client's cookie named, while it could be used. */
    public @Nullable Server persistent;
    /** When the client first got its cookie, seconds since 1970; 0 where that is not known ({@code maxlife}). */
    public long cookieFirstSeenS;
    /** Whether the client's cookie needs a newer date ({@code maxidle}). */
    public boolean cookieStale;
    /** Captured values, {@code capture request|response header}; null where nothing is captured. */
    public byte @Nullable [] @Nullable [] requestCaptures;
    /** How much each of them holds; as many as there are slots once the frontend's captures were made. */
    public int[] requestCaptureLengths = NO_LENGTHS;

    public byte @Nullable [] @Nullable [] responseCaptures;

    public int[] responseCaptureLengths = NO_LENGTHS;
    /** {@code capture cookie}: {@code name=value} of the request and of the response. */
    public byte @Nullable [] requestCookie;

    public byte @Nullable [] responseCookie;
    /** Our address toward the server, that of its connection itself; null for none (unix sockets). */
    public @Nullable InetSocketAddress serverSource;
    /** The connection to the server, or the one that was tried last; null for none. */
    public @Nullable ServerEnd serverEnd;
    /** The rule that had the last word ({@code last_rule_file}); null for none. */
    public @Nullable Origin lastRule;
    /** {@link #requestNumber}, once somebody has asked for it; negative before. */
    private long requestNumber = -1;

    /** @param configuration the snapshot this connection began with */
    public Facts(Loop loop, Scratch scratch, Configuration configuration, Frontend frontend) {
        this.loop = loop;
        this.scratch = scratch;
        this.configuration = configuration;
        this.frontend = frontend;
        scopes = VariableScopes.of(configuration.drafts());
        request = NO_REQUEST.of(loop);
        response = NO_RESPONSE.of(loop);
    }

    /** One of several exchanges at once on a connection: what belongs to the connection is the same. */
    public Facts(Facts connection) {
        loop = connection.loop;
        scratch = connection.scratch;
        configuration = connection.configuration;
        frontend = connection.frontend;
        scopes = connection.scopes.another(configuration.drafts());
        request = new Request();
        response = new Response();
        socket = connection.socket;
        followConnection(connection);
    }

    /** To be called before anything is put into {@link #request} where {@link #beginHttp} may not have been. */
    public void ownRequest() {
        if (request == NO_REQUEST.of(loop)) {
            request = new Request();
        }
    }

    /** The connection speaks HTTP, perhaps only from now on. */
    public void beginHttp() {
        request = new Request();
        response = new Response();
    }

    /** Whether there is or will be HTTP, rather than bytes that may be anything. */
    public boolean isHttp() {
        Backend present = backend;
        return frontend.mode() == Mode.HTTP || switchesToHttp || (present != null && present.mode() == Mode.HTTP);
    }

    /** Whether what came to a proxy in HTTP mode was no request, as far as it came: then there is no exchange to tell about. */
    public boolean lacksRequest() {
        return frontend.mode() == Mode.HTTP && request.receivedMethodStart() == request.receivedMethodEnd();
    }

    /** Takes over what may have changed about the connection since the last exchange. */
    public void followConnection(Facts connection) {
        peers.follow(connection.peers);
        announced = connection.announced;
        switchesToHttp = connection.switchesToHttp;
        tls = connection.tls;
        listenerName = connection.listenerName;
        listenerId = connection.listenerId;
        listener = connection.listener;
        listenerConnections = connection.listenerConnections;
        glitches = connection.glitches;
        acceptedAtMs = connection.acceptedAtMs;
        acceptedNs = connection.acceptedNs;
        handshakeNs = connection.handshakeNs;
        requestsOnConnection = connection.requestsOnConnection;
        httpMajor = connection.httpMajor;
        tracking.follow(connection.tracking);
    }

    /** How long a server of {@code backend} may be silent in this exchange: milliseconds, 0 for as long as it likes. */
    public int serverTimeoutMs(Backend backend) {
        return serverTimeoutMs > 0 ? serverTimeoutMs : backend.timeouts().server();
    }

    /** The limits of {@code backend} in this exchange. */
    public Timeouts timeouts(Backend backend) {
        Timeouts configured = backend.timeouts();
        return serverTimeoutMs == 0 && tunnelTimeoutMs == 0
                ? configured
                : configured.with(
                        serverTimeoutMs(backend), tunnelTimeoutMs > 0 ? tunnelTimeoutMs : configured.tunnel());
    }

    /**
     * Which request or session of the process it is, from 0 ({@code %rt}). Only those are counted that are asked: loops share no
     * counter that nobody wants to know. HAProxy counts the others, too.
     */
    public long requestNumber() {
        if (requestNumber < 0) {
            requestNumber = REQUESTS.getAndIncrement();
        }
        return requestNumber;
    }

    /** Takes note of how it ended, unless that has been said already; what kills a session is named before what it was doing. */
    public void terminated(char who, char when) {
        if (terminationWho == Termination.NORMAL) {
            terminationWho = killedBy != Termination.NORMAL ? killedBy : who;
            terminationWhen = when;
        }
    }

    /** Counts for the frontend, and for the listener where that has numbers of its own. */
    public void countInFront(ProxyCounter counter) {
        frontend.meters().count(loop.index(), counter);
        Meters own = listener;
        if (own != null) {
            own.count(loop.index(), counter);
        }
    }

    /** Nobody waits any more for what a rule has waited for. */
    public void forgetAwaited() {
        Awaited present = awaited;
        if (present != null) {
            awaited = null;
            present.forget();
        }
    }

    /** The connection is over. */
    public void endConnection(long nowMs) {
        tracking.endConnection(nowMs);
        scopes.end();
        releaseBandwidth();
    }

    private void releaseBandwidth() {
        Bandwidth limits = bandwidth;
        if (limits != null) {
            bandwidth = null;
            limits.release();
        }
    }

    /** Forgets the exchange, keeps the connection. */
    public void reset() {
        tracking.endExchange(loop.nowNs() / 1_000_000);
        peers.restore();
        request.clear();
        response.clear();
        responding = false;
        backend = null;
        server = null;
        reply = null;
        incomplete = false;
        closesServer = false;
        service = null;
        retriesAllowed = -1;
        requestAtMs = 0;
        sessionId = 0;
        requestStartNs = 0;
        requestHeadNs = 0;
        queuedNs = 0;
        connectingNs = 0;
        connectedNs = 0;
        responseHeadNs = 0;
        endNs = 0;
        status = 0;
        bytesIn = 0;
        bytesOut = 0;
        retries = 0;
        redispatched = false;
        sentJunk = false;
        serverQueue = 0;
        backendQueue = 0;
        priorityClass = 0;
        priorityOffsetMs = 0;
        terminationWho = Termination.NORMAL;
        terminationWhen = Termination.NORMAL;
        killedBy = Termination.NORMAL;
        cookieRequest = Termination.NORMAL;
        cookieResponse = Termination.NORMAL;
        persistenceForced = false;
        persistenceIgnored = false;
        serverAssigned = false;
        persistent = null;
        cookieFirstSeenS = 0;
        cookieStale = false;
        requestCaptures = null;
        requestCaptureLengths = NO_LENGTHS;
        responseCaptures = null;
        responseCaptureLengths = NO_LENGTHS;
        requestCookie = null;
        responseCookie = null;
        serverSource = null;
        serverEnd = null;
        lastRule = null;
        serverTls = null;
        requestNumber = -1;
        scopes.clear();
        tarpit = false;
        silent = false;
        onceOnly = false;
        serverStatus = 0;
        serverTimeoutMs = 0;
        tunnelTimeoutMs = 0;
        serverMark = -1;
        serverTos = -1;
        hints = null;
        uniqueId = null;
        logLevel = DEFAULT_LEVEL;
        contentStart = 0;
        contentEnd = 0;
        contentFinal = true;
        requestContent = null;
        resumeAt = 0;
        resumeIn = null;
        forgetAwaited();
        bodyWaitMs = 0;
        bodyWaitBytes = 0;
        bodyWaited = false;
        peeksBody = false;
        responseBody = null;
        accepted = null;
        encoding = null;
        releaseBandwidth();
        CacheUse cached = caching;
        if (cached != null) {
            caching = null;
            cached.release();
        }
        passedBackend = false;
    }

    /**
     * The variables of a scope: of the process, the connection ({@code sess}) or the exchange ({@code txn}). Those of the request
     * ({@code req}) are gone once the server is connected to or there is a reply, those of the response ({@code res}) are there
     * only then. An exchange that ends without an answer keeps those of its request.
     */
    public Variables variables(Variable.Scope scope) {
        boolean answering = connectedNs != 0 || reply != null || (endNs != 0 && status > 0);
        return switch (scope) {
            case PROC -> Variables.PROCESS;
            case SESS -> scopes.session();
            case TXN -> scopes.exchange();
            case REQ -> answering ? Variables.ABSENT : scopes.request();
            case RES -> answering ? scopes.response() : Variables.ABSENT;
            case CHECK -> checkVariables == null ? Variables.ABSENT : checkVariables;
        };
    }
}
