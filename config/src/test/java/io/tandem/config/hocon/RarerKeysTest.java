// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Manners;
import io.tandem.config.model.VirtualRouterConfig.ProcessMatch;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VrrpConfig;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.config.model.VrrpGlobals.LinkDelay;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What few tandem.conf files say, and keepalived.conf files by other words. */
class RarerKeysTest {
    private static final String ROUTER = "interface = eth0, vrid = 51, addresses = [ \"10.0.0.5\" ]\n";

    @TempDir
    Path directory;

    @Test
    void theMannersOfARouterReachTheirRecord() throws IOException {
        VirtualRouterConfig router = router(
                """
                accept = false, mind-interface = false, answer-higher-priority = true, owner-ignores-adverts = true
                unicast { peers = [ 10.0.0.2 ], ttl = 7 }
                """);
        assertThat(router.tuning().manners()).isEqualTo(new Manners(false, 7, false, true, true, false));
        assertThat(router("").tuning().manners()).isEqualTo(Manners.USUAL);
        assertThat(router("multicast-source = 10.0.0.9").unicastSource()).isEqualTo(InetAddress.getByName("10.0.0.9"));
    }

    @Test
    void whatIsTrackedAndWhereAnAddressIsValid() throws IOException {
        VirtualRouterConfig router = router(
                """
                excluded-addresses = [ { address = "10.0.0.6", scope = link }, { address = "10.0.0.7" } ]
                track {
                  files.f { file = /run/f, initial = 3, overwrite = true }
                  processes.p { process = [ nginx, "-g" ], match = partial }
                }
                """);
        assertThat(router.excludedAddresses())
                .extracting(address -> address.scope())
                .containsExactly(253, 0);
        assertThat(router.tracks().files()).containsExactly(new TrackFile("f", Path.of("/run/f"), 1, false, 3, true));
        assertThat(router.tracks().processes()).extracting(TrackProcess::match).containsExactly(ProcessMatch.PARTIAL);
    }

    @Test
    void whatConcernsTheHostAndWhoReadsItsPipes() throws IOException {
        VrrpGlobals globals = load(
                        """
                        vrrp {
                          net-namespace = blue, delay-after-boot = 30s
                          interface-delays { eth0 { down = 200ms, up = 1s }, eth1 { down = 1s } }
                          fifos = [ /run/one, { path = /run/two, user = nobody, group = adm, script = [ /bin/r, x ] } ]
                          fifos-on-reload = true
                          startup-script { command = [ /bin/up ], timeout = 3s, user = root }
                          shutdown-script { command = [ /bin/down ] }
                        }
                        """,
                        new Problems())
                .globals();
        Duration second = Duration.ofSeconds(1);
        assertThat(globals.host())
                .isEqualTo(new VrrpGlobals.Host(
                        "blue",
                        List.of(
                                new LinkDelay("eth0", Duration.ofMillis(200), second),
                                new LinkDelay("eth1", second, second)),
                        Duration.ofSeconds(30)));
        assertThat(globals.fifos())
                .containsExactly(
                        new NotifyFifo(Path.of("/run/one"), null, null, null),
                        new NotifyFifo(
                                Path.of("/run/two"),
                                "nobody",
                                "adm",
                                new Script(List.of("/bin/r", "x"), "nobody", "adm")));
        assertThat(globals.fifosOnReload()).isTrue();
        assertThat(globals.startup()).isEqualTo(new Script(List.of("/bin/up"), "root", null));
        assertThat(globals.startupLimit()).isEqualTo(Duration.ofSeconds(3));
        assertThat(globals.shutdown()).isEqualTo(new Script(List.of("/bin/down"), null, null));
        assertThat(globals.shutdownLimit()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vrrp.net-namespace = \"../x\"                               | is no name of a namespace",
                "vrrp.fifos = [ { user = x } ]                               | vrrp.fifos has no \"path\"",
                "vrrp.startup-script { timeout = 3s }                        | has no \"command\"",
                "vrrp.interface-delays.eth0 { down = 10s }, vrrp.routers.A { interface = eth0, vrid = 1, addresses = [ 10.0.0.5 ] }"
                        + " | has eth0 down unheeded for longer than Backups wait, which is 2000 ms",
                "vrrp.routers.A { interface = eth0, vrid = 1, addresses = [ { address = 10.0.0.5, scope = x } ] } | is none of global",
                "vrrp.routers.A { interface = eth0, vrid = 1, addresses = [ 10.0.0.5 ], unicast { peers = [ 10.0.0.2 ], ttl = 256 } }"
                        + " | is not a number from 0 to 255",
            })
    void whatIsWrongIsNamed(String text, String complaint) throws IOException {
        Problems problems = new Problems();
        load(text, problems);
        assertThat(problems.all()).extracting(Problem::text).anyMatch(said -> said.contains(complaint));
        assertThat(problems.hasAlerts()).isTrue();
    }

    private VirtualRouterConfig router(String lines) throws IOException {
        Problems problems = new Problems();
        VrrpConfig read = load("vrrp.routers.VI_1 {\n" + ROUTER + lines + "\n}\n", problems);
        assertThat(problems.all()).isEmpty();
        return read.routers().get(0);
    }

    private VrrpConfig load(String text, Problems problems) throws IOException {
        Path file = Files.writeString(directory.resolve("tandem.conf"), text);
        var node = TandemConf.load(file, Map.of(), "lb1", problems);
        return problems.hasAlerts()
                ? VrrpConfig.NONE
                : Objects.requireNonNull(node).vrrp();
    }
}
