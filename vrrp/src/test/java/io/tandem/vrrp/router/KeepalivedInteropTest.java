// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.Privileges;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real keepalived as the other router: both yield to the better one and take over when it goes. */
@Timeout(90)
class KeepalivedInteropTest {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final Path KEEPALIVED = Path.of("/usr/sbin/keepalived");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private TestLan lan;
    private TestLan.Host a;
    private TestLan.Host b;

    @BeforeEach
    void lan() throws IOException {
        Privileges.needRoot();
        if (!Files.isExecutable(KEEPALIVED)) {
            if ("true".equals(System.getenv("CI"))) {
                fail("keepalived is not installed");
            }
            abort("keepalived is not installed");
        }
        lan = new TestLan();
        a = lan.add("a", 11);
        b = lan.add("b", 12);
    }

    @AfterEach
    void close() {
        if (lan != null) {
            lan.close();
        }
    }

    @Test
    void versionTwoWithPasswordYieldsToKeepalivedAndTakesOverFromIt() throws Exception {
        yieldsAndTakesOver(2, Duration.ofSeconds(1));
    }

    @Test
    void versionThreeYieldsToKeepalivedAndTakesOverFromIt() throws Exception {
        yieldsAndTakesOver(3, Duration.ofMillis(100));
    }

    @Test
    void keepalivedYieldsToVersionTwoWithPasswordAndTakesOverFromIt() throws Exception {
        keepalivedYieldsAndTakesOver(2, Duration.ofSeconds(1));
    }

    @Test
    void keepalivedYieldsToVersionThreeAndTakesOverFromIt() throws Exception {
        keepalivedYieldsAndTakesOver(3, Duration.ofMillis(100));
    }

    private void yieldsAndTakesOver(int version, Duration interval) throws Exception {
        try (TestNode node = new TestNode(a, tandem(version, interval, 100))) {
            Await.until("alone: active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
            try (Keepalived keepalived = new Keepalived(version, interval, 150)) {
                Await.until("yields", SOON, () -> node.state() == State.BACKUP && b.holds(VIRTUAL));
                assertThat(a.holds(VIRTUAL)).isFalse();

                keepalived.terminate();
                Await.until("takes over", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
            }
            assertThat(node.log).anyMatch(line -> line.contains("to=BACKUP reason=higher-priority-heard"));
            assertThat(node.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-stopped"));
            assertThat(node.log).noneMatch(line -> line.contains("vrrp drop"));
        }
    }

    @SuppressWarnings("try") // it runs beside the test
    private void keepalivedYieldsAndTakesOver(int version, Duration interval) throws Exception {
        try (Keepalived keepalived = new Keepalived(version, interval, 100)) {
            Await.until("alone: active", SOON, () -> b.holds(VIRTUAL));
            try (TestNode node = new TestNode(a, tandem(version, interval, 150))) {
                Await.until("keepalived yields", SOON, () -> a.holds(VIRTUAL) && !b.holds(VIRTUAL));
                assertThat(node.state()).isEqualTo(State.ACTIVE);

                node.routers().stop(100);
                Await.until("keepalived takes over", SOON, () -> b.holds(VIRTUAL) && !a.holds(VIRTUAL));
                assertThat(node.log).noneMatch(line -> line.contains("vrrp drop"));
            }
        }
    }

    private static VirtualRouterConfig tandem(int version, Duration interval, int priority) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(version)
                .priority(priority)
                .advertInterval(interval)
                .password(version == 2 ? "kaTest12" : null)
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)))
                .build();
    }

    /** keepalived in host b. */
    private final class Keepalived implements AutoCloseable {
        private final Process process;

        Keepalived(int version, Duration interval, int priority) throws IOException {
            Path file = directory.resolve("keepalived.conf");
            Files.writeString(
                    file,
                    """
                    global_defs {
                        vrrp_version %d
                        script_user root
                    }
                    vrrp_instance VI_1 {
                        state BACKUP
                        interface eth0
                        virtual_router_id 51
                        priority %d
                        advert_int %s
                    %s
                        virtual_ipaddress {
                            10.99.0.50/32
                        }
                    }
                    """
                            .formatted(
                                    version,
                                    priority,
                                    interval.toMillis() / 1000.0,
                                    version == 2
                                            ? "    authentication {\n        auth_type PASS\n        auth_pass kaTest12\n    }"
                                            : ""));
            process = new ProcessBuilder(
                            "nsenter",
                            "--net=" + b.namespace().path(),
                            KEEPALIVED.toString(),
                            "--dont-fork",
                            "--vrrp",
                            "-l",
                            "-D",
                            "-f",
                            file.toString(),
                            "-p",
                            directory.resolve("ka.pid").toString(),
                            "-r",
                            directory.resolve("ka-vrrp.pid").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("ka.log").toFile())
                    .start();
        }

        void terminate() {
            process.destroy();
            assertThat(process.onExit().orTimeout(10, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(11));
        }

        @Override
        public void close() {
            terminate();
        }
    }
}
