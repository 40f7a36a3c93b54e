// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import io.tandem.node.backend.check.HealthChecks;
import io.tandem.node.cli.CommandLine;
import io.tandem.node.cli.Console;
import io.tandem.node.frontend.tls.TlsFeature;
import io.tandem.node.guardian.GuardianLink;
import io.tandem.node.guardian.Role;
import io.tandem.node.language.HeapRoom;
import io.tandem.node.loop.LoopUse;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.EventLog;
import io.tandem.node.observe.ring.RingFeature;
import io.tandem.node.resolve.Resolving;
import io.tandem.node.rules.regex.Regexes;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.socket.HostName;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A running proxy from its first listener to its last connection. All methods but the guardian's and the signals' run on the
 * main thread, which loads and otherwise waits for wishes; a reload reads and builds behind the event loops, and what it found
 * takes effect on the main thread.
 */
final class ProxyProcess {
    private static final String FULL_PRIVILEGES =
            "Some configuration options require full privileges, so global.uid cannot be changed.";
    private static final long DRAIN_POLL_MS = 20;
    /** How long the addresses stay for responses that are under way: a fail-over by intention must not take long. */
    private static final long DRAIN_MS = 300;
    /** How long log servers have for what they have not taken. */
    private static final int LAST_WORDS_MS = 300;

    private final CommandLine command;
    private final Loader loader;
    private final Console console;
    private final ProcessSettings settings;
    private final Loops loops;
    private final NodeRuntime node;
    private final Listeners listeners;
    private final Observers observers;
    private final HealthChecks checks;
    private final Resolving resolving;
    private final Cluster cluster;
    private final Privileges privileges = new Privileges();
    private final BlockingQueue<Wish> wishes = new LinkedBlockingQueue<>();
    private volatile Map<String, List<Integer>> offered = Map.of(); // written by the main thread, read by the hand-over
    private @Nullable GuardianLink guardian;
    private volatile @Nullable GuardianView view; // written by the main thread, read by the link's
    private @Nullable WarmUp prepared;
    private long hardStopAfterMs;
    private long graceMs;

    ProxyProcess(CommandLine command, Loader loader, Console console, ProcessSettings settings) {
        this.command = command;
        this.loader = loader;
        this.console = console;
        this.settings = settings;
        this.loops = Loops.start(settings.loops());
        this.node = Nodes.create(
                loops.count(),
                HostName.orGiven(Optional.ofNullable(command.localPeer()).orElse(settings.nodeName)));
        this.listeners = new Listeners(DataPlane.opener(node, loops));
        this.observers = new Observers(node, this::giveListeners, listeners.commands());
        this.checks = new HealthChecks(loops, node.events(), System::currentTimeMillis);
        this.resolving = new Resolving(loops, node.events(), System::currentTimeMillis);
        node.names(resolving);
        node.loopUse(new LoopUse(loops));
        this.cluster = new Cluster(node, console);
        node.events().listen((level, proxy, text) -> console.say(level.onConsole(), text));
    }

