// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.model.ClusterConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import io.tandem.node.boot.Daemon;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.link.LivenessLinks;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.router.ReactorThread;
import io.tandem.vrrp.router.RealTime;
import io.tandem.vrrp.router.VirtualRouter;
import io.tandem.vrrp.router.VirtualRouters;
import io.tandem.vrrp.track.Trackers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The guardian, wired: virtual routers, liveness links, the proxy and what tells others about them.
 *
 * <p>Commands (reload, stop) come from signal threads and are taken one at a time; the virtual routers run on the reactor's
 * thread; the proxy's news arrive on {@link Worker}'s threads.
 */
final class Guardian implements AutoCloseable {
    /** A proxy that dies sooner than this after its start is started again only after a pause. */
    private static final long SHORT_LIFE_NS = 5_000_000_000L;

    private static final long FIRST_PAUSE_MS = 100;
    private static final long MAX_PAUSE_MS = 10_000;
    private static final long HAND_OVER_MS = 600;
    private static final long STOP_MS = 5_000;
    /** The proxy itself gives up earlier; this is for one that hangs. */
    private static final long DRAIN_MS = 1_000;
    /** Requests that were under way when the address moved. */
    private static final long LAST_ANSWERS_MS = 100;

    private static final String NOT_READY = "proxy-not-ready";

