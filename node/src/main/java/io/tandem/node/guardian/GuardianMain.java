// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.text.Problems;
import io.tandem.node.boot.Daemon;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The guardian's entry point: HAProxy's master process ({@code -W}, {@code -Ws}) and the owner of the virtual addresses. */
public final class GuardianMain {
    private GuardianMain() {}

    public static void main(String[] arguments) {
        // First of all: later this process opens sockets of its own.
        Spawner spawner = Spawner.rememberInherited();
        GuardianOptions options;
        try {
            options = GuardianOptions.parse(arguments);
        } catch (GuardianOptions.UsageException e) {
            System.err.println("[ALERT]    (" + ProcessHandle.current().pid() + ") : " + e.getMessage());
            System.exit(1);
            return;
        }
        if (options.background() && !Daemon.isChild()) {
            System.exit(goToBackground());
            return;
        }
        int status;
        MasterLog log = new MasterLog(System.err, options.quiet());
        try {
            status = run(options, spawner, log);
        } finally {
            log.finish();
        }
        // Not System.exit alone: hooks and daemon threads have nothing left to do.
        Runtime.getRuntime().halt(status);
    }

    private static int goToBackground() {
        try {
            return Daemon.start();
        } catch (IOException e) {
            System.err.println("[ALERT]    (" + ProcessHandle.current().pid() + ") : " + e.getMessage());
            return 1;
        }
    }

    private static int run(GuardianOptions options, Spawner spawner, MasterLog log) {
        Problems problems = new Problems();
        GuardianConfig config = GuardianConfig.load(options, System.getenv(), problems);
        Guardian.report(log, problems);
        if (config == null) {
            return 1;
        }
        try {
            NamespaceEntry.enter(config.vrrp().globals().host().namespace());
            Daemon daemon = Daemon.isChild() ? Daemon.enter() : null;
            return guard(options, config, spawner, log, daemon);
        } catch (IOException e) {
            log.alert(String.valueOf(e.getMessage()));
            return 1;
        }
    }

    private static int guard(
            GuardianOptions options, GuardianConfig config, Spawner spawner, MasterLog log, @Nullable Daemon daemon)
            throws IOException {
        try (Guardian guardian = new Guardian(options, config, spawner, log, daemon)) {
            listenToSignals(guardian);
            guardian.start();
            return guardian.awaitEnd();
        }
    }

    private static void listenToSignals(Guardian guardian) {
        ProcessSignals.handle("USR2", guardian::reload);
        ProcessSignals.handle("HUP", guardian::reload);
        ProcessSignals.handle("TERM", () -> guardian.stop(false, 0));
        ProcessSignals.handle("INT", () -> guardian.stop(false, 130));
        ProcessSignals.handle("USR1", () -> guardian.stop(true, 0));
        KeepalivedSignals.DUMPS.forEach(
                (signal, kind) -> ProcessSignals.handle(signal.name(), () -> guardian.writeDump(kind)));
    }
}
