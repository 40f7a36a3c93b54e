// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Downtime;
import io.tandem.node.backend.PoolCount;
import io.tandem.node.backend.QueueLine;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerLimits;
import io.tandem.node.backend.ServerState;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.language.Mode;
import io.tandem.node.observe.Counters;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.observe.SessionTimes;
import io.tandem.node.setup.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes rows of the running configuration, in HAProxy's order: by proxy, the frontend first, its listeners where they are
 * counted apart, then servers, then the backend. A column that nothing measures yet stays empty: an invented 0 would be read as
 * a fact.
 */
public final class Statistics {
    private Statistics() {}

    /** @param nowMs wall clock, milliseconds since 1970 */
    public static List<Row> rows(Configuration configuration, long nowMs) {
        List<Row> rows = new ArrayList<>();
        int f = 0;
        int b = 0;
        List<Frontend> frontends = configuration.frontends();
        List<Backend> backends = configuration.backends();
        while (f < frontends.size() || b < backends.size()) {
            boolean frontendFirst = b == backends.size()
                    || (f < frontends.size()
                            && frontends.get(f).id() <= backends.get(b).id());
            if (frontendFirst) {
                Frontend frontend = frontends.get(f++);
                rows.add(frontend(frontend, configuration.node().maxConnections()));
                for (Bind bind : frontend.binds()) {
                    Meters meters = bind.meters();
                    if (meters != null) {
                        rows.add(listener(frontend, bind, meters));
                    }
                }
            } else {
                Backend backend = backends.get(b++);
                backend.servers().forEach(server -> rows.add(server(backend, server, nowMs)));
                rows.add(backend(backend, nowMs));
            }
        }
        return rows;
    }

    /** @param ofProcess the process's limit, which holds where the frontend has none of its own */
    private static Row frontend(Frontend frontend, int ofProcess) {
        Meters meters = frontend.meters();
        Row row = new Row(Row.Kind.FRONTEND, frontend.name(), frontend.id(), "FRONTEND", 0);
        sessions(row, meters);
        int own = frontend.maxConnections();
        int limit = own == 0 ? ofProcess : Math.max(0, own);
        row.set("slim", limit);
        refusals(row, meters);
        boolean full = (own != 0 || limit > 0) && meters.current() >= limit;
        row.set(
                "status",
                switch (frontend.listening()) {
                    case OPEN -> full ? "FULL" : "OPEN";
                    case PAUSED -> "PAUSED";
                    case STOPPED -> "STOP";
                });
        row.set("rate_lim", frontend.sessionRate());
        row.set("conn_rate", meters.connectionRate().perSecond());
        row.set("conn_rate_max", meters.connectionRate().max());
        count(row, meters, "conn_tot", ProxyCounter.CONNECTIONS);
        count(row, meters, "ssl_sess", ProxyCounter.TLS_SESSIONS);
        count(row, meters, "ssl_reused_sess", ProxyCounter.TLS_RESUMED);
        count(row, meters, "ssl_failed_handshake", ProxyCounter.TLS_FAILED);
        mode(row, frontend.mode());
        if (frontend.mode() == Mode.HTTP) {
            responses(row, meters);
            contents(row, meters);
            row.set("req_rate", meters.requestRate().perSecond());
            row.set("req_rate_max", meters.requestRate().max());
            count(row, meters, "intercepted", ProxyCounter.INTERCEPTED);
            count(row, meters, "wrew", ProxyCounter.HEADER_REWRITE_FAILURES);
        }
        return row;
    }

    private static Row listener(Frontend frontend, Bind bind, Meters meters) {
        Row row = new Row(Row.Kind.LISTENER, frontend.name(), frontend.id(), bind.name(), bind.id());
        traffic(row, meters);
        int limit = bind.maxConnections();
        row.set("slim", limit);
        refusals(row, meters);
        row.set("status", limit > 0 && meters.current() >= limit ? "FULL" : "OPEN");
        row.set("addr", bind.address().written());
        mode(row, frontend.mode());
        count(row, meters, "wrew", ProxyCounter.HEADER_REWRITE_FAILURES);
        return row;
    }