    private final GuardianOptions options;
    private final GuardianConfig started;
    private final MasterLog log;
    private final @Nullable Daemon daemon;
    private final RunDirectory directory;
    private final SdNotify systemd;
    private final Reactor reactor;
    private final ReactorThread thread;
    private final VirtualRouters routers;
    private final Trackers trackers;
    private final Notices notices;
    private final @Nullable LivenessLinks links;
    private final Operations operations;
    private final HeartbeatFile heartbeat;
    private final ProxyFaults watcher;
    private final ProxyWatch watch;
    private final Worker worker;
    private final StatusServer status;
    private final Answers answers;
    private final long startedAtNs = System.nanoTime();
    private final CountDownLatch workerGone = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);

    private final Reloads reloads;
    private final AtomicLong restarts = new AtomicLong();
    private volatile String proxyState = "starting"; // written by the worker's threads, read by any
    private volatile boolean warm; // likewise
    private volatile boolean wasReady; // likewise
    private volatile boolean stopping; // written by the stopping thread, read by any
    private volatile Role role = Role.BACKUP; // written by the reactor's thread, read by any
    private volatile long workerStartedAtNs; // written by the worker's threads
    private volatile int exitCode; // written before finished is counted down
    private long pauseMs = FIRST_PAUSE_MS; // used by the thread that waits for the proxy's end

    /** @param daemon the parent that waits in the foreground for this process to be ready, or null */
    Guardian(GuardianOptions options, GuardianConfig config, Spawner spawner, MasterLog log, @Nullable Daemon daemon)
            throws IOException {
        this.daemon = daemon;
        this.options = options;
        this.started = config;
        this.log = log;
        directory = RunDirectory.open(System.getenv());
        systemd = SdNotify.open(options.systemd(), System.getenv());
        reactor = new Reactor();
        notices = new Notices(config.vrrp(), log);
        routers = new VirtualRouters(reactor, config.routers(), log, new Told());
        routers.use(config.vrrp().statics());
        routers.delay(config.vrrp().globals().host().linkDelays());
        trackers = new Trackers(routers, log);
        routers.onInterface(trackers::onInterface);
        links = links(config);
        if (links != null) {
            routers.use(links);
        }
        operations = new Operations(config.operating(), reactor, routers, links, log);
        heartbeat = HeartbeatFile.create(directory.worker().resolve(GuardianLink.HEARTBEAT));
        watcher = new ProxyFaults(routers, log);
        watch = new ProxyWatch(heartbeat, watcher);
        reactor.add(watch);
        worker = new Worker(
                spawner, WorkerCommand.of(System.getenv(), options.arguments()), directory, heartbeat, new Life());
        worker.files(config.proxyFiles());
        reloads = new Reloads(
                options, log, systemd, this::apply, () -> !routers.status().isEmpty(), worker);
        answers = new Answers(
                reactor,
                routers,
                reloads,
                notices,
                new VrrpCommands(routers, operations.gate(), this::snapshot, new Clients()),
                this::snapshot);
        status = StatusServer.open(directory.base(), answers::to);
        thread = ReactorThread.start(reactor, log);
        trackers.track(config.routers());
    }

    private @Nullable LivenessLinks links(GuardianConfig config) throws IOException {
        ClusterConfig cluster = config.cluster();
        byte[] secret = config.secret();
        return cluster == null || secret == null || cluster.members().size() < 2
                ? null
                : new LivenessLinks(reactor, cluster, secret, routers, log);
    }

    /** Starts everything and returns; {@link #awaitEnd} waits. */
    void start() throws IOException {
        writePidFile();
        // Faulted until the proxy accepts: an address without a proxy behind it would be a black hole.
        routers.fault(NOT_READY);
        notices.start(routers);
        if (links != null) {
            links.start();
        }
        worker.start();
        RealTime.raiseOtherThreads();
    }

    /** @return the exit status */
    int awaitEnd() {
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return exitCode;
    }

    /** SIGUSR2, SIGHUP. */
    void reload() {
        reloads.load();
    }

    /** keepalived's dumps, for programs that read them; into the files where keepalived writes them. */
    void writeDump(String kind) {
        notices.writeDump(kind, routers.status());
    }

    /**
     * SIGTERM, SIGINT (at once) and SIGUSR1 (softly): gives the addresses to a peer, stops the proxy, ends.
     *
     * @param status what the process ends with
     */
    void stop(boolean soft, int status) {
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
        }
        reloads.refuse();
        systemd.stopping();
        log.warning("Exiting Master process...");
        // Clients that keep connections open are told to come again while the address is still here.
        drain(DRAIN_MS);
        // The address first: once it has moved, no new connection comes here.
        boolean served = role == Role.ACTIVE;
        routers.stop(HAND_OVER_MS);
        if (served) {
            // What reached this node before the address moved is answered from here.
            drain(LAST_ANSWERS_MS);
        }
        // From here on its silence is no news.
        reactor.execute(watch::forget);
        worker.send(soft ? "stop soft" : "stop hard");
        if (worker.pid() != 0) {
            worker.signal(soft ? 10 : Worker.SIGTERM);
        } else {
            workerGone.countDown();
        }
        awaitWorker(soft);
        log.warning("All workers exited. Exiting... (" + status + ")");
        finish(status);
    }

    private void drain(long limitMs) {
        try {
            if (worker.pid() != 0 && proxyState.equals("ready") && !worker.drain(limitMs)) {
                log.info("guardian drain is=late after-ms=" + limitMs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Those of the proxy, while an operator's word moves the addresses and this node lives on. */
    private final class Clients implements VrrpCommands.Clients {
        @Override
        public void sendAway() {
            drain(DRAIN_MS);
        }

        @Override
        public void welcome() {
            if (!stopping) {
                worker.send("serve");
            }
        }
    }

    private void awaitWorker(boolean soft) {
        try {
            if (soft) {
                workerGone.await();
            } else if (!workerGone.await(STOP_MS, TimeUnit.MILLISECONDS)) {
                log.warning("worker " + worker.pid() + " did not stop within " + STOP_MS + " ms: killed");
                worker.signal(Worker.SIGKILL);
                workerGone.await(STOP_MS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void finish(int code) {
        exitCode = code;
        finished.countDown();
    }

    /** Prints what a load found, as HAProxy does. */
    static void report(MasterLog log, Problems problems) {
        for (Problem problem : problems.all()) {
            String text =
                    "config : " + problem.text() + (problem.remedy() == null ? "" : "\n    fix: " + problem.remedy());
            if (problem.severity() == Severity.ALERT) {
                log.alert(text);
            } else {
                log.warning(text);
            }
        }
    }

    private void apply(GuardianConfig config) {
        config.waitsForStart(started).forEach(log::warning);
        worker.files(config.proxyFiles());
        notices.reload(config.vrrp(), routers.status());
        routers.use(config.vrrp().statics());
        routers.delay(config.vrrp().globals().host().linkDelays());
        routers.reload(config.routers());
        trackers.track(config.routers());
        operations.reload(config.operating());
        worker.send("watch " + operations.watchedBackends());
    }

    /** The virtual routers' news, on the reactor's thread. */
    private final class Told implements VirtualRouter.StateListener {
        @Override
        public void onState(VirtualRouter router, StateChange change) {
            Guardian.this.onState(router, change);
        }

        @Override
        public void onPriority(VirtualRouter router) {
            notices.notifier().onPriority(router.config(), router.priority(), router.state());
        }

        @Override
        public void onLowerPriority(VirtualRouter router) {
            notices.notifier().onLowerPriority(router.config(), router.priority());
        }

        @Override
        public void onDeleted(VirtualRouter router) {
            notices.notifier().onDeleted(router.config());
        }
    }

    private void onState(VirtualRouter router, StateChange change) {
        notices.notifier().onState(router.config(), router.priority(), change);
        operations.onState(router, change);
        boolean active = change.to() == State.ACTIVE;
        for (VirtualRouter other : routers.all()) {
            active |= other != router && other.state() == State.ACTIVE;
        }
        Role now = active ? Role.ACTIVE : Role.BACKUP;
        if (now != role) {
            role = now;
            // Off the real-time thread: the socket may be full.
            offReactor(() -> worker.send("role " + now));
        }
    }

    private static void offReactor(Runnable task) {
        Thread sender = new Thread(task, "role");
        sender.setDaemon(true);
        sender.start();
    }

    /** The proxy's news, on the worker's threads. */
    private final class Life implements Worker.Listener {
        @Override
        public void onStarted(int pid) {
            workerStartedAtNs = System.nanoTime();
            proxyState = "starting";
            operations.gate().proxyIsNew();
            log.notice("New worker (" + pid + ") forked");
            reactor.execute(() -> {
                watcher.about(pid);
                watch.watch(pid, System.nanoTime());
            });
        }

        @Override
        public void onReady(boolean isWarm) {
            warm = isWarm;
            operations.gate().warm(isWarm);
            if (proxyState.equals("ready")) {
                return;
            }
            proxyState = "ready";
            worker.send("role " + role);
            RealTime.raiseOtherThreads();
            routers.clear(NOT_READY);
            if (!wasReady) {
                wasReady = true;
                log.notice("Loading success.");
                // What counts is life after the start: classes have been loaded and paths compiled.
                reactor.lateness().reset();
                stopOthers();
                releaseParent();
            }
            systemd.ready("Ready.");
        }

        @Override
        public void onNotReady(String reason) {
            proxyState = "not-ready " + reason;
            log.warning("guardian proxy pid=" + worker.pid() + " is=not-ready reason=" + reason);
            routers.fault(NOT_READY);
            systemd.status("Proxy not ready: " + reason);
        }

        @Override
        public void onReloaded(@Nullable String failure) {
            reloads.answered(failure);
        }

        @Override
        public void onCluster(boolean inSync, Set<String> members) {
            operations.gate().inSync(inSync);
            operations.onView(members);
        }

        @Override
        public void onHello() {
            operations.onHello();
            worker.send("watch " + operations.watchedBackends());
        }

        @Override
        public void onHealth(String ill) {
            operations.onHealth(ill);
        }

        @Override
        public String onAsk(String command) {
            return answers.toProxy(command);
        }

        @Override
        public void onExit(int pid, Spawner.Exit exit) {
            proxyState = "down";
            operations.gate().proxyIsNew();
            operations.onView(null);
            reloads.proxyEnded(exit);
            // At once, whatever the heartbeat has seen.
            routers.fault(NOT_READY);
            reactor.execute(() -> {
                watch.forget();
                watcher.reset();
            });
            String text = "Current worker (" + pid + ") exited with " + exit.describe();
            if (exit.code() == 0) {
                log.warning(text);
            } else {
                log.alert(text);
            }
            if (stopping) {
                workerGone.countDown();
            } else if (!wasReady) {
                // It never served: its messages are on standard error, and another try would say the same.
                finish(exit.code() == 0 ? 1 : exit.code());
            } else {
                restart();
            }
        }
    }

    private void restart() {
        restarts.incrementAndGet();
        boolean pauses = System.nanoTime() - workerStartedAtNs < SHORT_LIFE_NS;
        pauseMs = pauses ? pauseMs : FIRST_PAUSE_MS;
        try {
            while (true) {
                if (pauses) {
                    TimeUnit.MILLISECONDS.sleep(pauseMs);
                    pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
                }
                if (stopping) {
                    workerGone.countDown();
                    return;
                }
                try {
                    worker.start();
                    return;
                } catch (IOException e) { // no process to be had now: the addresses are the other node's meanwhile
                    log.alert("cannot start the worker again: " + e.getMessage());
                    pauses = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void releaseParent() {
        if (daemon != null) {
            log.awaitWritten();
            try {
                daemon.ready();
            } catch (IOException e) {
                log.warning(String.valueOf(e.getMessage()));
            }
        }
    }

    /** {@code -sf} and {@code -st}: this node serves now, the old process may go. */
    private void stopOthers() {
        options.softStop().forEach(pid -> io.tandem.vrrp.netlink.Libc.C.kill(pid.intValue(), 10));
        options.hardStop().forEach(pid -> io.tandem.vrrp.netlink.Libc.C.kill(pid.intValue(), Worker.SIGTERM));
    }

    private GuardianStatus snapshot() {
        return new GuardianStatus(
                ProcessHandle.current().pid(),
                (System.nanoTime() - startedAtNs) / 1_000_000L,
                role,
                worker.pid(),
                proxyState,
                warm,
                reloads.done(),
                reloads.failed(),
                restarts.get(),
                GuardianStatus.readResidentKb(),
                reactor.lateness(),
                routers.status(),
                links == null ? List.of() : links.status(),
                operations.status());
    }

    private void writePidFile() throws IOException {
        Path file = options.pidFile();
        if (file != null) {
            Files.writeString(file, ProcessHandle.current().pid() + "\n");
        }
    }

    @Override
    public void close() throws IOException {
        if (links != null) {
            links.close();
        }
        routers.close();
        trackers.close();
        operations.close();
        notices.close();
        worker.close();
        thread.close();
        status.close();
        systemd.close();
        directory.close();
    }
}
