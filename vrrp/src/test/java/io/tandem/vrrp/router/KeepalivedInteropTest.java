// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real keepalived as the other router: both yield to the better one and take over when it goes. */
@Timeout(90)
class KeepalivedInteropTest {
    /** What is tried: each address both ways of taking over. */
    private record Kind(int version, Duration interval, List<String> addresses) {
        static final Kind V2 = new Kind(2, Duration.ofSeconds(1), List.of("10.99.0.50/32"));
        static final Kind V3 = new Kind(3, Duration.ofMillis(100), List.of("10.99.0.50/32"));
        static final Kind V6 = new Kind(3, Duration.ofMillis(100), List.of("fe80::50/64", "fd99::50/64"));

        AddressFamily family() {
            return addresses.size() == 1 ? AddressFamily.INET : AddressFamily.INET6;
        }

        /** The last of them. */
        InetAddress address() {
            return of(addresses.get(addresses.size() - 1)).address();
        }

        List<VirtualAddress> virtual() {
            return addresses.stream().map(Kind::of).toList();
        }

        private static VirtualAddress of(String text) {
            String[] parts = text.split("/", 2);
            return new VirtualAddress(TestLan.address(parts[0]), Integer.parseInt(parts[1]), null, null, 0);
        }
    }

    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private TestLan lan;
    private TestLan.Host a;
    private TestLan.Host b;

    @BeforeEach
    void lan() throws IOException {
        Keepalived.need();
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
        yieldsAndTakesOver(Kind.V2);
    }

    @Test
    void versionThreeYieldsToKeepalivedAndTakesOverFromIt() throws Exception {
        yieldsAndTakesOver(Kind.V3);
    }

    @Test
    void ipv6YieldsToKeepalivedAndTakesOverFromIt() throws Exception {
        yieldsAndTakesOver(Kind.V6);
    }

    @Test
    void keepalivedYieldsToVersionTwoWithPasswordAndTakesOverFromIt() throws Exception {
        keepalivedYieldsAndTakesOver(Kind.V2);
    }

    @Test
    void keepalivedYieldsToVersionThreeAndTakesOverFromIt() throws Exception {
        keepalivedYieldsAndTakesOver(Kind.V3);
    }

    @Test
    void keepalivedYieldsToIpv6AndTakesOverFromIt() throws Exception {
        keepalivedYieldsAndTakesOver(Kind.V6);
    }

    private void yieldsAndTakesOver(Kind kind) throws Exception {
        InetAddress virtual = kind.address();
        try (TestNode node = new TestNode(a, tandem(kind, 100))) {
            Await.until("alone: active", SOON, () -> node.state() == State.ACTIVE && a.holds(virtual));
            try (Keepalived keepalived = keepalived(kind, 150)) {
                Await.until("yields", SOON, () -> node.state() == State.BACKUP && b.holds(virtual));
                assertThat(a.holds(virtual)).isFalse();

                keepalived.terminate();
                Await.until("takes over", SOON, () -> node.state() == State.ACTIVE && a.holds(virtual));
            }
            assertThat(node.log).anyMatch(line -> line.contains("to=BACKUP reason=higher-priority-heard"));
            assertThat(node.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-stopped"));
            assertThat(node.log).noneMatch(line -> line.contains("vrrp drop") || line.contains("vrrp remark"));
        }
    }

    @SuppressWarnings("try") // it runs beside the test
    private void keepalivedYieldsAndTakesOver(Kind kind) throws Exception {
        InetAddress virtual = kind.address();
        try (Keepalived keepalived = keepalived(kind, 100)) {
            Await.until("alone: active", SOON, () -> b.holds(virtual));
            try (TestNode node = new TestNode(a, tandem(kind, 150))) {
                Await.until("keepalived yields", SOON, () -> a.holds(virtual) && !b.holds(virtual));
                assertThat(node.state()).isEqualTo(State.ACTIVE);

                node.routers().stop(100);
                Await.until("keepalived takes over", SOON, () -> b.holds(virtual) && !a.holds(virtual));
                assertThat(node.log).noneMatch(line -> line.contains("vrrp drop"));
            }
        }
    }

    private static VirtualRouterConfig tandem(Kind kind, int priority) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .family(kind.family())
                .version(kind.version())
                .priority(priority)
                .advertInterval(kind.interval())
                .password(kind.version() == 2 ? "kaTest12" : null)
                .addresses(kind.virtual())
                .build();
    }

    /** In host b. */
    private Keepalived keepalived(Kind kind, int priority) throws IOException {
        Path file = Files.writeString(
                directory.resolve("keepalived.conf"),
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
                        %s
                    }
                }
                """
                        .formatted(
                                kind.version(),
                                priority,
                                kind.interval().toMillis() / 1000.0,
                                kind.version() == 2
                                        ? "    authentication {\n        auth_type PASS\n        auth_pass kaTest12\n    }"
                                        : "",
                                String.join("\n", kind.addresses())));
        return new Keepalived(b, file, directory);
    }
}
