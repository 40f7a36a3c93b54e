// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test case 45: SIGKILL of guardian, proxy and reaper, each and together, SIGSTOP for a while, out of memory; no address stays behind, no process,
 * nothing in the namespace. {@code -Dtandem.kills=50} kills more often and prints the times.
 */
@Timeout(3600)
class KillDrillTest extends OnGuardianPair {
    private static final int ROUNDS = Integer.getInteger("tandem.kills", 1);
    private static final int SIGKILL = 9;
    private static final int SIGCONT = 18;
    private static final int SIGSTOP = 19;

    /** By itself the address expires after two seconds; on a busy machine what is quicker cannot be told from that by less. */
    private static final long ZOMBIE_MS = ROUNDS > 1 ? 100 : 1_500;

    /** What is killed, in the same moment. */
    enum Victim {
        GUARDIAN,
        PROXY,
        REAPER,
        BOTH,
        ALL;

        boolean isGuardian() {
            return this == GUARDIAN || this == BOTH || this == ALL;
        }

        boolean isProxy() {
            return this == PROXY || this == BOTH || this == ALL;
        }

        boolean isReaper() {
            return this == REAPER || this == ALL;
        }
    }

    @ParameterizedTest
    @EnumSource
    void case45AKillLeavesNoAddressNoProcessAndACleanNamespace(Victim victim) throws Exception {
        a.configure(GuardianHost.SIX_TOO);
        b.configure(GuardianHost.SIX_TOO);
        pair.start();
        List<Long> gone = new ArrayList<>();
        List<Long> both = new ArrayList<>();
        int rounds = 0;
        try {
            for (; rounds < ROUNDS; rounds++) {
                // On a busy machine a proxy that is late gives the role away.
                GuardianHost active = a.isActive() ? a : b;
                kill(victim, active, active == a ? b : a, gone, both);
                awaitOneOfEach();
            }
        } finally {
            System.out.printf(
                    "kill drill %s, %d rounds, ms: addresses gone after %s, two holders for %s%n",
                    victim, rounds, figures(gone), figures(both));
        }
        assertThat(gone).as("the addresses are gone, ms").allMatch(ms -> ms < ZOMBIE_MS);
        assertThat(both).as("two held one, ms").allMatch(ms -> ms < ZOMBIE_MS);
    }

    private void kill(Victim victim, GuardianHost active, GuardianHost backup, List<Long> gone, List<Long> both)
            throws Exception {
        if (victim.isReaper()) {
            pair.until("a reaper", () -> active.reaperPid() > 0);
        }
        long guardian = active.process().pid();
        long proxy = active.proxyPid();
        long reaper = active.reaperPid();
        if (victim.isReaper()) {
            GuardianHost.signal(reaper, SIGKILL);
        }
        if (victim.isGuardian()) {
            GuardianHost.signal(guardian, SIGKILL);
        }
        if (victim.isProxy()) {
            GuardianHost.signal(proxy, SIGKILL);
        }
        if (victim == Victim.REAPER) {
            pair.until("another reaper", () -> active.reaperPid() > 0 && active.reaperPid() != reaper);
            return;
        }
        long[] times = watch(active, backup, System.nanoTime());
        gone.add(times[0]);
        both.add(times[1]);

        pair.until("no proxy is left", () -> ProcessHandle.of(proxy).isEmpty());
        if (victim == Victim.PROXY) {
            pair.until("another proxy", () -> active.proxyPid() > 0 && active.proxyPid() != proxy);
        } else {
            assertThat(active.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
            pair.until("no process is left", () -> active.processes().isEmpty());
            assertThat(active.links()).containsExactlyInAnyOrder("lo", "eth0");
            pair.until("the link-local address is gone, too", () -> active.virtual()
                    .isEmpty());
            active.start("-W");
        }
    }

    /** One has all addresses, the other has heard it since it is Backup, and would take them at once. */
    private void awaitOneOfEach() {
        GuardianHost[] seen = new GuardianHost[1];
        long[] heardBefore = new long[1];
        pair.until("one is active, the other its backup", () -> {
            GuardianHost active = a.isActive() ? a : b;
            GuardianHost backup = active == a ? b : a;
            if (!isPair(active, backup)) {
                seen[0] = null;
                return false;
            }
            long heard = backup.number(GuardianPair.HEARD);
            if (seen[0] != active) {
                seen[0] = active;
                heardBefore[0] = heard;
            }
            return heard > heardBefore[0];
        });
    }

    private static boolean isPair(GuardianHost active, GuardianHost backup) {
        return active.isActive()
                && backup.isBackup()
                && active.isLinked()
                && backup.isLinked()
                && active.virtual().size() == 3
                && backup.virtual().isEmpty();
    }

    private static String figures(List<Long> times) {
        List<Long> sorted = times.stream().sorted().toList();
        return sorted.isEmpty()
                ? "-"
                : "p50 " + sorted.get(sorted.size() / 2) + " p90 " + sorted.get(sorted.size() * 9 / 10) + " max "
                        + sorted.get(sorted.size() - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 10_000})
    void case45AStoppedNodeIsTakenOverAndThereIsOneHolderWhenItGoesOn(int pauseMs) throws Exception {
        pair.start();
        long proxy = a.proxyPid();
        long stoppedNs = System.nanoTime();
        GuardianHost.signal(a.process().pid(), SIGSTOP);
        GuardianHost.signal(proxy, SIGSTOP);
        try {
            pair.until("the pause is over", () -> System.nanoTime() - stoppedNs >= pauseMs * 1_000_000L);
        } finally {
            GuardianHost.signal(proxy, SIGCONT);
            GuardianHost.signal(a.process().pid(), SIGCONT);
        }

        pair.until(
                "one is active, the other its backup",
                () -> (a.isActive() && b.isBackup() && a.holds() && !b.holds())
                        || (b.isActive() && a.isBackup() && b.holds() && !a.holds()));

        if (pauseMs >= 1_000) {
            assertThat(b.holds()).as("taken over meanwhile").isTrue();
        }
        pair.until("the link is up again", () -> a.isLinked() && b.isLinked());
    }

    @Test
    void case45AProxyThatRunsOutOfMemoryIsReplacedAndTheAddressMoves() throws Exception {
        pair.start();
        long proxy = a.proxyPid();

        Files.createFile(a.directory().resolve("oom"));

        pair.until("moved", () -> b.holds() && !a.holds());
        Files.delete(a.directory().resolve("oom"));
        pair.until("another proxy", () -> a.proxyPid() > 0 && a.proxyPid() != proxy);
        pair.until("ready", () -> a.isBackup());
    }

    /**
     * Until the addresses that have to go at once have moved: when they were gone here, and how long both had one, in
     * milliseconds.
     */
    private long[] watch(GuardianHost dying, GuardianHost taking, long sinceNs) {
        Set<InetAddress> all = Set.of(GuardianHost.VIRTUAL, GuardianHost.VIRTUAL_SIX);
        long[] times = {-1, 0};
        pair.until("moved", () -> {
            Set<InetAddress> here = dying.virtual();
            Set<InetAddress> there = taking.virtual();
            long ms = (System.nanoTime() - sinceNs) / 1_000_000L;
            boolean gone = Collections.disjoint(here, all);
            if (gone && times[0] < 0) {
                times[0] = ms;
            }
            if (all.stream().anyMatch(address -> here.contains(address) && there.contains(address))) {
                times[1] = ms;
            }
            return times[0] >= 0 && there.containsAll(all);
        });
        return times;
    }
}
