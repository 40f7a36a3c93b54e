// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Notify;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs keepalived's notify scripts: {@code notify} with {@code INSTANCE name STATE priority}, the others as written.
 *
 * <p>Started in the order of the transitions, by a thread of its own; not waited for. More than {@value #QUEUE} waiting:
 * the newest are dropped, with a warning.
 */
public final class Notifier implements AutoCloseable {
    private static final int QUEUE = 256;

    private final EventLog log;
    private final ExecutorService thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUE),
            task -> {
                Thread started = new Thread(task, "notify");
                started.setDaemon(true);
                return started;
            },
            (task, executor) -> dropped());

    public Notifier(EventLog log) {
        this.log = log;
    }

    /** Never blocks. */
    public void onState(VirtualRouterConfig config, int priority, StateChange change) {
        Notify scripts = config.scripts();
        run(
                scripts,
                switch (change.to()) {
                    case ACTIVE -> scripts.master();
                    case BACKUP -> scripts.backup();
                    case FAULT -> scripts.fault();
                    case INITIALIZE -> scripts.stop();
                },
                List.of());
        run(
                scripts,
                scripts.any(),
                List.of("INSTANCE", config.name(), change.to().keepalivedName(), Integer.toString(priority)));
    }

    private void run(Notify scripts, @Nullable List<String> command, List<String> arguments) {
        if (command == null || command.isEmpty()) {
            return;
        }
        List<String> words = new ArrayList<>(command);
        words.addAll(arguments);
        thread.execute(() -> {
            try {
                Scripts.builder(words, scripts.user(), scripts.group()).start();
            } catch (IOException e) {
                log.warning("vrrp notify: " + e.getMessage());
            }
        });
    }

    private void dropped() {
        log.warning("vrrp notify: more than " + QUEUE + " scripts are waiting; one is not run");
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
