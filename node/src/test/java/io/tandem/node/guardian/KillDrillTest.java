// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test case 45: SIGKILL of guardian, proxy and both, SIGSTOP for a while, out of memory; no address stays behind, no process,
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

    /** What is killed. */
    enum Victim {
        GUARDIAN,
        PROXY,
        BOTH
    }

    @ParameterizedTest
    @EnumSource
    void case45AKillLeavesNoAddressNoProcessAndACleanNamespace(Victim victim) throws Exception {
        pair.start();
        GuardianHost active = a;
        GuardianHost backup = b;
        long worstMs = 0;
        long worstBothMs = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long guardian = active.process().pid();
            long proxy = active.proxyPid();
            long killedNs = System.nanoTime();
            if (victim != Victim.PROXY) {
                GuardianHost.signal(guardian, SIGKILL);
            }
            if (victim != Victim.GUARDIAN) {
                GuardianHost.signal(proxy, SIGKILL);
            }
            long[] times = watch(active, backup, killedNs);
            worstMs = Math.max(worstMs, times[0]);
            worstBothMs = Math.max(worstBothMs, times[1]);
            assertThat(times[0]).as("round %d: the address is gone, ms", round).isLessThan(ZOMBIE_MS);
            assertThat(times[1]).as("round %d: two held it, ms", round).isLessThan(ZOMBIE_MS);

            pair.until("no proxy is left", () -> ProcessHandle.of(proxy).isEmpty());
            if (victim == Victim.PROXY) {
                GuardianHost restored = active;
                pair.until(
                        "another proxy",
                        () -> restored.proxyPid() > 0 && restored.proxyPid() != proxy && restored.isBackup());
            } else {
                assertThat(active.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
                GuardianHost dead = active;
                pair.until("no process is left", () -> dead.processes().isEmpty());
                assertThat(active.links()).containsExactlyInAnyOrder("lo", "eth0");
                active.start("-W");
            }
            pair.awaitBackup(/* active= */ backup, /* backup= */ active);
            GuardianHost next = backup;
            backup = active;
            active = next;
        }
        System.out.printf(
                "kill drill %s: %d rounds, address gone after at most %d ms, two holders for at most %d ms%n",
                victim, ROUNDS, worstMs, worstBothMs);
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

    /** Until the address has moved: when it was gone here, and how long both had it, in milliseconds. */
    private long[] watch(GuardianHost dying, GuardianHost taking, long sinceNs) {
        long[] times = {-1, 0};
        pair.until("moved", () -> {
            boolean here = dying.holds();
            boolean there = taking.holds();
            long ms = (System.nanoTime() - sinceNs) / 1_000_000L;
            if (!here && times[0] < 0) {
                times[0] = ms;
            }
            if (here && there) {
                times[1] = ms;
            }
            return times[0] >= 0 && there;
        });
        return times;
    }
}