    /** Opens everything; false where it cannot be, which has been said. */
    boolean start(Loaded loaded) {
        boolean started = false;
        try {
            Configuration configuration = loader.build(loaded, node, null);
            Check.report(loaded, console);
            started = mayStart(loaded, configuration) && open(loaded, configuration);
            return started;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    /** Serves until told to stop, and answers the exit status. Nothing on its stack knows the first configuration. */
    int run() {
        try {
            return serve();
        } finally {
            close();
        }
    }

    private void close() {
        node.rings().drain(LAST_WORDS_MS);
        cluster.close();
        observers.close();
        checks.close();
        resolving.close();
        loops.close();
        node.courier().close();
    }

    private boolean mayStart(Loaded loaded, Configuration configuration) {
        if (loaded.problems().hasAlerts()) {
            Check.sayFatal(loaded, console);
            return false;
        }
        if (console.warned() && (command.warningsAreFatal() || settings.zeroWarning)) {
            console.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.");
            return false;
        }
        if (!Check.listens(configuration)) {
            console.alert("[haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting.");
            return false;
        }
        return true;
    }

    private boolean open(Loaded loaded, Configuration configuration) {
        boolean child = Daemon.isChild();
        try {
            Daemon daemon = child ? Daemon.enter() : null;
            Signals.install(wishes); // before the first client can connect: signals may come from then on
            Limits limits = limits(settings);
            Map<String, List<Integer>> adopted = Handover.take(command.takeOverFrom());
            if (adopted.isEmpty() && command.takeOverFrom() != null) {
                console.warning("[haproxy.main()] Failed to get the sockets from the old process!");
            }
            Listeners.Plan plan = listeners.prepare(configuration, adopted);
            Handover.closeUnused(adopted, configuration);
            if (!plan.complaints().isEmpty()) {
                plan.complaints().forEach(console::alert);
                console.alert("[haproxy.main()] Some protocols failed to start their listeners! Exiting.");
                plan.discard();
                return false;
            }
            if (!staysPrivileged(settings, configuration)) {
                console.alert("[haproxy.main()] " + FULL_PRIVILEGES);
                plan.discard();
                return false;
            }
            observers.apply(loaded.drafts());
            if (daemon != null) {
                writePidFile();
            }
            Handover.offer(() -> offered);
            guardian = GuardianLink.connect(System.getenv(), new Guarded()).orElse(null);
            if (guardian != null) {
                prepareWarmUp();
            }
            // Before rights are given up: the secret is root's own.
            cluster.join(loaded.cluster());
            if (settings.chroot != null) {
                TlsFeature.beforeChroot();
                Regexes.beforeChroot();
            }
            CpuMap.apply(settings.cpuMap, loops.all());
            RingFeature.openFiles(loaded.drafts());
            privileges.drop(settings, loops.all(), guardian != null);
            commit(loaded, configuration, plan, limits);
            observers.start(node);
            OldProcesses.dismiss(command);
            if (daemon != null) {
                console.quiet(true);
                daemon.ready();
            }
            tellGuardian();
            return true;
        } catch (IOException e) {
            console.alert("[haproxy.main()] " + e.getMessage());
            return false;
        }
    }

    /** Whether the process will have the rights that its connections to servers take. */
    private static boolean staysPrivileged(ProcessSettings settings, Configuration configuration) {
        return settings.uid <= 0
                || configuration.backends().stream()
                        .flatMap(backend -> backend.servers().stream())
                        .noneMatch(server -> server.description().dialing().needsNetAdmin());
    }

    /** Off the admin socket's thread: the taker may be slow. */
    private void giveListeners(int connection) {
        Thread thread = new Thread(() -> Handover.giveTo(connection, offered), "tandem-getsocks");
        thread.setDaemon(true);
        thread.start();
    }

    private void writePidFile() throws IOException {
        String file = command.pidFile() != null ? command.pidFile() : settings.pidFile;
        if (file != null) {
            PidFile.write(file, ProcessHandle.current().pid());
        }
    }

    private void tellGuardian() {
        GuardianLink link = guardian;
        if (link != null) {
            GuardianView seen = new GuardianView(link, cluster, node);
            node.guardian(seen);
            view = seen;
            link.start(new LoopProbe(loops.all()));
            seen.start();
            link.ready(false);
            warmUp(link);
        }
    }

    /** A guarded proxy may have to take over at any moment: it gets its first requests from itself. */
    private void warmUp(GuardianLink link) {
        WarmUp warmUp = prepared;
        if (warmUp == null) {
            return;
        }
        Thread thread = new Thread(
                () -> warmUp.run(() -> link.role() != Role.ACTIVE && !node.stopping(), () -> sayWarm(link)), "warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    private void sayWarm(GuardianLink link) {
        if (!node.stopping()) {
            link.ready(true);
        }
    }

    private void prepareWarmUp() {
        try {
            prepared = WarmUp.prepare(loader);
        } catch (IOException e) {
            console.notice("warm-up is not possible: " + e.getMessage());
        }
    }

    /** From here on new connections see the configuration. */
    private void commit(Loaded loaded, Configuration configuration, Listeners.Plan plan, Limits limits) {
        node.limits(limits.connections(), limits.descriptors());
        hardStopAfterMs = loaded.settings().hardStopAfterMs;
        graceMs = loaded.settings().graceMs;
        node.spreadClosing(loaded.settings().closeSpreadMs);
        Configuration previous = node.isConfigured() ? node.configuration() : null;
        configuration.commit();
        node.configuration(configuration);
        plan.commit();
        offered = listeners.descriptors();
        checks.watch(configuration);
        resolving.watch(configuration);
        loader.serves(loaded);
        loaded.drafts().forgetLines();
        if (previous != null) {
            loops.afterAll(previous.lifetime()::release); // connections that were about to begin with it have begun
        }
    }

    private int serve() {
        while (true) {
            try {
                Wish wish = wishes.take();
                switch (wish.kind()) {
                    case RELOAD -> wish.answer().complete(privileges.elevated(this::reloadOrKeep));
                    case DUMP -> StateDump.of(node.configuration()).forEach(console::warning);
                    case SOFT_STOP -> {
                        new SoftStop(node, listeners, wishes).run(graceMs, hardStopAfterMs);
                        return 0;
                    }
                    case HARD_STOP -> {
                        listeners.close();
                        return 0;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 1;
            }
        }
    }

    /** The limits that settings ask for, or the command line. */
    private Limits limits(ProcessSettings wanted) throws IOException {
        int connections = command.maxConnections() > 0 ? command.maxConnections() : wanted.maxConnections;
        return Limits.apply(connections, wanted.maxDescriptors, wanted.descriptorCeiling);
    }

    /** A mistake of ours in reading or building a configuration must not end the one that serves. */
    private @Nullable String reloadOrKeep() {
        loops.interruptOthers(true);
        try {
            return reload();
        } catch (HeapRoom.Exhausted exhausted) {
            String text = "config : " + exhausted.getMessage() + node.earlier().describe();
            sayUnguarded(List.of(text, "config : The configuration is not loaded; the one before keeps serving."));
            return text;
        } catch (RuntimeException | StackOverflowError mistake) {
            StackTraceElement[] trace = mistake.getStackTrace();
            String text = "internal error while loading: " + mistake + (trace.length > 0 ? " at " + trace[0] : "");
            sayUnguarded(List.of(text));
            return text;
        } finally {
            loops.interruptOthers(false);
        }
    }

    /** What a reload found in the files, and what it built of it where there was no alert. */
    private record Read(Loaded loaded, @Nullable Configuration configuration) {}

    private Read read() {
        Loaded next = loader.read();
        return new Read(next, next.problems().hasAlerts() ? null : loader.build(next, node, node.configuration()));
    }

    /** Null when the new configuration serves, or why the old one still does. */
    private @Nullable String reload() {
        console.notice("Reloading.");
        Read read = read();
        Loaded next = read.loaded();
        Configuration configuration = read.configuration();
        if (configuration == null || next.problems().hasAlerts()) {
            if (configuration != null) {
                configuration.lifetime().release(); // nobody has begun with it
            }
            if (guardian == null) { // which says it otherwise, under the pid that operators know
                Check.report(next, console);
                console.alert("config : The configuration is not loaded; the one before keeps serving.");
            }
            return texts(next.problems().all());
        }
        Check.report(next, console);
        Listeners.Plan plan = listeners.prepare(configuration, Map.of());
        if (!plan.complaints().isEmpty()) {
            return refuse(configuration, plan, plan.complaints());
        }
        if (!staysPrivileged(settings, configuration)) {
            return refuse(configuration, plan, List.of(FULL_PRIVILEGES));
        }
        Limits limits;
        try {
            limits = limits(next.settings());
            observers.apply(next.drafts());
            RingFeature.openFiles(next.drafts());
        } catch (IOException e) {
            return refuse(configuration, plan, List.of(String.valueOf(e.getMessage())));
        }
        NeedsRestart.of(next.settings(), settings, command).forEach(console::warning);
        if (!cluster.isOf(next.cluster())) {
            console.warning("config : 'cluster' has changed, which takes a restart.");
        }
        if (loader.hasOutgrown(next)) {
            console.warning(
                    "config : the configuration is much larger than at the start, which the heap was chosen for:"
                            + " collections may delay requests, and the next one may not fit. A restart chooses another heap.");
        }
        commit(next, configuration, plan, limits);
        console.notice("Loading success.");
        return null;
    }

    private String refuse(Configuration configuration, Listeners.Plan plan, List<String> complaints) {
        plan.discard();
        configuration.lifetime().release(); // nobody has begun with it
        sayUnguarded(complaints);
        return String.join("\n", complaints);
    }

    private void sayUnguarded(List<String> complaints) {
        if (guardian == null) {
            complaints.forEach(console::alert);
        }
    }

    private static String texts(List<Problem> problems) {
        return problems.stream()
                .filter(problem -> problem.severity() == Severity.ALERT)
                .map(problem -> "config : " + problem.text())
                .collect(Collectors.joining("\n"));
    }

    /** What the guardian asks; called on the link's thread. */
    private final class Guarded implements GuardianLink.Handler {
        @Override
        public void onRole(Role role) {
            node.events().tell(EventLog.Level.INFO, null, "guardian role=" + role);
        }

        @Override
        public @Nullable String onReload() {
            Wish wish = Wish.reload();
            wishes.add(wish);
            return wish.answer().join();
        }

        @Override
        public void onDrain() {
            node.stop();
            listeners.drain();
            long deadline = System.nanoTime() + DRAIN_MS * 1_000_000L;
            try {
                while (listeners.openConnections() > 0 && System.nanoTime() - deadline < 0) {
                    TimeUnit.MILLISECONDS.sleep(DRAIN_POLL_MS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onServe() {
            node.goOn();
        }

        @Override
        public void onWatch(List<String> backends) {
            GuardianView seen = view;
            if (seen != null) {
                seen.watch(backends);
            }
        }

        @Override
        public void onStop(boolean soft) {
            wishes.add(soft ? Wish.stop() : Wish.end());
        }

        @Override
        public void onGuardianGone() {
            Runtime.getRuntime().halt(1); // its addresses are gone with it: nobody may be answered any more
        }
    }
}
