// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGKILL of the process that holds the addresses: how long somebody answers for them, and what remains. */
@Timeout(90)
class KilledNodeTest extends OnLan {
    private static final InetAddress FOUR = TestLan.address("10.99.0.50");
    private static final InetAddress SIX = TestLan.address("fd99::50");
    private static final InetAddress LINK_LOCAL = TestLan.address("fe80::50");
    private static final Duration SOON = Duration.ofSeconds(20);
    /** In front of a program that is to see no kernel settings. */
    private static final List<String> LOCKED =
            List.of("unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc/sys && exec \"$@\"", "sh");
    /** What is promised is 100 ms; a machine that tests many things at once is slower. */
    private static final Duration BOUND = Duration.ofMillis(900);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    @Tag("vrrp-case-45")
    void anAddressOnAMacvlanIsNoLongerTheKernelsOwnAndTheReaperRemovesTheMacvlanAndTheSettings() throws IOException {
        try (NodeProcess node = start("use_vmac", "10.99.0.50/24", "")) {
            Await.until("active", SOON, () -> isLocal(FOUR) && !reaper().isEmpty());

            node.kill();
            Duration local = Neighborhood.timeUntil("not local", () -> !isLocal(FOUR));
            assertThat(local).isLessThan(BOUND);
            Await.until("no macvlan", SOON, () -> Neighborhood.run(a, "ip", "-br", "link").stream()
                    .noneMatch(line -> line.startsWith("vrrp.51")));
            Await.until("settings as before", SOON, () -> Neighborhood.sysctl(a, "ipv4/conf/eth0/arp_ignore") == 0);
            Await.until("no reaper", SOON, () -> reaper().isEmpty());
        }
    }

    /** As when a whole control group is killed. */
    @Test
    @Tag("vrrp-case-45")
    void anIpv4AddressIsNobodysEvenWhereTheReaperIsKilledFirst() throws IOException {
        try (NodeProcess node = start("use_vmac", "10.99.0.50/32", "")) {
            Await.until("active", SOON, () -> isLocal(FOUR) && !reaper().isEmpty());

            ProcessHandle.of(Long.parseLong(reaper())).ifPresent(ProcessHandle::destroyForcibly);
            node.kill();
            assertThat(Neighborhood.timeUntil("not local", () -> !isLocal(FOUR)))
                    .isLessThan(BOUND);
        }
    }

    /** Nobody is left to take anything away: what the kernel does by itself. */
    @ParameterizedTest
    @ValueSource(strings = {"", "use_vmac"})
    @Tag("vrrp-case-45")
    void anIpv6AddressIsNobodysEvenWhereTheReaperDiesInTheSameMoment(String own) throws IOException {
        TestLan.Host client = lan.add("c", 13);
        InetAddress asking = TestLan.address("fd99::13");
        client.netlink().addresses().add(asking, 64, "eth0");
        a.netlink().addresses().add(TestLan.address("fd99::11"), 64, "eth0");
        String more = "virtual_routes {\n fd97::/64 dev eth0\n }"; // what a reaper is needed for
        try (NodeProcess node = start(own, "fd99::50/64", more)) {
            Await.until("active", SOON, () -> a.holds(SIX) && !reaper().isEmpty());
            assertThat(Neighborhood.whoHas(client, asking, SIX)).hasSize(1);
            long reaper = Long.parseLong(reaper());

            ProcessHandle.of(reaper).ifPresent(ProcessHandle::destroyForcibly);
            node.kill();
            long killedNs = System.nanoTime();
            Duration gone = Neighborhood.timeUntil("gone", () -> !a.holds(SIX));
            Duration lastAnswer = Neighborhood.lastAnswer(client, asking, SIX, killedNs);
            System.out.println("guardian and reaper killed, own=" + own + ": IPv6 address gone after " + gone.toMillis()
                    + " ms, last answer after " + lastAnswer.toMillis() + " ms");
            assertThat(gone).isLessThan(BOUND);
            assertThat(lastAnswer).isLessThan(BOUND);
            assertThat(reaper()).isEmpty();
        }
    }

    @Test
    @Tag("vrrp-case-45")
    void aStoppedProcessDoesNotAnswerForItsIpv6AddressAndLosesIt() throws IOException {
        TestLan.Host client = lan.add("c", 13);
        InetAddress asking = TestLan.address("fd99::13");
        client.netlink().addresses().add(asking, 64, "eth0");
        try (NodeProcess node = start("", "fd99::50/64", "")) {
            Await.until("active", SOON, () -> a.holds(SIX));

            Neighborhood.run(a, "kill", "-STOP", Long.toString(node.pid()));
            assertThat(Neighborhood.whoHas(client, asking, SIX)).isEmpty();
            assertThat(Neighborhood.timeUntil("expired", () -> !a.holds(SIX))).isLessThan(Duration.ofSeconds(6));
            node.kill();
        }
    }

