// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.AgentSettings;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.backend.Observer;
import io.tandem.node.backend.Observing;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerAdmin;
import io.tandem.node.backend.ServerEvents;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The health checks of a process: those of the configuration given last. Used by the thread that loads; the checks run on
 * the event loops, servers in turn.
 */
public final class HealthChecks implements AutoCloseable {
    private final Loops loops;
    private final ServerEvents events;
    private final ServerAdmin admin;
    private final LongSupplier clockMs;
    private List<Planned> running = List.of();

    /** A check and the time between two of it, as configured. */
    private record Planned(ServerCheck check, Round round, int interMs) {}

    /** @param clockMs wall clock, milliseconds since 1970 */
    public HealthChecks(Loops loops, EventLog log, LongSupplier clockMs) {
        this.loops = loops;
        events = new ServerEvents(log);
        admin = new ServerAdmin(log, clockMs);
        this.clockMs = clockMs;
    }

    /** Checks the servers of {@code configuration} from now on, and no others. Their health goes on where it was. */
    public void watch(Configuration configuration) {
        close();
        CheckGlobals globals = configuration.drafts().global().facet(CheckGlobals.KEY);
        List<Planned> all = new ArrayList<>();
        for (Backend backend : configuration.backends()) {
            for (Server server : backend.servers()) {
                watch(configuration, backend, server, globals, all);
            }
        }
        running = all;
        start(all, globals);
    }

    private void watch(
            Configuration configuration, Backend backend, Server server, CheckGlobals globals, List<Planned> all) {
        CheckSettings settings = server.description().check();
        AgentSettings agent = server.description().agent();
        server.state().observer(null);
        if (settings == null && agent == null) {
            return;
        }
        Loop loop = loops.get(all.size() % loops.count());
        Watch watch = new Watch(backend, server, settings, events, clockMs);
        if (settings != null) {
            CheckTarget target = new CheckTarget(loop, configuration, backend, server, settings);
            Round round = new HealthRound(target, watch);
            ServerCheck check = new ServerCheck(loop, round, globals.spread());
            all.add(new Planned(check, round, settings.interMs()));
            Observing observing = settings.observing();
            if (observing != null) {
                server.state()
                        .observer(new Observer(
                                observing,
                                info -> check.hurry(() -> watch.onErrors(observing, info), settings.fastInterMs())));
            }
        }
        if (agent != null) {
            CheckTarget target = new CheckTarget(loop, configuration, backend, server, CheckTarget.bare(agent));
            Round round = new AgentRound(target, agent, watch, admin);
            all.add(new Planned(new ServerCheck(loop, round, globals.spread()), round, agent.interMs()));
        }
    }

    /** The first checks are spread over their interval, so that they never all come at once. */
    private static void start(List<Planned> all, CheckGlobals globals) {
        int shortest = all.stream().mapToInt(Planned::interMs).min().orElse(0);
        int position = 0;
        for (Planned planned : all) {
            long dueNs = planned.round.dueNs();
            if (dueNs == 0) {
                int overMs = Math.max(shortest, planned.interMs);
                if (globals.maxSpreadMs() > 0) {
                    overMs = Math.min(overMs, globals.maxSpreadMs());
                }
                planned.check.start((int) ((long) overMs * position / all.size()));
            } else { // reloads that come quicker than checks must not put them off for ever
                planned.check.start(
                        (int) Math.min(planned.interMs, Math.max(0, (dueNs - System.nanoTime()) / 1_000_000)));
            }
            position++;
        }
    }

    /** Ends all checks. */
    @Override
    public void close() {
        running.forEach(planned -> planned.check.stop());
        running = List.of();
    }
}
