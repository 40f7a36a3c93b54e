// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.admin.AdministeredProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.SelfSigned;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health checks of servers behind unix sockets, of files and abstract: what statistics show of them is as with haproxy. */
class UnixServerChecksDifferentialTest {
    private static final AtomicInteger PLAYED = new AtomicInteger();

    /** Lines of backends with one server each; ABSTRACT and @/ stand for where servers are. */
    private static final List<String> BACKENDS = List.of(
            "server s unix@@/plain.sock check",
            "server s @/plain.sock check",
            "server s abns@ABSTRACT check",
            "option httpchk\n server s unix@@/plain.sock check",
            "option httpchk\n server s abns@ABSTRACT check",
            "option httpchk GET /fails\n server s unix@@/plain.sock check",
            "option httpchk\n server s unix@@/header.sock check send-proxy",
            "option httpchk\n server s unix@@/header.sock check send-proxy-v2",
            "option httpchk\n server s unix@@/header.sock check check-send-proxy",
            "option httpchk\n server s unix@@/missing.sock check",
            "option httpchk\n server s abns@nobody-ABSTRACT check",
            "option httpchk\n server s unix@@/plain.sock check addr 127.0.0.1 port PORT",
            "option tcp-check\n tcp-check send \"GET / HTTP/1.0\\r\\n\\r\\n\"\n tcp-check expect string hello\n"
                    + " server s unix@@/plain.sock check",
            "option httpchk\n server s unix@@/tls.sock check ssl verify none");

    @TempDir
    Path directory;

    @Test
    void theyPassAndFailAsWithHaproxy() throws Exception {
        InstalledHaproxy.assumeInstalled();
        SelfSigned.certificate(directory, "server");

        List<String> theirs = shown(true);

        assertThat(shown(false)).isEqualTo(theirs);
        assertThat(theirs.toString()).contains("L4OK", "L7OK", "L7STS", "SOCKERR");
    }

    private List<String> shown(boolean oracle) throws Exception {
        StringBuilder text = new StringBuilder(
                """
                defaults
                    mode http
                    timeout connect 5s
                    timeout client 5s
                    timeout server 5s
                listen servers
                    bind 127.0.0.1:PORT
                    bind @/plain.sock
                    bind abns@ABSTRACT
                    bind @/header.sock accept-proxy
                    bind @/tls.sock ssl crt @/server.pem
                    http-request return status 500 if { path /fails }
                    http-request return status 200 content-type text/plain string hello
                """);
        for (int i = 0; i < BACKENDS.size(); i++) {
            String mode = BACKENDS.get(i).contains("option httpchk") ? "http" : "tcp";
            text.append("backend be").append(i).append("\n mode ").append(mode).append("\n default-server inter 1s\n ");
            text.append(BACKENDS.get(i)).append('\n');
        }
        String name = "tnd-checks-" + ProcessHandle.current().pid() + "-" + PLAYED.incrementAndGet();
        String configuration = text.toString()
                .replace("PORT", String.valueOf(Ports.reserved()))
                .replace("ABSTRACT", name)
                .replace("@/", directory + "/");
        try (AdministeredProxy proxy = new AdministeredProxy(oracle, configuration, line -> {})) {
            List<String> settled = new ArrayList<>();
            Await.until("each has been checked three times, and none is just now", () -> {
                List<String> rows = rows(proxy);
                settled.clear();
                rows.forEach(row -> settled.add(row.replace("* ", "")));
                return rows.stream()
                        .noneMatch(row -> row.contains("INI")
                                || row.contains("UP 1/")
                                || row.contains("UP 2/")
                                || row.contains("* "));
            });
            return settled;
        }
    }

    private static List<String> rows(AdministeredProxy proxy) throws IOException {
        List<String> rows = proxy.command("show stat -1 4 -1").lines().toList();
        List<String> names = List.of(rows.get(0).split(",", -1));
        return rows.stream()
                .filter(row -> row.startsWith("be"))
                .map(row -> List.of(row.split(",", -1)))
                .map(row -> row.get(0) + ": " + row.get(names.indexOf("status")) + ", "
                        + row.get(names.indexOf("check_status")) + ", "
                        + row.get(names.indexOf("check_code")) + ", "
                        + row.get(names.indexOf("last_chk")))
                .toList();
    }
}