    /** One that is link-local, which has to be on its interface. */
    @Test
    void anIpv6AddressItsRoutesAndItsRulesAreTakenAwayByTheReaper() throws IOException {
        try (NodeProcess node = start(
                "",
                "fe80::50/64",
                "virtual_rules {\n from fd98::/64 table 77 preference 700\n }\n"
                        + " virtual_routes {\n fd97::/64 dev eth0\n }")) {
            Await.until("active", SOON, () -> a.holds(LINK_LOCAL) && !reaper().isEmpty());
            Await.until("with its rule", SOON, () -> rules().contains("fd98::/64"));

            node.kill();
            assertThat(Neighborhood.timeUntil("gone", () -> !a.holds(LINK_LOCAL)))
                    .isLessThan(BOUND);
            Await.until("the rule too", SOON, () -> !rules().contains("fd98::/64"));
            Await.until("and the route", SOON, () -> Neighborhood.run(a, "ip", "-6", "route").stream()
                    .noneMatch(line -> line.startsWith("fd97::")));
        }
    }

    @Test
    void aReaperThatIsKilledIsStartedAgain() throws IOException {
        try (NodeProcess node = start("", "fe80::50/64", "")) {
            Await.until("active", SOON, () -> a.holds(LINK_LOCAL) && !reaper().isEmpty());
            String first = reaper();

            ProcessHandle.of(Long.parseLong(first)).ifPresent(ProcessHandle::destroyForcibly);
            Await.until("another", SOON, () -> !reaper().isEmpty() && !reaper().equals(first));
            node.kill();
            assertThat(Neighborhood.timeUntil("gone", () -> !a.holds(LINK_LOCAL)))
                    .isLessThan(BOUND);
        }
    }

    /** As systemd can lock a service in (ProcSubset=pid, ProtectKernelTunables=yes). */
    @Test
    void aProcessThatSeesNoKernelSettingsAnswersWithTheVirtualMacAllTheSame() throws IOException {
        TestLan.Host client = lan.add("c", 13);
        Path file = write("use_vmac", "10.99.0.50/32", "");
        try (NodeProcess node = new NodeProcess(a, file, directory.resolve("log"), LOCKED)) {
            Await.until("active", SOON, () -> isLocal(FOUR));

            assertThat(Neighborhood.whoHas(client, FOUR)).containsExactly("00:00:5e:00:01:33");
            assertThat(Neighborhood.sysctl(a, "ipv4/conf/eth0/arp_announce")).isEqualTo(2);
            assertThat(node.isAlive()).isTrue();
        }
    }

    @Test
    void aProcessThatSeesNoKernelSettingsIsAnsweredForWhereInterfacesAnswerForTheirOwnAddressesOnly()
            throws IOException {
        TestLan.Host client = lan.add("c", 13);
        Neighborhood.run(a, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore");
        Path file = write("", "10.99.0.50/32", "");
        try (NodeProcess node = new NodeProcess(a, file, directory.resolve("log"), LOCKED)) {
            Await.until("active", SOON, () -> isLocal(FOUR));

            assertThat(Neighborhood.whoHas(client, FOUR))
                    .containsExactly(a.netlink().links().get("eth0").mac());
            assertThat(node.isAlive()).isTrue();
        }
    }

    @Test
    @Tag("vrrp-case-45")
    void aStoppedProcessLosesItsAddressesByTheirLifetime() throws IOException {
        try (NodeProcess node = start("use_vmac", "10.99.0.50/32", "")) {
            Await.until("active", SOON, () -> isLocal(FOUR) && a.holds(FOUR));

            Neighborhood.run(a, "kill", "-STOP", Long.toString(node.pid()));
            assertThat(Neighborhood.timeUntil("expired", () -> !isLocal(FOUR) && !a.holds(FOUR)))
                    .isLessThan(Duration.ofSeconds(6));
            node.kill();
        }
    }

    private NodeProcess start(String own, String address, String more) throws IOException {
        return new NodeProcess(a, write(own, address, more), directory.resolve("log"));
    }

    private Path write(String own, String address, String more) throws IOException {
        return Files.writeString(
                directory.resolve("keepalived.conf"),
                """
                vrrp_instance VI_1 {
                    state BACKUP
                    interface eth0
                    virtual_router_id 51
                    priority 100
                    version 3
                    advert_int 0.1
                    %s
                    virtual_ipaddress {
                        %s
                    }
                    %s
                }
                """
                        .formatted(own, address, more));
    }

    private boolean isLocal(InetAddress address) {
        return !Neighborhood.run(a, "ip", "route", "show", "table", "local", address.getHostAddress())
                .isEmpty();
    }

    private String rules() {
        return String.join("\n", Neighborhood.run(a, "ip", "-6", "rule"));
    }

    /** The pid of the shell in this host's namespace, or empty. */
    private String reaper() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments ->
                                arguments.length > 0 && arguments[arguments.length - 1].equals("tandem-reaper"))
                        .orElse(false))
                .filter(this::isInHost)
                .map(process -> Long.toString(process.pid()))
                .findFirst()
                .orElse("");
    }

    private boolean isInHost(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/ns/net"))
                    .equals(Files.readSymbolicLink(a.namespace().path()));
        } catch (IOException e) {
            return false;
        }
    }
}
