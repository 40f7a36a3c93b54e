// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What rules do to real exchanges, byte for byte beside an installed HAProxy: to the server, to the client, to the log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RuleEffectsDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 3s
                timeout server 3s
                timeout tarpit 100ms
            backend t
                stick-table type ip size 1k expire 1m store gpc0,http_req_cnt
            frontend fe
                bind 127.0.0.1:PORT
                capture request header X-Cap len 8
                capture response header Server len 8
                capture cookie SESS len 10
                acl api path_beg /api
                http-request track-sc0 src table t if { path /tracked }
                http-request sc-inc-gpc0(0) if { path /tracked }
                http-request set-header X-Gpc0 %[sc0_get_gpc0] if { path /tracked }
                http-request set-var(txn.p) path,lower
                http-request set-header X-Path %[var(txn.p)] if api
                http-request add-header X-Multi one if api
                http-request add-header X-Multi two if api
                http-request del-header X-Gone
                http-request replace-header X-Rep a(.*) b\\1
                http-request replace-path /api/v1/(.*) /v2/\\1
                http-request set-query q=%[req.hdr(x-q)] if { req.hdr(x-q) -m found }
                http-request set-method PUT if { path /method }
                http-request deny if { path /deny }
                http-request deny deny_status 429 if { path /slow }
                http-request tarpit if { path /tarpit }
                http-request redirect location /elsewhere code 301 if { path /moved }
                http-request return status 200 content-type text/plain lf-string "%[path] %[method]" if { path /own }
                http-request auth realm r if { path /auth }
                http-request reject if { path /reject }
                http-response set-header X-Status %[status]
                http-response del-header server
                http-response deny if { res.hdr(x-bad) -m found }
                http-response replace-value X-List b c
                http-after-response set-header X-After yes
                redirect prefix http://other.example if { path /prefix }
                use_backend second if { req.hdr(x-be) second }
                use_backend %[req.hdr(x-dyn)] if { req.hdr(x-dyn) -m found }
                default_backend be
            backend be
                http-request set-header X-Backend be
                server s1 127.0.0.1:SERVER
            backend second
                http-request set-header X-Backend second
                http-response set-header X-From second
                server s1 127.0.0.1:SERVER
            """;

    private static final String OK = "HTTP/1.1 200 OK\r\nServer: nginx/1.2.3\r\nX-List: a, b,b\r\n"
            + "Set-Cookie: SESSION=abcdefgh; path=/\r\nContent-Length: 2\r\n\r\nok";

    private @Nullable Subjects subjects;

    @BeforeAll
    void start() throws Exception {
        subjects = new Subjects(CONFIGURATION);
    }

    @AfterAll
    void stop() throws IOException {
        if (subjects != null) {
            subjects.close();
        }
    }

    private static String get(String target, String... fields) {
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n"
                + String.join("", Stream.of(fields).map(field -> field + "\r\n").toList())
                + "\r\n";
    }

    private static Stream<String> requests() {
        return Stream.of(
                get("/"),
                get("/Api/x"),
                get("/api/X"),
                get("/api/v1/users?x=1"),
                get("/", "X-Gone: 1", "X-Rep: abc"),
                get("/?old=1", "X-Q: new"),
                get("/method"),
                get("/deny"),
                get("/slow"),
                get("/tarpit"),
                get("/moved"),
                get("/own"),
                get("/auth"),
                get("/reject"),
                get("/prefix?a=b"),
                get("/tracked"),
                get("/tracked"),
                get("/", "X-Be: second"),
                get("/", "X-Dyn: second"),
                get("/", "X-Dyn: nothing"),
                get("/", "X-Cap: captured-and-cut", "Cookie: a=b; SESS=0123456789"),
                get("/", "X-Cap: {a|b}\"#"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void effectsAreHaproxys(String request) throws Exception {
        requireNonNull(subjects).same(subject -> subject.converse(request, OK, false));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void effectsOnResponsesAreHaproxys(String reply) throws Exception {
        requireNonNull(subjects).same(subject -> subject.converse(get("/"), reply, false));
    }

    private static Stream<String> replies() {
        return Stream.of(
                "HTTP/1.1 200 OK\r\nX-Bad: 1\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 500 Oops\r\nX-List: b\r\nX-Status: 1\r\nContent-Length: 0\r\n\r\n");
    }
}
