// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two real guardians with stand-in proxies on a bridge: killed, stopped, frozen, reloaded. */
@Timeout(240)
class GuardianTest extends OnGuardianPair {
    private static final int SIGHUP = 1;
    private static final int SIGINT = 2;
    private static final int SIGKILL = 9;
    private static final int SIGUSR2 = 12;
    private static final int SIGCONT = 18;
    private static final int SIGSTOP = 19;

    @Test
    void killingGuardianAndProxyClearsTheAddressAndThePeerTakesIt() throws IOException {
        startBoth();
        long proxy = a.proxyPid();

        long killedAt = System.nanoTime();
        GuardianHost.signal(a.process().pid(), SIGKILL);
        GuardianHost.signal(proxy, SIGKILL);

        until("the address is gone here", () -> !a.holds());
        long goneMs = (System.nanoTime() - killedAt) / 1_000_000L;
        // Long before it would expire by itself, which takes two seconds.
        assertThat(goneMs).isLessThan(1500);
        until("and there", () -> b.holds());
        // The reason tells, not the time, on a busy machine: by its advertisements alone the peer would name another.
        assertThat(b.log()).contains("to=ACTIVE reason=peer-gone peer=10.99.0.11");
    }

    @Test
    void killingTheProxyAloneMovesTheAddressAndStartsAnotherProxy() throws IOException {
        startBoth();
        long proxy = a.proxyPid();

        GuardianHost.signal(proxy, SIGKILL);

        until("moved", () -> b.holds() && !a.holds());
        until("another proxy", () -> a.proxyPid() > 0 && a.proxyPid() != proxy && a.isBackup());
        assertThat(a.log())
                .contains("Current worker (" + proxy + ") exited with code 137 (Killed)")
                .contains("New worker (" + a.proxyPid() + ") forked");
        assertThat(b.log()).contains("to=ACTIVE");
    }

    @Test
    void aFrozenNodeLosesItsAddressByItselfAndGivesWayWhenItWakes() throws IOException {
        startBoth();
        long proxy = a.proxyPid();
        GuardianHost.signal(a.process().pid(), SIGSTOP);
        GuardianHost.signal(proxy, SIGSTOP);
        try {
            until("taken over", () -> b.holds());
            until("expired", () -> !a.holds());
        } finally {
            GuardianHost.signal(proxy, SIGCONT);
            GuardianHost.signal(a.process().pid(), SIGCONT);
        }
        until("backup", () -> a.isBackup());
        assertThat(a.holds()).isFalse();
        assertThat(b.holds()).isTrue();
    }

    @Test
    void aHungProxyMovesTheAddress() throws IOException {
        startBoth();

        Files.createFile(a.directory().resolve("hang"));

        until("moved", () -> b.holds() && !a.holds());
        assertThat(a.log()).contains("is=hung");
    }

