// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VrrpConfig;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tells scripts, FIFOs and mail recipients of transitions, as keepalived does: the script of the moment, then {@code
 * notify} with {@code INSTANCE|GROUP name STATE priority}; on FIFOs a line of the same four words.
 *
 * <p>All is done in the order of the transitions by a thread of its own, which waits for nobody: scripts are started and
 * left alone, a pipe that is full loses lines, mails are handed on. The public methods never block; more than {@value
 * #QUEUE} tasks waiting: the newest are dropped, with a warning.
 */
public final class Notifier implements AutoCloseable {
    private static final int QUEUE = 1024;
    private static final int MOST_RUNNING = 256;
    private static final long CLOSE_MS = 1_000;
    /** A flood of lower advertisements is one event. */
    private static final long LOWER_PRIORITY_GAP_NS = 100_000_000L;

    private final EventLog log;
    private final MailSender mails;
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean tellsAll; // written by the loading thread, read by any
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
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
            (task, executor) -> dropped(executor));

    // All below belongs to the notifier's thread.
    private final GroupStates groups = new GroupStates();
    private final Map<String, Long> lowerHeardNs = new HashMap<>();
    private final Set<String> deleted = new HashSet<>();
    private List<FifoWriter> fifos = new ArrayList<>();
    private boolean configured;

    /** @param mails takes what is to be mailed */
    public Notifier(EventLog log, MailSender mails) {
        this.log = log;
        this.mails = mails;
    }

    /** At the start and after a reload: opens FIFOs, forgets those that are not wanted any more. */
    public void configure(VrrpConfig config, List<Standing> standing) {
        boolean told = tellsAll;
        tellsAll = !config.globals().fifos().isEmpty() || !config.groups().isEmpty();
        if (!told && !tellsAll) {
            return; // nobody to tell but the routers' own scripts: not even a thread is needed
        }
        thread.execute(() -> {
            groups.configure(config.groups());
            boolean first = !configured;
            configured = true;
            List<FifoWriter> next = new ArrayList<>();
            for (NotifyFifo wanted : config.globals().fifos()) {
                FifoWriter same = fifos.stream()
                        .filter(each -> each.config().equals(wanted))
                        .findFirst()
                        .orElse(null);
                if (same == null) {
                    same = new FifoWriter(wanted, log);
                    same.open();
                } else {
                    same.reopen();
                }
                next.add(same);
            }
            fifos.stream().filter(old -> !next.contains(old)).forEach(FifoWriter::close);
            fifos = next;
            if (!first && config.globals().fifosOnReload()) {
                standing.forEach(router ->
                        tellFifos("INSTANCE", router.name(), router.state().keepalivedName(), router.priority()));
            }
        });
    }

    /** Where a router stands at a reload. */
    public record Standing(String name, State state, int priority) {}

    /** A router moved. */
    public void onState(VirtualRouterConfig config, int priority, StateChange change) {
        if (!isOfInterest(config)) {
            return;
        }
        thread.execute(() -> moved(config, priority, change.to()));
    }

    /** A reload takes the router away: what follows is the last of it. */
    public void onDeleted(VirtualRouterConfig config) {
        if (isOfInterest(config)) {
            thread.execute(() -> deleted.add(config.name()));
        }
    }

    private boolean isOfInterest(VirtualRouterConfig config) {
        return tellsAll || !config.scripts().isNone();
    }

    /** Trackers or an operator changed the priority that a router advertises. */
    public void onPriority(VirtualRouterConfig config, int priority, State state) {
        if (config.scripts().tellsPriorities() && (state == State.ACTIVE || state == State.BACKUP)) {
            thread.execute(() -> tellFifos("INSTANCE", config.name(), state.keepalivedName() + "_PRIORITY", priority));
        }
    }

    /** An Active router heard an advertisement of a lower priority. */
    public void onLowerPriority(VirtualRouterConfig config, int priority) {
        if (!isOfInterest(config)) {
            return;
        }
        thread.execute(() -> {
            long now = System.nanoTime();
            Long last = lowerHeardNs.put(config.name(), now);
            if (last == null || now - last >= LOWER_PRIORITY_GAP_NS) {
                run(config.scripts().scripts().get(Moment.MASTER_RX_LOWER_PRI), List.of());
                tellFifos("INSTANCE", config.name(), "MASTER_RX_LOWER_PRI", priority);
            }
        });
    }

    private void moved(VirtualRouterConfig config, int priority, State to) {
        String name = config.name();
        Notify notify = config.scripts();
        if (to == State.INITIALIZE && deleted.remove(name)) {
            // keepalived tells of a router that is gone as of one that failed, unless asked for the word.
            String word = notify.tellsDeleted() ? "DELETED" : "FAULT";
            run(notify.scripts().get(Moment.DELETED), List.of());
            run(notify.any(), List.of("INSTANCE", name, word, Integer.toString(priority)));
            tellFifos("INSTANCE", name, word, priority);
            lowerHeardNs.remove(name);
            groups.forget(name);
            return;
        }
        run(notify.scripts().get(momentOf(to)), List.of());
        run(notify.any(), List.of("INSTANCE", name, to.keepalivedName(), Integer.toString(priority)));
        tellFifos("INSTANCE", name, to.keepalivedName(), priority);
        if (notify.mails() && to != State.INITIALIZE) {
            mails.send(
                    "VRRP Instance " + name + " - Entering " + to.keepalivedName() + " state",
                    to == State.ACTIVE
                            ? "=> VRRP Instance is now owning VRRP VIPs <="
                            : "=> VRRP Instance is no longer owning VRRP VIPs <=");
        }
        groups.moved(name, to).forEach(group -> groupMoved(group, to));
    }

    /** A group has no priority: 0. */
    private void groupMoved(SyncGroupConfig group, State to) {
        Notify notify = group.told();
        run(notify.scripts().get(momentOf(to)), List.of());
        run(notify.any(), List.of("GROUP", group.name(), to.keepalivedName(), "0"));
        tellFifos("GROUP", group.name(), to.keepalivedName(), 0);
        if (notify.mails() && to != State.INITIALIZE) {
            mails.send(
                    "VRRP Group " + group.name() + " - Entering " + to.keepalivedName() + " state",
                    "=> All VRRP group instances are now in " + to.keepalivedName() + " state <=");
        }
    }

    private static Moment momentOf(State state) {
        return switch (state) {
            case ACTIVE -> Moment.MASTER;
            case BACKUP -> Moment.BACKUP;
            case FAULT -> Moment.FAULT;
            case INITIALIZE -> Moment.STOP;
        };
    }

    private void tellFifos(String kind, String name, String state, int priority) {
        for (FifoWriter fifo : fifos) {
            fifo.write(kind + " \"" + name + "\" " + state + " " + priority + "\n");
        }
    }

    private void run(@Nullable Script script, List<String> arguments) {
        if (script == null || script.command().isEmpty()) {
            return;
        }
        if (running.get() >= MOST_RUNNING) {
            log.warning("vrrp notify: " + MOST_RUNNING + " scripts have not ended yet; "
                    + script.command().get(0) + " is not run");
            return;
        }
        List<String> words = new ArrayList<>(script.command());
        words.addAll(arguments);
        try {
            // A last script, at the stop, may outlive this process.
            Process process = Scripts.start(new Script(words, script.user(), script.group()), false);
            running.incrementAndGet();
            process.onExit().thenRun(running::decrementAndGet);
        } catch (IOException e) {
            log.warning("vrrp notify: " + e.getMessage());
        }
    }

    private void dropped(ThreadPoolExecutor executor) {
        if (!executor.isShutdown()) {
            log.warning("vrrp notify: more than " + QUEUE + " are waiting; one is not told");
        }
    }

    /** Finishes what is waiting, within {@value #CLOSE_MS} ms. */
    @Override
    public void close() {
        if (thread.getPoolSize() > 0) {
            thread.execute(() -> fifos.forEach(FifoWriter::close));
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
