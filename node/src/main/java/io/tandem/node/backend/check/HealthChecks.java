// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.backend.Observer;
import io.tandem.node.backend.Observing;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerEvents;
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
    private final LongSupplier clockMs;
    private List<ServerCheck> running = List.of();

    /** @param clockMs wall clock, milliseconds since 1970 */
    public HealthChecks(Loops loops, EventLog log, LongSupplier clockMs) {
        this.loops = loops;
        events = new ServerEvents(log);
        this.clockMs = clockMs;
    }

    /** Checks the servers of {@code configuration} from now on, and no others. Their health goes on where it was. */
    public void watch(Configuration configuration) {
        close();
        List<ServerCheck> checks = new ArrayList<>();
        List<ServerCheck> fresh = new ArrayList<>();
        List<Integer> intervals = new ArrayList<>();
        for (Backend backend : configuration.backends()) {
            for (Server server : backend.servers()) {
                CheckSettings settings = server.description().check();
                server.state().observer(null);
                if (settings != null) {
                    Watch watch = new Watch(backend, server, settings, events, clockMs);
                    ServerCheck check =
                            new ServerCheck(loops.get(checks.size() % loops.count()), backend, settings, watch);
                    checks.add(check);
                    long dueNs = watch.dueNs();
                    if (dueNs == 0) {
                        fresh.add(check);
                    } else { // reloads that come quicker than checks must not put them off for ever
                        check.start((int)
                                Math.min(settings.interMs(), Math.max(0, (dueNs - System.nanoTime()) / 1_000_000)));
                    }
                    Observing observing = settings.observing();
                    if (observing != null) {
                        server.state().observer(new Observer(observing, info -> check.onErrors(observing, info)));
                    }
                    intervals.add(settings.interMs());
                }
            }
        }
        // the first checks are spread over the shortest interval, so that they never all come at once
        int spreadMs = intervals.stream().mapToInt(Integer::intValue).min().orElse(0);
        for (int i = 0; i < fresh.size(); i++) {
            fresh.get(i).start((int) ((long) spreadMs * i / fresh.size()));
        }
        running = checks;
    }

    /** Ends all checks. */
    @Override
    public void close() {
        running.forEach(ServerCheck::stop);
        running = List.of();
    }
}
