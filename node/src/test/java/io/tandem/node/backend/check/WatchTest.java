// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerAdmin;
import io.tandem.node.backend.ServerEvents;
import io.tandem.node.boot.LoadedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The texts and levels were seen on HAProxy 2.6.12. */
class WatchTest {
    private static final CheckReport OK = new CheckReport(Status.L4OK, 0, 0, "", true);
    private static final CheckReport REFUSED = new CheckReport(Status.L4CON, 0, 0, "Connection refused", false);

    private final List<String> told = new ArrayList<>();
    private long nowMs = 1_000_000;

    private LoadedText load(String... lines) {
        LoadedText loaded = LoadedText.of("backend be\n    " + String.join("\n    ", lines) + "\n");
        assertThat(loaded.messages()).isEmpty();
        loaded.node().events().listen((level, proxy, text) -> told.add(level + " " + text));
        return loaded;
    }

    private Watch watch(LoadedText loaded, String server) {
        Backend backend = loaded.backend("be");
        Server watched = backend.server(server).orElseThrow();
        return new Watch(
                backend,
                watched,
                Objects.requireNonNull(watched.description().check()),
                new ServerEvents(loaded.node().events()),
                () -> nowMs);
    }

    @Test
    void aServerThatGoesDownAndComesBackIsToldInHaproxysWords() {
        LoadedText loaded = load("server web1 127.0.0.1:1 check", "server web2 127.0.0.1:2 backup");
        Watch watch = watch(loaded, "web1");
        watch.on(REFUSED);
        watch.on(REFUSED);
        watch.on(OK);
        nowMs += 3000;
        watch.on(OK);
        assertThat(told)
                .containsExactly(
                        "ALERT Server be/web1 is DOWN, reason: Layer4 connection problem, info: \"Connection refused\","
                                + " check duration: 0ms. 0 active and 1 backup servers left. Running on backup. 0"
                                + " sessions active, 0 requeued, 0 remaining in queue.",
                        "NOTICE Server be/web1 is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 1"
                                + " backup servers online. 0 sessions requeued, 0 total in queue.");
        Server server = loaded.backend("be").servers().get(0);
        assertThat(server.state().checks().failed()).isEqualTo(1);
        assertThat(server.state().downtime().downs()).isEqualTo(1);
        assertThat(server.state().downtime().totalMs(nowMs)).isEqualTo(3000);
    }

    @Test
    void aBackupIsCalledOne() {
        LoadedText loaded = load("server web1 127.0.0.1:1", "server web2 127.0.0.1:2 check backup");
        watch(loaded, "web2").on(REFUSED);
        assertThat(told)
                .singleElement()
                .asString()
                .startsWith("ALERT Backup Server be/web2 is DOWN, reason: Layer4 connection problem");
    }

    @Test
    void theLastServerToGoTakesTheBackendWithIt() {
        LoadedText loaded = load("server web1 127.0.0.1:1 check");
        watch(loaded, "web1").on(REFUSED);
        assertThat(told)
                .containsExactly(
                        "ALERT Server be/web1 is DOWN, reason: Layer4 connection problem, info: \"Connection refused\","
                                + " check duration: 0ms. 0 active and 0 backup servers left. 0 sessions active, 0"
                                + " requeued, 0 remaining in queue.",
                        "EMERG backend be has no server available!");
        assertThat(loaded.backend("be").state().isUp()).isFalse();
    }

