// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import io.tandem.packaging.bench.load.Held;
import io.tandem.packaging.bench.load.Plan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Memory of an idle connection: a fresh process, its resident set before and after the connections were opened, each time once
 * it has stopped changing: what a compiler uses is given back some seconds after it has ended.
 *
 * <p>In HTTP each connection makes one request, one after the other, so that one connection to the server serves them all; in
 * mode tcp each has its connection to the server and nothing is sent.
 */
record IdleCase(String name, String doc, Features features, double target) implements Experiment {
    private static final int CONNECTIONS = 8000;

    /** So many are there when the marginal measurement begins: what a process loads and compiles once is behind it. */
    private static final int FIRST = 4000;

    private static final int OPEN_SECONDS = 600; // on a machine that others use, too

    /** At rest is what changes by less for {@link #REST_SECONDS}; how long that is waited for. */
    private static final int REST_BYTES = 128 * 1024;

    private static final int REST_SECONDS = 6;
    private static final int MOST_REST_SECONDS = 30;

    /**
     * Bytes per connection.
     *
     * @param fresh over all connections of a fresh process
     * @param marginal over the second half
     * @param afterCollection over all, after a forced collection; NaN where nothing is collected
     */
    private record Cost(double fresh, double marginal, double afterCollection, double base) {}

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        int rounds = bench.options().quick() ? 1 : Math.min(3, bench.options().rounds());
        Rounds<Cost> all = new Rounds<>();
        List<Kind> kinds = new ArrayList<>(List.of(Kind.HAPROXY, Kind.TANDEM));
        if (Cases.nginxCan(features)) {
            kinds.add(1, Kind.NGINX);
        }
        for (int i = 0; i < rounds; i++) {
            Map<Kind, Cost> costs = new EnumMap<>(Kind.class);
            for (Kind kind : kinds) {
                Cost cost = measure(bench, kind);
                costs.put(kind, cost);
                bench.say(
                        "  round %d  %-8s %.0f bytes/connection, marginal %.0f, after a collection %.0f, base %.1f MB",
                        i + 1, kind.label(), cost.fresh(), cost.marginal(), cost.afterCollection(), cost.base() / 1e6);
            }
            all.add(costs);
        }
        return List.of(row(all));
    }

    private Cost measure(Bench bench, Kind kind) throws IOException, InterruptedException {
        try (Contender contender = Contender.start(kind, "0", features, 0, bench)) {
            double base = atRest(contender);
            Held first = open(bench, contender, FIRST);
            double half = atRest(contender);
            Held second = open(bench, contender, CONNECTIONS - FIRST);
            double full = atRest(contender);
            double collected = Double.NaN;
            if (kind == Kind.TANDEM) {
                Tool.run(List.of("jcmd", Long.toString(contender.pid()), "GC.run"), 30);
                collected = (atRest(contender) - base) / CONNECTIONS;
            }
            if (first.standing() + second.standing() < CONNECTIONS) {
                throw new IOException(kind.label() + " dropped idle connections: " + contender.said());
            }
            first.release();
            second.release();
            return new Cost((full - base) / CONNECTIONS, (full - half) / (CONNECTIONS - FIRST), collected, base);
        }
    }

    private Held open(Bench bench, Contender contender, int count) throws IOException, InterruptedException {
        boolean silent = features.protocol() == Features.Protocol.TCP;
        Plan plan = Plan.closedLoop(contender.port(), features.tls(), count, Duration.ZERO);
        Held held = bench.generator().hold(silent ? plan.silent() : plan, silent ? 16 : 1);
        try {
            int failed = held.ready().get(OPEN_SECONDS, TimeUnit.SECONDS);
            if (failed > 0) {
                throw new IOException(failed + " connections could not be had: " + contender.said());
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("only " + held.standing() + " connections came", e);
        }
        return held;
    }

    private static long atRest(Contender contender) throws IOException, InterruptedException {
        long resident = Cpu.memoryOf(contender.pid(), "VmRSS");
        int quiet = 0;
        for (int i = 0; i < MOST_REST_SECONDS && quiet < REST_SECONDS; i++) {
            Thread.sleep(1000);
            long now = Cpu.memoryOf(contender.pid(), "VmRSS");
            if (Math.abs(now - resident) < REST_BYTES) {
                quiet++;
            } else {
                resident = now;
                quiet = 0;
            }
        }
        return Cpu.memoryOf(contender.pid(), "VmRSS");
    }

    private Row row(Rounds<Cost> rounds) {
        Map<String, Double> more = new TreeMap<>();
        for (Kind kind : rounds.kinds()) {
            more.put(kind.label() + "_marginal_bytes", rounds.median(kind, Cost::marginal));
            more.put(kind.label() + "_base_bytes", rounds.median(kind, Cost::base));
        }
        double collected = rounds.median(Kind.TANDEM, Cost::afterCollection);
        more.put("tandem_after_collection_bytes", collected);
        return new Row(
                name,
                "bytes/connection",
                rounds.median(Kind.TANDEM, Cost::fresh),
                rounds.median(Kind.HAPROXY, Cost::fresh),
                rounds.median(Kind.NGINX, Cost::fresh),
                rounds.ratio(Kind.TANDEM, Kind.HAPROXY, Cost::fresh),
                rounds.ratio(Kind.TANDEM, Kind.NGINX, Cost::fresh),
                Ratio.NONE,
                rounds.count(),
                target,
                String.format(
                        Locale.ROOT,
                        "fresh process, no forced collection (with one %.0f); ratio of the marginal cost %.2f",
                        collected,
                        rounds.ratio(Kind.TANDEM, Kind.HAPROXY, Cost::marginal).median()),
                more);
    }
}