    @Test
    void aStopHandsOverFirstAndEndsWithZero() throws Exception {
        startBoth();
        long proxy = a.proxyPid();

        a.process().destroy();

        assertThat(a.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(a.process().exitValue()).isZero();
        assertThat(b.holds()).isTrue();
        assertThat(b.log()).contains("to=ACTIVE reason=peer-releasing peer=10.99.0.11");
        assertThat(a.log())
                .contains("Exiting Master process...")
                .contains("Current worker (" + proxy + ") exited with code 143 (Terminated)")
                .contains("All workers exited. Exiting... (0)");
        assertThat(ProcessHandle.of(proxy)).isEmpty();
    }

    @Test
    void anInterruptEndsWith130AndTheProxyDoesNotOutliveAKilledGuardian() throws Exception {
        a.start("-W");
        until("active", () -> a.isActive());
        long proxy = a.proxyPid();
        assertThat(Files.readString(a.directory().resolve("pid")).strip())
                .isEqualTo(Long.toString(a.process().pid()));
        GuardianHost.signal(a.process().pid(), SIGINT);
        assertThat(a.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(a.process().exitValue()).isEqualTo(130);

        a.start("-W");
        until("active again", () -> a.isActive() && a.proxyPid() != proxy);
        long second = a.proxyPid();
        GuardianHost.signal(a.process().pid(), SIGKILL);

        until("no orphan", () -> ProcessHandle.of(second).isEmpty());
        until("no address", () -> !a.holds());
    }

    @Test
    void reloadsAreForwardedAndTheirOutcomeIsSaidToTheLogAndToSystemd() throws IOException {
        try (NotifySocket notify = a.namespace().run(() -> new NotifySocket(a.notifyName()))) {
            a.start("-Ws");
            until("ready", () -> notify.text().contains("READY=1"));
            assertThat(notify.text()).contains("MAINPID=" + a.process().pid());

            GuardianHost.signal(a.process().pid(), SIGUSR2);
            until("reloaded", () -> a.json().contains("\"reloads\":1"));
            until("told", () -> notify.text().contains("RELOADING=1"));

            Files.createFile(a.directory().resolve("bad"));
            GuardianHost.signal(a.process().pid(), SIGHUP);
            until("failed", () -> a.json().contains("\"failed_reloads\":1"));

            until("logged", () -> a.log().contains("Loading failure!"));
            assertThat(a.ask("reload")).isEqualTo("failed\nparsing [x.cfg:3] : unknown keyword 'foo'\nsecond line\n");
            Files.delete(a.directory().resolve("bad"));
            assertThat(a.ask("reload")).isEqualTo("reloaded\n");
            assertThat(a.log())
                    .contains("Reloading HAProxy")
                    .contains("[ALERT]    (" + a.process().pid() + ") : parsing [x.cfg:3] : unknown keyword 'foo'");
            until("still serving", () -> a.isActive());

            Files.createFile(a.directory().resolve("dies"));
            assertThat(a.ask("reload")).startsWith("failed\nthe proxy has ended: ");
            assertThat(a.json()).contains("\"failed_reloads\":3");
            until("systemd is told", () -> notify.text().contains("STATUS=Reload failed: the proxy has ended."));
        }
    }

    @Test
    void aBadTandemConfLeavesWhatRunsUntouchedAndSaysWhere() throws IOException {
        a.start("-W");
        until("active", () -> a.isActive());

        Files.writeString(a.directory().resolve("tandem.conf"), "vrrp.routers.VI_1 { prioritty = 3 }\n");
        GuardianHost.signal(a.process().pid(), SIGUSR2);

        until("refused", () -> a.log().contains("Loading failure!"));
        assertThat(a.log()).contains("tandem.conf:1").contains("prioritty");
        assertThat(a.isActive()).isTrue();
        assertThat(a.holds()).isTrue();
    }

    @Test
    void socketsItInheritedReachTheProxyAndItsOwnDoNot() throws IOException {
        a.startAfter("exec 7<>/dev/udp/127.0.0.1/9", "-W");

        until("active", () -> a.isActive());

        assertThat(a.log()).contains("standin sockets [7]\n");
    }

    @Test
    void inTheBackgroundItReturnsOnceTheProxyIsReady() throws Exception {
        a.start("-W", "-D");

        assertThat(a.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(a.process().exitValue()).isZero();
        long guardian =
                Long.parseLong(Files.readString(a.directory().resolve("pid")).strip());
        try {
            assertThat(guardian).isNotEqualTo(a.process().pid());
            until("it says so", () -> a.log().contains("Loading success."));
            until("active", () -> a.isActive());
        } finally {
            ProcessHandle.of(guardian).ifPresent(ProcessHandle::destroy);
        }
        until("stopped", () -> ProcessHandle.of(guardian).isEmpty());
    }

    @Test
    void theGuardianStaysSmall() throws IOException {
        startBoth();
        assertThat(a.number("\"rss_kb\":(\\d+)")).isBetween(1L, 64L * 1024);
        assertThat(a.ask("status")).contains("router name=VI_1 vrid=51 interface=eth0 state=ACTIVE");
        assertThat(a.ask("nonsense")).startsWith("unknown command; one of:");
    }

    private void startBoth() throws IOException {
        pair.start();
    }

    private void until(String what, BooleanSupplier condition) {
        pair.until(what, condition);
    }
}
