// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.language.Directive;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Lines about how HAProxy works inside, which mean nothing here: accepted so that a configuration need not be changed, each
 * with a warning that says why. What would change what clients or servers see is never among them.
 */
final class IgnoredLines {
    private static final String EPOLL = "epoll is the only poller";
    private static final String LOOPS = "the event loops choose";
    private static final String HEAP = "TANDEM_HEAP bounds the memory";
    private static final String JAVA = "the Java runtime manages its memory";
    private static final String PIPES = "there are no pipes";
    private static final String COPIES = "received buffers are passed on without a copy where that is possible";
    private static final String NO_QUIC = "QUIC is not offered";
    private static final String NO_LUA = "there is no Lua";
    private static final String NO_CLIENT = "there is no HTTP client for scripts";
    private static final String NO_PROGRAM =
            "the guardian runs nothing besides the proxy. Let the service manager start this program";
    private static final String NO_PEERS =
            "tables are shared among the nodes of a cluster in tandem.conf, not by HAProxy's protocol";
    private static final String PROFILED = "profile with the Java Flight Recorder";

    /** Lines of {@code global}. */
    static final List<Keyword<Directive>> OF_GLOBAL = List.of(
            global("nbproc", "threads serve all; use 'nbthread'"),
            global("debug", "use '-d' on the command line"),
            global("stats bind-process", "the admin socket has a thread of its own"),
            global("tune.chksize", "checks size their buffers themselves"),
            global("numa-cpu-mapping", "the kernel places the threads"),
            global("busy-polling", "the event loops sleep when idle"),
            global("set-dumpable", "the Java runtime decides about core dumps"),
            global("tune.pattern.cache-size", "patterns are indexed; look-ups need no cache"),
            global("strict-limits", "limits that cannot be set are always an error"),
            global("no-memory-trimming", JAVA),
            global("insecure-setuid-wanted", "nothing here keeps programs from changing their user"),
            global("noepoll", EPOLL),
            global("nopoll", EPOLL),
            global("noevports", EPOLL),
            global("nokqueue", EPOLL),
            global("nosplice", "nothing is spliced"),
            global("nogetaddrinfo", "names are resolved by the Java runtime"),
            global("maxpipes", PIPES),
            global("tune.pipesize", PIPES),
            global("tune.maxpollevents", LOOPS),
            global("tune.runqueue-depth", LOOPS),
            global("tune.fd.edge-triggered", LOOPS),
            global("tune.sched.low-latency", LOOPS),
            global("tune.recv_enough", LOOPS),
            global("tune.idletimer", LOOPS),
            global("tune.listener.multi-queue", "each event loop has a listening socket of its own"),
            global("tune.buffers.limit", HEAP),
            global("tune.buffers.reserve", HEAP),
            global("tune.fail-alloc", "it makes HAProxy fail for its own tests"),
            global("tune.peers.max-updates-at-once", "changes of tables are sent in batches of their own size"),
            global("mworker-max-reloads", "a reload leaves no old worker behind"),
            global("profiling.tasks", PROFILED),
            global("httpclient.resolvers.id", NO_CLIENT),
            global("httpclient.resolvers.prefer", NO_CLIENT),
            global("httpclient.ssl.ca-file", NO_CLIENT),
            global("httpclient.ssl.verify", NO_CLIENT),
            global("tune.lua.forced-yield", NO_LUA),
            global("tune.lua.maxmem", NO_LUA),
            global("tune.lua.service-timeout", NO_LUA),
            global("tune.lua.session-timeout", NO_LUA),
            global("tune.lua.task-timeout", NO_LUA),
            global("tune.quic.frontend.conn-tx-buffers.limit", NO_QUIC),
            global("tune.quic.frontend.max-idle-timeout", NO_QUIC),
            global("tune.quic.frontend.max-streams-bidi", NO_QUIC),
            global("tune.quic.retry-threshold", NO_QUIC),
            global("cluster-secret", NO_QUIC),
            // HAProxy 2.7 to 3.x
            global("anonkey", "nothing is shown under other names"),
            global("cpu-policy", "use 'nbthread' and 'cpu-map'"),
            global("cpu-set", "use 'nbthread' and 'cpu-map'"),
            global("expose-deprecated-directives", "nothing here waits for it"),
            global("force-cfg-parser-pause", "it slows HAProxy down for its own tests"),
            global("httpclient.resolvers.disabled", NO_CLIENT),
            global("httpclient.retries", NO_CLIENT),
            global("httpclient.timeout.connect", NO_CLIENT),
            global("limited-quic", NO_QUIC),
            global("no-quic", NO_QUIC),
            global("prealloc-fd", "the kernel's table of descriptors grows as it is used"),
            global("profiling.memory", PROFILED),
            global("tune.applet.zero-copy-forwarding", COPIES),
            global("tune.disable-fast-forward", COPIES),
            global("tune.disable-zero-copy-forwarding", COPIES),
            global("tune.h1.zero-copy-fwd-recv", COPIES),
            global("harden.reject-privileged-ports.quic", NO_QUIC),
            global("tune.h2.be.rxbuf", "a stream's window is what tune.h2.be.initial-window-size says"),
            global("tune.h2.fe.rxbuf", "a stream's window is what tune.h2.fe.initial-window-size says"),
            global("tune.listener.default-shards", "each event loop has a listening socket of its own"),
            global("tune.max-checks-per-thread", "checks are spread over the time between two of them"),
            global("tune.h1.zero-copy-fwd-send", COPIES),
            global("tune.h2.zero-copy-fwd-send", COPIES),
            global("tune.pt.zero-copy-forwarding", COPIES),
            global("tune.quic.zero-copy-fwd-send", NO_QUIC),
            global("tune.quic.max-frame-loss", NO_QUIC),
            global("tune.quic.reorder-threshold", NO_QUIC),
            global("tune.quic.socket-owner", NO_QUIC),
            global("tune.quic.cc-hystart", NO_QUIC),
            global("tune.quic.cubic.min-losses", NO_QUIC),
            global("tune.quic.disable-tx-pacing", NO_QUIC),
            global("tune.quic.disable-udp-gso", NO_QUIC),
            global("tune.quic.frontend.default-max-window-size", NO_QUIC),
            global("tune.quic.frontend.glitches-threshold", NO_QUIC),
            global("tune.quic.frontend.max-data-size", NO_QUIC),
            global("tune.quic.frontend.max-tx-mem", NO_QUIC),
            global("tune.quic.frontend.stream-data-ratio", NO_QUIC),
            global("tune.quic.listen", NO_QUIC),
            global("tune.quic.mem.tx-max", NO_QUIC),
            global("cpu-affinity", "use 'nbthread' and 'cpu-map'"),
            global("max-threads-per-group", "threads have no groups"),
            global("quick-exit", "a stop gives back what it must and no more"),
            global("tune.bufsize.small", HEAP),
            global("tune.defaults.purge", JAVA),
            global("tune.lua.openlibs", NO_LUA),
            global("tune.takeover-other-tg-connections", "threads have no groups"),
            global("tune.events.max-events-at-once", LOOPS),
            global("tune.max-rules-at-once", "all rules of a set run in one go"),
            global("tune.memory.hot-size", JAVA),
            global("tune.renice.runtime", "use the service manager's setting"),
            global("tune.renice.startup", "use the service manager's setting"),
            global("tune.ring.queues", LOOPS),
            global("tune.lua.bool-sample-conversion", NO_LUA),
            global("tune.lua.burst-timeout", NO_LUA),
            global("tune.lua.log.loggers", NO_LUA),
            global("tune.lua.log.stderr", NO_LUA),
            global("warn-blocked-traffic-after", "'show info' and the metrics show how late the event loops are"));