    private static Row server(Backend backend, Server server, long nowMs) {
        ServerState state = server.state();
        Meters meters = state.meters();
        Row row = new Row(
                Row.Kind.SERVER,
                backend.name(),
                backend.id(),
                server.name(),
                server.description().id());
        sessions(row, meters);
        ServerLimits limits = state.limits();
        if (limits.maxConnections() > 0) {
            row.set("slim", limits.maxConnections());
        }
        queue(row, state.queue());
        if (limits.maxQueue() > 0) {
            row.set("qlimit", limits.maxQueue());
        }
        pool(row, state.poolCounters());
        errors(row, meters);
        row.set("status", ServerStatus.of(server));
        row.set("weight", state.effectiveWeight());
        row.set("uweight", state.weight());
        if (state.warmth() < 100) {
            row.set("throttle", state.warmth());
        }
        row.set("act", server.description().backup() ? 0 : 1);
        row.set("bck", server.description().backup() ? 1 : 0);
        changes(row, state.downtime(), nowMs);
        work(row, meters);
        times(row, meters, backend.mode());
        row.set("addr", ServerStatus.address(server));
        row.set("cookie", server.description().cookie());
        mode(row, backend.mode());
        if (backend.mode() == Mode.HTTP) {
            responses(row, meters);
        }
        ServerStatus.check(row, server);
        ServerStatus.agent(row, server);
        return row;
    }

    private static void queue(Row row, QueueLine queue) {
        row.set("qcur", queue.length());
        row.set("qmax", queue.longest());
    }

    private static void pool(Row row, Counters<PoolCount> counters) {
        row.set("idle_conn_cur", counters.sum(PoolCount.IDLE));
        row.set("safe_conn_cur", counters.sum(PoolCount.SAFE));
        row.set("used_conn_cur", counters.sum(PoolCount.USED));
        row.set("need_conn_est", counters.sum(PoolCount.NEEDED));
    }

    private static Row backend(Backend backend, long nowMs) {
        Meters meters = backend.meters();
        Row row = new Row(Row.Kind.BACKEND, backend.name(), backend.id(), "BACKEND", 0);
        sessions(row, meters);
        row.set("slim", backend.state().fullConnections());
        queue(row, backend.state().queues().ofBackend());
        count(row, meters, "dreq", ProxyCounter.DENIED_REQUESTS);
        errors(row, meters);
        int weight = 0;
        int active = 0;
        int backup = 0;
        for (Server server : backend.servers()) {
            if (server.state().isUsable()) {
                weight += server.description().backup() ? 0 : server.state().weight();
                active += server.description().backup() ? 0 : 1;
                backup += server.description().backup() ? 1 : 0;
            }
        }
        boolean up = active + backup > 0 || backend.servers().isEmpty();
        row.set("status", up ? "UP" : "DOWN");
        row.set("weight", weight);
        row.set("uweight", weight);
        row.set("act", active);
        row.set("bck", backup);
        row.set("chkdown", backend.state().downtime().downs());
        changes(row, backend.state().downtime(), nowMs);
        work(row, meters);
        times(row, meters, backend.mode());
        mode(row, backend.mode());
        if (backend.mode() == Mode.HTTP) {
            responses(row, meters);
            contents(row, meters);
        }
        return row;
    }

    private static void traffic(Row row, Meters meters) {
        row.set("scur", meters.current());
        row.set("smax", meters.max());
        count(row, meters, "stot", ProxyCounter.SESSIONS);
        count(row, meters, "bin", ProxyCounter.BYTES_IN);
        count(row, meters, "bout", ProxyCounter.BYTES_OUT);
    }

    /** What frontends and their listeners did not let pass, or could not. */
    private static void refusals(Row row, Meters meters) {
        count(row, meters, "dreq", ProxyCounter.DENIED_REQUESTS);
        count(row, meters, "dresp", ProxyCounter.DENIED_RESPONSES);
        count(row, meters, "ereq", ProxyCounter.REQUEST_ERRORS);
        count(row, meters, "dcon", ProxyCounter.DENIED_CONNECTIONS);
        count(row, meters, "dses", ProxyCounter.DENIED_SESSIONS);
        count(row, meters, "eint", ProxyCounter.INTERNAL_ERRORS);
    }

