// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerNaming;
import io.tandem.node.backend.ServerNews;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The searches for names of a process: those of the configuration given last. Used by the thread that loads; sections live on
 * the event loops, in turn.
 */
public final class Resolving implements NodeRuntime.Names, AutoCloseable {
    /** How long an operator's command waits for the section's loop, which may be busy. */
    private static final long PATIENCE_MS = 2000;

    private final Loops loops;
    private final ServerNews news;
    private volatile List<Work> running = List.of(); // written by the thread that loads, read by operators'

    /** One section's servers. */
    private static final class Work {
        final Resolvers resolvers;
        final Map<String, ResolvedServer> servers = new LinkedHashMap<>();
        final Map<String, ServiceRecords> services = new LinkedHashMap<>();
        final Map<ServiceRecords, DomainName> names = new HashMap<>();

        Work(Resolvers resolvers) {
            this.resolvers = resolvers;
        }

        void begin() {
            for (ResolvedServer server : servers.values()) {
                if (!server.naming().service()
                        || server.server().state().target().hostIsOperators()) {
                    server.begin();
                }
            }
            names.forEach(ServiceRecords::begin);
        }

        void end() {
            servers.values().forEach(ResolvedServer::end);
            services.values().forEach(ServiceRecords::end);
        }
    }

    /** @param clockMs wall clock, milliseconds since 1970 */
    public Resolving(Loops loops, EventLog log, LongSupplier clockMs) {
        this.loops = loops;
        this.news = new ServerNews(log, clockMs);
    }

    /** Searches for the names in {@code configuration} from now on, and for no others. What is known of servers stays. */
    public void watch(Configuration configuration) {
        close();
        List<Work> next = new ArrayList<>();
        for (Resolvers resolvers : ResolversLines.of(configuration)) {
            resolvers.start(loops.get(next.size() % loops.count()));
            Work work = new Work(resolvers);
            for (Backend backend : configuration.backends()) {
                for (Server server : backend.servers()) {
                    add(work, backend, server);
                }
            }
            resolvers.execute(work::begin);
            next.add(work);
        }
        running = List.copyOf(next);
    }

    private void add(Work work, Backend backend, Server server) {
        ServerNaming naming = server.naming();
        if (naming == null || !work.resolvers.name().equals(naming.resolvers())) {
            return;
        }
        ResolvedServer resolved = new ResolvedServer(work.resolvers, backend, server, naming, news);
        work.servers.put(server.toString(), resolved);
        if (naming.service()) {
            ServiceRecords records = work.services.computeIfAbsent(
                    backend.name() + "/" + naming.host(), service -> new ServiceRecords(work.resolvers, news));
            records.add(resolved);
            DomainName name = DomainName.parse(naming.host());
            if (name != null) {
                work.names.put(records, name);
            }
        }
    }

    /** Searches for no names of servers any more. */
    @Override
    public void close() {
        for (Work work : running) {
            work.resolvers.execute(work::end);
        }
        running = List.of();
    }

    @Override
    public boolean rename(Server server, String host) {
        for (Work work : running) {
            ResolvedServer resolved = work.servers.get(server.toString());
            if (resolved != null) {
                CompletableFuture<Boolean> done = new CompletableFuture<>();
                return work.resolvers.execute(() -> done.complete(resolved.rename(host))) && await(done);
            }
        }
        return false;
    }

    private static boolean await(CompletableFuture<Boolean> done) {
        try {
            return Boolean.TRUE.equals(done.get(PATIENCE_MS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException failed) {
            return false;
        }
    }
}