    /** Lines of other sections, and the lines of sections without effect. */
    static final List<Keyword<Directive>> ELSEWHERE = List.of(
            ignored("bind-process", SectionKind.PROXIES, "threads serve all"),
            ignored("grace", SectionKind.PROXIES, "'grace' of the global section delays the end of all listeners"),
            ignored("appsession", SectionKind.PROXIES, "'stick-table' and 'stick on' keep a session with its server"),
            ignored(
                    "option http_proxy",
                    SectionKind.PROXIES,
                    "it was removed in HAProxy 2.5; a server is chosen as always"),
            ignored("option tcpsplice", SectionKind.PROXIES, "received bytes are copied once"),
            ignored("guid", SectionKind.PROXIES, "objects are known by their names"),
            ignored("quic-initial", SectionKind.PROXIES, NO_QUIC),
            ignored("option use-small-buffers", SectionKind.PROXIES, HEAP),
            ignored("command", SectionKind.PROGRAM, NO_PROGRAM),
            ignored("user", SectionKind.PROGRAM, NO_PROGRAM),
            ignored("group", SectionKind.PROGRAM, NO_PROGRAM),
            ignored("option start-on-reload", SectionKind.PROGRAM, NO_PROGRAM),
            ignored("peer", SectionKind.PEERS, NO_PEERS),
            ignored("bind", SectionKind.PEERS, NO_PEERS),
            ignored("default-bind", SectionKind.PEERS, NO_PEERS),
            ignored("server", SectionKind.PEERS, NO_PEERS),
            ignored("default-server", SectionKind.PEERS, NO_PEERS),
            ignored("log", SectionKind.PEERS, NO_PEERS),
            ignored("disabled", SectionKind.PEERS, NO_PEERS),
            ignored("enabled", SectionKind.PEERS, NO_PEERS),
            ignored("trace", SectionKind.TRACES, "HAProxy's sources of traces do not exist here"));

    private IgnoredLines() {}

    private static Keyword<Directive> global(String name, String why) {
        return ignored(name, SectionKind.GLOBAL, why);
    }

    private static Keyword<Directive> ignored(String name, SectionKind section, String why) {
        return ignored(name, EnumSet.of(section), why);
    }

    private static Keyword<Directive> ignored(String name, Set<SectionKind> sections, String why) {
        return Keyword.directive(name, sections)
                .doc("accepted for compatibility")
                .noEffect(why)
                .negatable()
                .as((line, draft) -> {});
    }
}
