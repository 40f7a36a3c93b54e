// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.ClusterConfig.Member;
import io.tandem.config.model.NodeConfig;
import io.tandem.config.model.Notify;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Admission;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TandemConfTest {
    private static final String ROUTER =
            "vrrp.routers.VI_1 { interface = eth0, vrid = 51, addresses = [ \"10.0.0.100/24\" ]\n";

    private final Path directory;
    private final Path file;
    private final Problems problems = new Problems();

    TandemConfTest(@TempDir Path directory) {
        this.directory = directory;
        this.file = directory.resolve("tandem.conf");
    }

    @Test
    void theShippedSampleMeansWhatItsCommentsSay() throws IOException {
        try (InputStream sample = getClass().getResourceAsStream("tandem.conf")) {
            Files.write(file, Objects.requireNonNull(sample).readAllBytes());
        }
        secret("cluster.secret", "0123456789abcdef", "rw-------");

        NodeConfig node = load(Map.of("TANDEM_NODE", "lb2"), "elsewhere");

        assertThat(problems.all()).isEmpty();
        assertThat(node.proxyFiles()).containsExactly(directory.resolve("haproxy.cfg"));
        assertThat(cluster(node).self()).isEqualTo("lb2");
        assertThat(cluster(node).members())
                .containsExactly(
                        new Member("lb1", InetAddress.getByName("10.0.0.11")),
                        new Member("lb2", InetAddress.getByName("10.0.0.12")));
        VirtualRouterConfig router = node.routers().get(0);
        assertThat(router.name()).isEqualTo("VI_1");
        assertThat(router.vrid()).isEqualTo(51);
        assertThat(router.priority()).as("that of lb2").isEqualTo(100);
        assertThat(router.family()).isEqualTo(AddressFamily.INET);
        assertThat(router.addresses().get(0).prefixLength()).isEqualTo(24);
        assertThat(router.preempt()).isTrue();
    }

    @Test
    void theFileInThePackagesIsValidAsItIsAndWithItsExamples() throws IOException {
        String shipped = Files.readString(Path.of("../packaging/src/dist/etc/tandem/tandem.conf"));
        write(shipped);
        assertThat(load().proxyFiles()).containsExactly(directory.resolve("haproxy.cfg"));

        // Examples have no blank after the number sign, or two.
        write(shipped.replaceAll("(?m)^#(?=\\S|  )", ""));
        secret("secret", "0123456789abcdef", "r--------");
        secret("vrrp.key", "ab".repeat(16), "r--------");
        assertThat(load().cluster()).isNotNull();
        assertThat(load().routers()).hasSize(1);
    }

    @Test
    void everyOptionReachesItsRecord() throws IOException {
        secret("pw", "kaTest12\n", "rw-------");
        write(
                ROUTER
                        + """
                version = 2, priority = 7, advert-interval = 3s, password-file = pw, preempt = false, preempt-delay = 5m
                excluded-addresses = [ { address = "fd00::1/64", interface = eth9, label = x } ]
                unicast { source = 10.0.0.1, peers = [ 10.0.0.2, 10.0.0.3 ] }
                checksum = rfc9568, down-adverts = 4, answer-lower-priority = off, check-unicast-source = yes
                announce { repeat = 2, delay = 0, refresh = 60s, refresh-repeat = 3 }
                track {
                  interfaces = [ eth1, { name = eth2, weight = -20 } ]
                  scripts { disk { command = [ /bin/check, -v ], interval = 2s, fall = 3, rise = 2, weight = 10, reverse = true,
                                   init-fail = true, user = nobody } }
                }
                notify { master = /bin/up, any = [ /bin/any, x ], user = daemon, group = adm }
                }
                """);

        VirtualRouterConfig router = load().routers().get(0);

        assertThat(router.version()).isEqualTo(2);
        assertThat(router.advertInterval()).isEqualTo(Duration.ofSeconds(3));
        assertThat(router.password()).isEqualTo("kaTest12");
        assertThat(router.toString()).doesNotContain("kaTest12");
        assertThat(router.preempt()).isFalse();
        assertThat(router.preemptDelay()).isEqualTo(Duration.ofMinutes(5));
        assertThat(router.excludedAddresses().get(0).interfaceName()).isEqualTo("eth9");
        assertThat(router.unicastPeers()).hasSize(2);
        assertThat(router.rfcChecksum()).isTrue();
        assertThat(router.tuning()).isEqualTo(new VirtualRouterConfig.Tuning(4, false, true));
        assertThat(router.announce())
                .isEqualTo(new VirtualRouterConfig.Announce(2, Duration.ZERO, Duration.ofMinutes(1), 3));
        assertThat(router.tracks().interfaces())
                .containsExactly(
                        new VirtualRouterConfig.TrackInterface("eth1", 0, false),
                        new VirtualRouterConfig.TrackInterface("eth2", -20, false));
        assertThat(router.tracks().scripts())
                .containsExactly(new VirtualRouterConfig.TrackScript(
                        "disk",
                        List.of("/bin/check", "-v"),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(2),
                        10,
                        true,
                        2,
                        3,
                        true,
                        "nobody",
                        null));
        assertThat(router.scripts())
                .isEqualTo(new Notify(
                        Map.of(Notify.Moment.MASTER, new Script(List.of("/bin/up"), "daemon", "adm")),
                        new Script(List.of("/bin/any", "x"), "daemon", "adm"),
                        false,
                        false,
                        false));
    }

    @Test
    void anUnknownKeyIsAnErrorThatPointsAtTheWordAndSuggests() throws IOException {
        write(ROUTER + "  prioritty = 100 }\n");

        assertThat(fails())
                .containsExactly(
                        file + ":2:3: unknown key \"vrrp.routers.VI_1.prioritty\" | did you mean \"priority\"?");
    }

    @Test
    void aWrongValueIsQuotedWithItsRangeAndARemedy() throws IOException {
        write(ROUTER + "priority = 300, version = two }\n");

        assertThat(fails())
                .containsExactly(
                        file + ":2:27: vrrp.routers.VI_1.version \"two\" is not a number from 2 to 3 | version = 3",
                        file
                                + ":2:12: vrrp.routers.VI_1.priority \"300\" is not a number from 1 to 255 | priority = 100");
    }

    @Test
    void aBareNumberIsNoTime() throws IOException {
        write(ROUTER + "advert-interval = 1 }\n");

        assertThat(fails())
                .containsExactly(file + ":2:19: vrrp.routers.VI_1.advert-interval \"1\" is not a time with its unit"
                        + " (us, ms, s, m, h) | advert-interval = 1s");
    }

    @Test
    void intervalsThatTheVersionCannotSendAreRefused() throws IOException {
        write(ROUTER + "version = 2, advert-interval = 1500ms }");
        assertThat(fails().get(0)).contains("\"1500ms\" is not in whole seconds");

        write(ROUTER + "advert-interval = 15ms }");
        assertThat(fails().get(0)).contains("\"15ms\" is not a multiple of 10 ms");

        write(ROUTER + "advert-interval = 41s }");
        assertThat(fails().get(0)).contains("\"41s\" is not between 10ms and 40950ms");
    }

    @Test
    void whatIsMissingIsNamedWithAnExample() throws IOException {
        write("vrrp.routers.VI_1 { }\ncluster { }\n");

        assertThat(fails())
                .containsExactlyInAnyOrder(
                        file + ":1: vrrp.routers.VI_1 has no \"interface\" | interface = eth0",
                        file + ":1: vrrp.routers.VI_1 has no \"vrid\" | vrid = 51",
                        file + ":1: vrrp.routers.VI_1 has no \"addresses\" | addresses = [ \"10.0.0.100/24\" ]",
                        file + ":2: cluster has no \"members\" | members = { lb1 = 10.0.0.1, lb2 = 10.0.0.2 }",
                        file + ":2: cluster has no \"secret-file\" | secret-file = /etc/tandem/cluster.secret");
    }

    @Test
    void aSecretThatOthersCanReadIsRefused() throws IOException {
        Path secret = secret("s", "0123456789abcdef", "rw-r-----");
        write("cluster { self = a, members { a = 10.0.0.1 }, secret-file = s }");

        assertThat(fails())
                .containsExactly(file + ":1:61: cluster.secret-file \"s\" is no secret: " + secret
                        + " can be read or written by others than its owner | chmod 600 " + secret);
    }

    @Test
    void aShortOrMissingSecretIsRefused() throws IOException {
        secret("s", "0123456789abcde\n", "rw-------");
        write("cluster { self = a, members { a = 10.0.0.1 }, secret-file = s }");
        assertThat(fails().get(0)).contains("holds 15 bytes, at least 16 are needed");

        write("cluster { self = a, members { a = 10.0.0.1 }, secret-file = nowhere }");
        assertThat(fails().get(0)).contains("nowhere does not exist").contains("openssl rand");
    }

    @Test
    void selfIsTheHostsNameUnlessGiven() throws IOException {
        secret("s", "0123456789abcdef", "rw-------");
        write("cluster { members { a = 10.0.0.1, b = 10.0.0.2 }, secret-file = s }");
        assertThat(cluster(load(Map.of(), "b")).self()).isEqualTo("b");

        assertThat(TandemConf.load(file, Map.of(), "c", problems)).isNull();
        assertThat(problems.all().get(0).text()).contains("this host's name \"c\" is not one of a, b");
    }

    @Test
    void portsThatReplicationTakesAreNotForTheLivenessLink() throws IOException {
        secret("s", "0123456789abcdef", "rw-------");
        write("cluster { self = a, members { a = 10.0.0.1 }, secret-file = s, liveness-port = 7900 }");

        assertThat(fails().get(0)).contains("\"7900\" is taken by replication, which uses 7800 and 7900");
    }

    @Test
    void hostNamesAreNotAddresses() throws IOException {
        secret("s", "0123456789abcdef", "rw-------");
        write("cluster { self = a, members { a = lb1.example.org }, secret-file = s }");

        assertThat(fails().get(0)).contains("\"lb1.example.org\" is not an IP address");
    }

    @Test
    void aPasswordIsNeverQuoted() throws IOException {
        write(ROUTER + "version = 2, password = hunter2hunter2 }");

        assertThat(fails().get(0)).contains("1 to 8 ASCII characters").doesNotContain("hunter2");
    }

    @Test
    void aPasswordInVersion3IsRefused() throws IOException {
        write(ROUTER + "password = hunter2 }");

        assertThat(fails().get(0)).contains("has no meaning in VRRP version 3").doesNotContain("hunter2");
    }

    @Test
    void addressesOfBothFamiliesInOneRouterAreRefused() throws IOException {
        write("vrrp.routers.V { interface = eth0, vrid = 5, addresses = [ 10.0.0.1, \"fd00::1\" ] }");

        assertThat(fails().get(0)).contains("mix IPv4 and IPv6");
    }

    @Test
    void anIpv6RouterIsOfItsFamilyAndNeverVersion2() throws IOException {
        write("vrrp.routers.V { interface = eth0, vrid = 5, addresses = [ \"fe80::1\", \"fd00::1/64\" ] }");
        VirtualRouterConfig router = load().routers().get(0);
        assertThat(router.family()).isEqualTo(AddressFamily.INET6);
        assertThat(router.addresses().get(0).prefixLength()).isEqualTo(128);

        write("vrrp.routers.V { interface = eth0, vrid = 5, version = 2, addresses = [ \"fd00::1/64\" ] }");
        assertThat(fails().get(0)).contains("cannot carry IPv6");
    }

    @Test
    void twoRoutersWithOneVridOnAnInterfaceAreRefused() throws IOException {
        write(ROUTER + "}\nvrrp.routers.VI_2 { interface = eth0, vrid = 51, addresses = [ 10.0.0.9 ] }");

        assertThat(fails().get(0)).contains("VI_2.vrid \"51\" is that of router \"VI_1\"");
    }

    @Test
    void aSyntaxErrorNamesItsLine() throws IOException {
        write("proxy {\n  files = [ a\n}\n");

        assertThat(fails().get(0)).startsWith(file + ":3: ");
    }

    @Test
    void anUnsetVariableNamesItselfAndTheRemedy() throws IOException {
        write("\nproxy.files = ${NOWHERE}\n");

        assertThat(fails().get(0)).startsWith(file + ":2: ").contains("NOWHERE").contains("${?NAME}");
    }

    @Test
    void theStructuredProxyIsRefusedByName() throws IOException {
        write("ha_config { keepalived { enabled = true } }");

        assertThat(fails().get(0)).contains("ha_config is not supported by this version of tandem");
    }

    @Test
    void includesAreFilesOnly() throws IOException {
        Files.writeString(directory.resolve("more.conf"), "proxy.files = more.cfg");
        write("include \"more.conf\"\n");
        assertThat(load().proxyFiles()).containsExactly(directory.resolve("more.cfg"));

        write("include url(\"http://127.0.0.1:1/x.conf\")\n");
        assertThat(fails().get(0)).contains("only files can be included");

        write("include \"nowhere.conf\"\n");
        assertThat(fails().get(0)).contains("nowhere.conf");
    }

    @Test
    void aMissingFileSaysSo() {
        assertThat(fails()).containsExactly(file + ": does not exist");
    }

    @Test
    void whatIsAskedOfAdvertisementsReachesItsRecord() throws IOException {
        secret("key", "hex:" + "ab".repeat(32), "rw-------");
        write(
                ROUTER
                        + """
                hmac {
                    keys { 1 = "0123456789abcdef0123456789abcdef", 2 = "file:key" }
                    active-key = 2, anti-replay = monotonic, time-window = 9s, mode = receive-only
                }
                strangers = refuse
                unicast { source = 10.0.0.1, peers = [ 10.0.0.2 ], min-ttl = 254 }
                }
                """);

        Admission admission = load().routers().get(0).admission();

        AdvertHmac hmac = Objects.requireNonNull(admission.hmac());
        assertThat(hmac.keys()).extracting(AdvertHmac.Key::id).containsExactly(1, 2);
        assertThat(hmac.keys().get(1).secret()).isEqualTo("\u00ab".repeat(32));
        assertThat(hmac.activeKey()).isEqualTo(2);
        assertThat(hmac.antiReplay()).isEqualTo(AdvertHmac.AntiReplay.MONOTONIC);
        assertThat(hmac.timeWindow()).isEqualTo(Duration.ofSeconds(9));
        assertThat(hmac.mode()).isEqualTo(AdvertHmac.Mode.RECEIVE_ONLY);
        assertThat(admission.refuseStrangers()).isTrue();
        assertThat(admission.peerTtls()).containsExactly(new PeerTtl(InetAddress.getByName("10.0.0.2"), 254, 255));
    }

    @Test
    void aKeyThatIsOfNoUseIsNamedByItsNumberOnly() throws IOException {
        write(ROUTER + "hmac { keys { 1 = tooshortakey, 256 = x }, mode = off }, strangers = perhaps }");

        assertThat(fails())
                .anyMatch(text -> text.contains("hold key 1, which has 12 bytes, not 32 to 64"))
                .anyMatch(text -> text.contains("have the id 256"))
                .anyMatch(text -> text.contains("hold no key 1 to sign with"))
                .anyMatch(text -> text.contains("is none of receive-only, permissive, enforce"))
                .anyMatch(text -> text.contains("is neither accept nor refuse"))
                .noneMatch(text -> text.contains("tooshortakey"));
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    private Path secret(String name, String content, String mode) throws IOException {
        Path secret = directory.resolve(name);
        Files.writeString(secret, content);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));
        return secret;
    }

    private NodeConfig load() {
        return load(Map.of(), "host");
    }

    private NodeConfig load(Map<String, String> environment, String hostName) {
        NodeConfig node = TandemConf.load(file, environment, hostName, problems);
        assertThat(problems.all()).isEmpty();
        return Objects.requireNonNull(node);
    }

    private static ClusterConfig cluster(NodeConfig node) {
        return Objects.requireNonNull(node.cluster());
    }

    /** The alerts, each followed by its remedy. */
    private List<String> fails() {
        Problems found = new Problems();
        assertThat(TandemConf.load(file, Map.of(), "host", found)).isNull();
        return found.all().stream()
                .filter(problem -> problem.severity() == Severity.ALERT)
                .map(TandemConfTest::show)
                .toList();
    }

    private static String show(Problem problem) {
        return problem.text() + (problem.remedy() == null ? "" : " | " + problem.remedy());
    }
}
