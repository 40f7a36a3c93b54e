// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.loop.LoopUse;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The numbers of {@code show info}: names, kinds and descriptions are data, in {@code info.tsv}; a value that nothing
 * measures is left out.
 */
public final class ProcessFacts {
    /** One line of {@code show info}: its position in HAProxy's list, name, tags and type. */
    public record Fact(String position, String name, String tags, String type, String doc, Object value) {}

    private static final List<String[]> TABLE = Columns.table("info.tsv");

    private ProcessFacts() {}

    /** @param nowMs wall clock, milliseconds since 1970 */
    public static List<Fact> of(NodeRuntime node, long nowMs) {
        Map<String, Object> values = values(node, nowMs);
        List<Fact> facts = new ArrayList<>();
        for (String[] f : TABLE) {
            Object value = values.get(f[1]);
            if (value != null) {
                facts.add(new Fact(f[0], f[1], f[2], f[3], f[4], value));
            }
        }
        return facts;
    }

    private static Map<String, Object> values(NodeRuntime node, long nowMs) {
        Configuration configuration = node.configuration();
        long uptimeS = (nowMs - node.startedAtMs()) / 1000;
        Map<String, Object> v = new HashMap<>();
        v.put("Name", "HAProxy");
        v.put("Version", NodeRuntime.VERSION);
        v.put("Build info", NodeRuntime.VERSION);
        v.put("Release_date", NodeRuntime.RELEASE_DATE);
        v.put("Nbthread", node.loops());
        v.put("Nbproc", 1);
        v.put("Process_num", 1);
        v.put("Pid", node.pid());
        v.put("Uptime", uptime(uptimeS));
        v.put("Uptime_sec", uptimeS);
        v.put("Start_time_sec", node.startedAtMs() / 1000);
        v.put("CurrConns", sum(configuration, f -> f.meters().current()));
        v.put("CumConns", total(configuration, ProxyCounter.CONNECTIONS));
        v.put("CumReq", total(configuration, ProxyCounter.REQUESTS));
        v.put("CumSslConns", total(configuration, ProxyCounter.TLS_SESSIONS));
        v.put("CurrSslConns", node.tlsConnections().get());
        v.put("MaxSslConns", 0);
        v.put("Maxconn", node.maxConnections());
        v.put("Hard_maxconn", node.hardMaxConnections());
        v.put("Ulimit-n", node.maxDescriptors());
        v.put("Maxsock", node.maxDescriptors());
        v.put("ConnRateLimit", node.connectionLimit().perSecond());
        v.put("SessRateLimit", node.sessionLimit().perSecond());
        v.put("SslRateLimit", node.tlsLimit().perSecond());
        rate(v, "ConnRate", "MaxConnRate", node.totals().connectionRate());
        rate(v, "SessRate", "MaxSessRate", node.totals().sessionRate());
        rate(v, "SslRate", "MaxSslRate", node.totals().tlsRate());
        rate(v, "SslFrontendKeyRate", "SslFrontendMaxKeyRate", node.totals().keyRate());
        v.put("SslFrontendSessionReuse_pct", reused(node));
        rate(v, "SslBackendKeyRate", "SslBackendMaxKeyRate", node.totals().serverKeyRate());
        v.put("FailedResolutions", node.failedResolutions().get());
        LoopUse use = node.loopUse();
        if (use != null) {
            v.put("Tasks", use.tasks());
            v.put("Run_queue", use.waiting());
            v.put("Idle_pct", use.idlePercent());
        }
        memory(v);
        for (String never : List.of(
                "PoolFailed", // a process that runs out of memory ends
                "Maxpipes", // nothing is spliced
                "PipesUsed",
                "PipesFree",
                "TotalSplicdedBytesOut",
                "BusyPolling", // loops sleep
                "DebugCommandsIssued", // there are none
                "Tainted")) {
            v.put(never, 0);
        }
        v.put("CompressBpsIn", node.compression().in().perSecond());
        v.put("CompressBpsOut", node.compression().out().perSecond());
        v.put("CompressBpsRateLim", node.compression().bytesPerSecond());
        v.put("BytesOutRate", node.totals().bytesOutRate().perSecond());
        v.put("TotalBytesOut", total(configuration, ProxyCounter.BYTES_OUT));
        v.put("node", node.nodeName());
        String description = node.description();
        if (description != null) {
            v.put("description", description);
        }
        v.put("Stopping", node.stopping() ? 1 : 0);
        v.put("Listeners", node.listeners().get());
        v.put(
                "Jobs",
                sum(configuration, f -> f.meters().current()) + node.listeners().get());
        v.put("Unstoppable Jobs", 0);
        v.put("DroppedLogs", node.droppedLogs().get());
        v.put("CumRecvLogs", node.receivedLogs().get());
        v.put("ActivePeers", node.peers().active());
        v.put("ConnectedPeers", node.peers().connected());
        return v;
    }

    /** Per cent of the TLS sessions of the last second that took no new key. */
    private static long reused(NodeRuntime node) {
        long sessions = node.totals().tlsRate().perSecond();
        long keys = Math.min(sessions, node.totals().keyRate().perSecond());
        return sessions == 0 ? 0 : 100 - (100 * keys + (sessions - 1) / 2) / sessions;
    }

    /** The heap stands for HAProxy's pools. */
    private static void memory(Map<String, Object> values) {
        Runtime heap = Runtime.getRuntime();
        bytes(values, "Memmax", heap.maxMemory());
        bytes(values, "PoolAlloc", heap.totalMemory());
        bytes(values, "PoolUsed", heap.totalMemory() - heap.freeMemory());
    }

    private static void bytes(Map<String, Object> values, String name, long bytes) {
        values.put(name + "_MB", bytes >> 20);
        values.put(name + "_bytes", bytes);
    }

    private static void rate(Map<String, Object> values, String now, String max, io.tandem.node.observe.Rate rate) {
        values.put(now, rate.perSecond());
        values.put(max, rate.max());
    }

    private static String uptime(long seconds) {
        return String.format(
                "%dd %dh%02dm%02ds", seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    }

    private static long total(Configuration configuration, ProxyCounter counter) {
        return sum(configuration, f -> f.meters().counters().sum(counter));
    }

    private static long sum(Configuration configuration, ToLongFunction<Frontend> number) {
        return configuration.frontends().stream().mapToLong(number).sum();
    }
}
