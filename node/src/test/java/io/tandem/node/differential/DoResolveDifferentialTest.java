// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.ScriptedDns;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules that ask for names: the addresses they get, and where requests go by them, with the installed haproxy and with ours. */
@Timeout(120)
public class DoResolveDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                log LOG local0
                stats socket ADMIN level admin
            resolvers r
                nameserver a 127.0.0.1:DNS_
                resolve_retries 2
                timeout retry 700ms
                accepted_payload_size 1024
            defaults
                mode http
                log global
                timeout client 5s
                timeout connect 5s
                timeout server 5s
            frontend f
                bind 127.0.0.1:PORT_0_
                log-format "[x] %ft %b %ST %ts %[var(txn.ip)] %HU"
                http-request do-resolve(txn.ip,r,ipv4) hdr(host),host_only
                http-request return status 200 hdr x-ip "%[var(txn.ip)]" if { path /show }
                http-request set-dst var(txn.ip)
                http-request set-dst-port int(PORT_3_)
                use_backend none unless { var(txn.ip) -m found }
                default_backend be
            frontend g
                bind 127.0.0.1:PORT_1_
                log-format "[x] %ft %b %ST %ts %[var(txn.ip)] %HU"
                http-request do-resolve(txn.ip,r) hdr(host),host_only if { path /show }
                http-request do-resolve(txn.other,r,ipv6) str(both.test)
                http-request do-resolve(none.other,r,ipv6) str(both.test)
                http-request return status 200 hdr x-ip "%[var(txn.ip)]" hdr x-other "%[var(txn.other)]"
            frontend t
                mode tcp
                bind 127.0.0.1:PORT_2_
                log-format "[x] %ft %b %ts %[var(sess.ip)]"
                tcp-request inspect-delay 5s
                tcp-request content do-resolve(sess.ip,r,ipv4) str(here.test)
                tcp-request content set-dst var(sess.ip)
                tcp-request content set-dst-port int(PORT_3_)
                default_backend bt
            frontend u
                mode tcp
                bind 127.0.0.1:PORT_4_
                log-format "[x] %ft %b %ts %[var(sess.ip)]"
                tcp-request content do-resolve(sess.ip,r,ipv4) str(here.test)
                tcp-request content reject unless { var(sess.ip) -m found }
                default_backend bt
            backend be
                server s 0.0.0.0:0
            backend bt
                mode tcp
                server s 0.0.0.0:0
            backend none
                http-request return status 503
            frontend target
                bind 127.0.0.1:PORT_3_
                no log
                http-request return status 200 content-type text/plain string here
            """;

    private static final String ZONE =
            """
            here.test a 127.0.0.1
            both.test a 127.0.0.5
            both.test aaaa ::5
            six.test aaaa ::6
            alias.test cname here.test
            two.test a 10.0.0.1
            two.test a 10.0.0.2
            ref.test rcode 5
            slow.test drop
            """;

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @Test
    void rulesGetTheAddressesOfNamesAndRequestsGoThere() throws Exception {
        assertThat(String.join("\n", played(false))).isEqualTo(String.join("\n", played(true)));
    }

    private List<String> played(boolean oracle) throws Exception {
        List<String> seen = new ArrayList<>();
        try (ScriptedDns dns = new ScriptedDns(ZONE);
                Operated proxy =
                        new Operated(directory, CONFIGURATION.replace("DNS_", String.valueOf(dns.port())), oracle, 5)) {
            for (String host : List.of(
                    "here.test",
                    "here.test:80",
                    "HERE.test",
                    "here.test.",
                    "both.test",
                    "six.test",
                    "alias.test",
                    "two.test",
                    "nx.test",
                    "ref.test",
                    "slow.test",
                    "a..b",
                    "127.0.0.1")) {
                seen.add(asked(proxy, 0, host, "/show"));
                seen.add(asked(proxy, 1, host, "/show"));
            }
            seen.add(asked(proxy, 0, "here.test", "/there"));
            seen.add(asked(proxy, 0, "nx.test", "/there"));
            seen.add(asked(proxy, 1, "here.test", "/other"));
            seen.add(asked(proxy, 2, "here.test", "/tcp"));
            seen.add(asked(proxy, 4, "here.test", "/tcp"));
            seen.add(posted(proxy));
            for (String host : List.of("here.test", "nx.test", "alias.test", "here.test")) {
                seen.add(askedInHttp2(proxy, 0, host, "/show", ""));
                seen.add(askedInHttp2(proxy, 1, host, "/show", ""));
                seen.add(askedInHttp2(proxy, 0, host, "/there", ""));
                seen.add(askedInHttp2(proxy, 0, host, "/there", "a body"));
            }
        }
        return seen;
    }

    /** The same on a stream; its body comes with the head. */
    private static String askedInHttp2(Operated proxy, int listener, String host, String path, String body)
            throws Exception {
        try (Socket client = proxy.connect(listener)) {
            String request = Http2Text.request(body.isEmpty() ? "GET" : "POST", "http", host, path, body.isEmpty());
            send(client, Http2Text.PREFACE + request + (body.isEmpty() ? "" : Http2Text.data(1, true, body)));
            String answer = Http2Text.describe(new Http2Listening().to(client));
            return "h2 " + host + path + ": " + answer + " | " + proxy.log();
        }
    }

    /** Answer and log line of one request. */
    private static String asked(Operated proxy, int listener, String host, String path) throws Exception {
        try (Socket client = proxy.connect(listener)) {
            send(client, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            return host + path + ": " + answer(client) + " | " + proxy.log();
        }
    }

    /** A body that comes while the name is searched for is not lost. */
    private static String posted(Operated proxy) throws Exception {
        try (Socket client = proxy.connect(0)) {
            send(client, "POST /there HTTP/1.1\r\nHost: here.test\r\nContent-Length: 5\r\nConnection: close\r\n\r\nab");
            send(client, "cde");
            return answer(client) + " | " + proxy.log();
        }
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String answer(Socket client) throws IOException {
        client.setSoTimeout(20_000);
        try {
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        }
    }
}