    private static void sessions(Row row, Meters meters) {
        traffic(row, meters);
        row.set("rate", meters.sessionRate().perSecond());
        row.set("rate_max", meters.sessionRate().max());
    }

    private static void errors(Row row, Meters meters) {
        count(row, meters, "dresp", ProxyCounter.DENIED_RESPONSES);
        count(row, meters, "econ", ProxyCounter.CONNECT_ERRORS);
        count(row, meters, "eresp", ProxyCounter.RESPONSE_ERRORS);
        count(row, meters, "wretr", ProxyCounter.RETRIES);
        count(row, meters, "wredis", ProxyCounter.REDISPATCHES);
    }

    private static void changes(Row row, Downtime downtime, long nowMs) {
        row.set("lastchg", (nowMs - downtime.changedAtMs()) / 1000);
        row.set("downtime", downtime.totalMs(nowMs) / 1000);
    }

    /** What servers and backends have done. */
    private static void work(Row row, Meters meters) {
        count(row, meters, "lbtot", ProxyCounter.BALANCED);
        count(row, meters, "connect", ProxyCounter.CONNECTS);
        count(row, meters, "reuse", ProxyCounter.REUSES);
        count(row, meters, "cli_abrt", ProxyCounter.CLIENT_ABORTS);
        count(row, meters, "srv_abrt", ProxyCounter.SERVER_ABORTS);
        count(row, meters, "eint", ProxyCounter.INTERNAL_ERRORS);
        count(row, meters, "wrew", ProxyCounter.HEADER_REWRITE_FAILURES);
    }

    private static void times(Row row, Meters meters, Mode mode) {
        ProxyCounter sessions = mode == Mode.HTTP ? ProxyCounter.REQUESTS : ProxyCounter.SESSIONS;
        long count = meters.counters().sum(sessions);
        time(row, meters, "qtime", SessionTimes.Part.QUEUE, count);
        time(row, meters, "ctime", SessionTimes.Part.CONNECT, count);
        time(row, meters, "rtime", SessionTimes.Part.RESPONSE, count);
        time(row, meters, "ttime", SessionTimes.Part.TOTAL, count);
    }

    private static void time(Row row, Meters meters, String column, SessionTimes.Part part, long sessions) {
        row.set(column, meters.times().average(part, sessions));
        row.set(column + "_max", meters.times().max(part));
    }

    private static void responses(Row row, Meters meters) {
        count(row, meters, "hrsp_1xx", ProxyCounter.RESPONSES_1XX);
        count(row, meters, "hrsp_2xx", ProxyCounter.RESPONSES_2XX);
        count(row, meters, "hrsp_3xx", ProxyCounter.RESPONSES_3XX);
        count(row, meters, "hrsp_4xx", ProxyCounter.RESPONSES_4XX);
        count(row, meters, "hrsp_5xx", ProxyCounter.RESPONSES_5XX);
        count(row, meters, "hrsp_other", ProxyCounter.RESPONSES_OTHER);
        count(row, meters, "req_tot", ProxyCounter.REQUESTS);
    }

    /** What has happened to the content of responses. */
    private static void contents(Row row, Meters meters) {
        count(row, meters, "comp_in", ProxyCounter.COMPRESSED_IN);
        count(row, meters, "comp_out", ProxyCounter.COMPRESSED_OUT);
        count(row, meters, "comp_byp", ProxyCounter.COMPRESSION_BYPASSED);
        count(row, meters, "comp_rsp", ProxyCounter.COMPRESSED_RESPONSES);
        count(row, meters, "cache_lookups", ProxyCounter.CACHE_LOOKUPS);
        count(row, meters, "cache_hits", ProxyCounter.CACHE_HITS);
    }

    private static void mode(Row row, Mode mode) {
        row.set("mode", mode.name().toLowerCase(Locale.ROOT));
    }

    private static void count(Row row, Meters meters, String column, ProxyCounter counter) {
        row.set(column, meters.counters().sum(counter));
    }
}
