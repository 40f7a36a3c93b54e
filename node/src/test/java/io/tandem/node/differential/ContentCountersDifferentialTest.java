// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of compression and cache: counters, {@code show cache}, the limit of the rate; as with the installed haproxy. */
class ContentCountersDifferentialTest {
    private static final String BODY = "hello world ".repeat(100);
    private static final String REPLY =
            "HTTP/1.1 200 OK\r\nCache-Control: max-age=30\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY;

    private static final List<String> COLUMNS = List.of(
            "pxname",
            "svname",
            "stot",
            "bin",
            "bout",
            "hrsp_2xx",
            "hrsp_3xx",
            "req_tot",
            "lbtot",
            "comp_in",
            "comp_byp",
            "comp_rsp",
            "cache_lookups",
            "cache_hits");

    private static final String CONFIGURATION =
            """
            global
                stats socket ADMIN level admin
                maxcomprate 1000
            cache c
                total-max-size 4
            cache d
                total-max-size 4
                process-vary on
            defaults
                mode http
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT_0_
                http-request cache-use c if { path_beg /front }
                default_backend be
            backend be
                compression algo gzip
                http-request cache-use c unless { path_beg /front } || { path_beg /plain }
                http-response cache-store c
                server s1 127.0.0.1:SERVER
            listen li
                bind 127.0.0.1:PORT_1_
                compression algo gzip
                http-request cache-use d
                http-response cache-store d
                server s1 127.0.0.1:SERVER
            """;

    @TempDir
    Path directory;

    @Test
    void operatorsSeeTheSameOfBoth() throws Exception {
        InstalledHaproxy.assumeInstalled();
        assertThat(observed(false)).isEqualTo(observed(true));
    }

    private String observed(boolean oracle) throws Exception {
        try (RecordingServer server = new RecordingServer()) {
            server.script(REPLY, false);
            String text = CONFIGURATION.replace("SERVER", String.valueOf(server.port()));
            try (Operated proxy = new Operated(directory, text, oracle, 2)) {
                return play(proxy);
            }
        }
    }

    private static String play(Operated proxy) throws IOException {
        String gzip = "Accept-Encoding: gzip\r\n";
        for (String path : List.of("/a", "/a", "/front/a", "/front/a", "/plain/a")) {
            ask(proxy, 0, "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + gzip);
        }
        ask(proxy, 0, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n");
        ask(proxy, 0, "GET /a HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\n");
        ask(proxy, 0, "GET /b HTTP/1.1\r\nHost: a\r\n");
        ask(proxy, 0, "GET /b HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT\r\n");
        for (String path : List.of("/a", "/a", "/b")) {
            ask(proxy, 1, "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + gzip);
        }
        StringBuilder seen = new StringBuilder();
        seen.append(statistics(proxy.command("show stat")));
        seen.append(proxy.command("show info")
                .lines()
                .filter(line -> line.startsWith("CompressBpsRateLim"))
                .collect(Collectors.joining()));
        seen.append('\n').append(caches(proxy.command("show cache")));
        seen.append(proxy.command("set rate-limit http-compression global 1"));
        for (int i = 0; i < 3; i++) {
            ask(proxy, 0, "GET /plain/b HTTP/1.1\r\nHost: a\r\n" + gzip);
        }
        return seen.append(statistics(proxy.command("show stat"))).toString();
    }

    private static void ask(Operated proxy, int listener, String request) throws IOException {
        try (Socket client = proxy.connect(listener)) {
            client.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            assertThat(HttpContent.read(client, false)).startsWith("HTTP/1.1 ");
        }
    }

    private static String statistics(String csv) {
        List<String> rows = csv.lines().toList();
        List<String> names = List.of(rows.get(0).substring(2).split(",", -1));
        StringBuilder text = new StringBuilder();
        for (String row : rows.subList(1, rows.size())) {
            String[] values = row.split(",", -1);
            List<String> chosen = new ArrayList<>();
            COLUMNS.forEach(column -> chosen.add(column + "=" + values[names.indexOf(column)]));
            // what a listen answers by itself HAProxy adds to the bytes of its backend, but to no other number of it
            boolean own = row.startsWith("li,BACKEND");
            text.append(own ? chosen.subList(0, 3) : chosen).append('\n');
        }
        return text.toString();
    }

    /** Addresses and hashes are each program's own, and so is the order by them. */
    private static String caches(String text) {
        return text.lines()
                .map(line -> line.replaceAll("0x[0-9a-f]+ hash:[0-9]+", "entry")
                        .replaceAll("0x[0-9a-f]+", "n")
                        .replaceAll("expire:(29|30)", "expire:soon"))
                .collect(Collectors.joining("\n"));
    }
}
