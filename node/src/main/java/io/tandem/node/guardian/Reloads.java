// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reloads: the guardian reads its own part of the configuration, the proxy all of it, and only what both find good takes
 * effect. Asked by signals and by status clients.
 */
final class Reloads {
    private static final long PATIENCE_MS = 60_000;
    private static final String STILL_IN_FORCE = "Reload failed; the configuration before it is in force.";

    private final GuardianOptions options;
    private final MasterLog log;
    private final SdNotify systemd;
    private final Consumer<GuardianConfig> effect;
    private final BooleanSupplier hasRouters;
    private final Worker worker;
    /** Those that the proxy has not answered yet. */
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

    private record Waiting(GuardianConfig config, CompletableFuture<@Nullable String> outcome) {}

    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private boolean refused; // guarded by this

    /**
     * @param effect puts a configuration without mistakes into force
     * @param hasRouters whether virtual routers are at work now
     */
    Reloads(
            GuardianOptions options,
            MasterLog log,
            SdNotify systemd,
            Consumer<GuardianConfig> effect,
            BooleanSupplier hasRouters,
            Worker worker) {
        this.hasRouters = hasRouters;
        this.options = options;
        this.log = log;
        this.systemd = systemd;
        this.effect = effect;
        this.worker = worker;
    }

    long done() {
        return done.get();
    }

    long failed() {
        return failed.get();
    }

    /** The guardian stops: nothing is loaded any more. */
    synchronized void refuse() {
        refused = true;
    }

    /** Loads again; the answer comes from the proxy: null for success, or why the configuration before it is in force. */
    synchronized CompletableFuture<@Nullable String> load() {
        CompletableFuture<@Nullable String> outcome = new CompletableFuture<>();
        if (refused) {
            outcome.complete("the guardian is stopping");
            return outcome;
        }
        log.notice("Reloading HAProxy");
        systemd.reloading();
        Problems problems = new Problems();
        GuardianConfig config = GuardianConfig.load(options, System.getenv(), problems);
        if (config != null && config.routers().isEmpty() && hasRouters.getAsBoolean()) {
            // A file that was cut off, or is about to be written. Who wants no more addresses stops the node.
            problems.add(Problem.alert(
                    null, "no virtual router is left in the files, and some are at work: nothing is changed"));
            config = null;
        }
        Guardian.report(log, problems);
        if (config == null) {
            onFailure(STILL_IN_FORCE);
            outcome.complete(problems.all().stream()
                    .filter(problem -> problem.severity() == Severity.ALERT)
                    .map(Problem::text)
                    .collect(Collectors.joining("\n")));
            return outcome;
        }
        Waiting asked = new Waiting(config, outcome);
        waiting.add(asked);
        // In this order: a worker that ends meanwhile finds it waiting.
        if (worker.isConnected()) {
            worker.send("reload");
        } else if (waiting.remove(asked)) {
            effect.accept(config);
            log.warning("no worker is running; it reads the new configuration when it starts");
            outcome.complete(null);
        }
        return outcome;
    }

    /** {@code tandem reload}: the outcome, once it is known. */
    String loadAndWait() {
        try {
            String failure = load().get(PATIENCE_MS, TimeUnit.MILLISECONDS);
            return failure == null ? "reloaded\n" : "failed\n" + failure.strip() + "\n";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "failed\ninterrupted\n";
        } catch (ExecutionException | TimeoutException e) {
            return "failed\nno answer from the proxy within " + PATIENCE_MS / 1000 + " s\n";
        }
    }

    /** The proxy has loaded, or not; it answers its reloads in their order. */
    synchronized void answered(@Nullable String failure) {
        Waiting first = waiting.poll();
        if (failure == null) {
            if (first != null) {
                effect.accept(first.config());
            }
            done.incrementAndGet();
            log.notice("Loading success.");
            systemd.ready("Ready.");
        } else {
            failure.lines().filter(line -> !line.isBlank()).forEach(log::alert);
            onFailure(STILL_IN_FORCE);
        }
        if (first != null) {
            first.outcome().complete(failure);
        }
    }

    /** Nobody is left to answer; the next proxy begins with the files as they are now. */
    synchronized void proxyEnded(Spawner.Exit exit) {
        Waiting next;
        while ((next = waiting.poll()) != null) {
            onFailure("Reload failed: the proxy has ended.");
            effect.accept(next.config());
            next.outcome().complete("the proxy has ended: " + exit.describe());
        }
    }

    private void onFailure(String status) {
        failed.incrementAndGet();
        log.warning("Loading failure!");
        systemd.ready(status);
    }
}