    @Test
    void everyChangeIsToldWithLogHealthChecks() {
        LoadedText loaded = load("option httpchk", "option log-health-checks", "server web1 127.0.0.1:1 check");
        Watch watch = watch(loaded, "web1");
        watch.on(new CheckReport(Status.L7STS, 500, 230, "Foo", false));
        watch.on(new CheckReport(Status.L7STS, 500, 1, "Foo", false));
        watch.on(new CheckReport(Status.L7OK, 200, 0, "", true));
        watch.on(new CheckReport(Status.L7OK, 200, 1, "", true));
        watch.on(new CheckReport(Status.L7OK, 200, 1, "", true));
        watch.on(new CheckReport(Status.L7RSP, 0, 1, "", false));
        assertThat(told)
                .containsExactly(
                        "NOTICE Health check for server be/web1 failed, reason: Layer7 wrong status, code: 500, info:"
                                + " \"Foo\", check duration: 230ms, status: 0/2 DOWN.",
                        "ALERT Server be/web1 is DOWN. 0 active and 0 backup servers left. 0 sessions active, 0"
                                + " requeued, 0 remaining in queue.",
                        "EMERG backend be has no server available!",
                        "NOTICE Health check for server be/web1 succeeded, reason: Layer7 check passed, code: 200, check"
                                + " duration: 0ms, status: 1/2 DOWN.",
                        "NOTICE Health check for server be/web1 succeeded, reason: Layer7 check passed, code: 200, check"
                                + " duration: 1ms, status: 3/3 UP.",
                        "NOTICE Server be/web1 is UP. 1 active and 0 backup servers online. 0 sessions requeued, 0 total"
                                + " in queue.",
                        "NOTICE Health check for server be/web1 failed, reason: Layer7 invalid response, check duration:"
                                + " 1ms, status: 2/3 UP.");
    }

    @Test
    void whatOperatorsDoIsToldInHaproxysWords() {
        LoadedText loaded = load("server web1 127.0.0.1:1 check weight 10", "server web2 127.0.0.1:2 check");
        Backend be = loaded.backend("be");
        Server web1 = be.servers().get(0);
        ServerAdmin admin = new ServerAdmin(loaded.node().events(), () -> nowMs);
        admin.drain(be, web1);
        assertThat(web1.state().isUsable()).isFalse();
        assertThat(web1.state().isRunning()).isTrue();
        admin.ready(be, web1);
        admin.maintenance(be, web1);
        admin.enable(be, web1);
        admin.healthDown(be, web1);
        admin.healthStopping(be, web1);
        watch(loaded, "web1").on(OK);
        assertThat(told)
                .containsExactly(
                        "NOTICE Server be/web1 enters drain state. 1 active and 0 backup servers online. 0 sessions"
                                + " requeued, 0 total in queue.",
                        "NOTICE Server be/web1 is UP (leaving forced drain).",
                        "ALERT Server be/web1 is going DOWN for maintenance. 1 active and 0 backup servers left. 0"
                                + " sessions active, 0 requeued, 0 remaining in queue.",
                        "NOTICE Server be/web1 is UP/READY (leaving forced maintenance).",
                        "ALERT Server be/web1 is DOWN, changed from CLI. 1 active and 0 backup servers left. 0 sessions"
                                + " active, 0 requeued, 0 remaining in queue.",
                        "NOTICE Server be/web1 is stopping, changed from CLI. 1 active and 0 backup servers online. 0"
                                + " sessions requeued, 0 total in queue.",
                        "NOTICE Server be/web1 is UP, reason: Layer4 check passed, check duration: 0ms. 2 active and 0"
                                + " backup servers online. 0 sessions requeued, 0 total in queue.");
    }

    @Test
    void weightsAreSetAbsolutelyOrAsAPartOfTheConfiguredOne() {
        LoadedText loaded = load("server web1 127.0.0.1:1 weight 10");
        Backend be = loaded.backend("be");
        Server web1 = be.servers().get(0);
        ServerAdmin admin = new ServerAdmin(loaded.node().events(), () -> nowMs);
        assertThat(admin.weight(be, web1, "50%")).isNull();
        assertThat(web1.state().weight()).isEqualTo(5);
        assertThat(admin.weight(be, web1, "256")).isNull();
        assertThat(web1.state().weight()).isEqualTo(256);
        assertThat(admin.weight(be, web1, "300")).isEqualTo("Absolute weight can only be between 0 and 256 inclusive.");
        assertThat(admin.weight(be, web1, "x")).isEqualTo("Empty weight string empty or preceded by garbage");
        assertThat(web1.state().weight()).isEqualTo(256);
    }
}
