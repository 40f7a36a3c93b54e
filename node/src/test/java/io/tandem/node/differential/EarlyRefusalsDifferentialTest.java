// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Requests that are refused before any rule sees them, and clients that never ask, with each option that says what is logged: the
 * answer and the line are the installed haproxy's, and so is whether there is one.
 */
class EarlyRefusalsDifferentialTest extends PlayedDifferentialTest {
    private static final String COMMON =
            """
            global
                log 127.0.0.1:LOG len 4096 local0
            defaults plain
                mode http
                log global
                option httplog
                timeout connect 2s
                timeout client 8s
                timeout server 6s
                timeout http-request 1s
            """;

    private static final Map<String, String> OPTIONS = new LinkedHashMap<>();
    private static final Map<String, String> REQUESTS = new LinkedHashMap<>();
    /** They end their side behind what they have sent; the others wait for an answer. */
    private static final Set<String> ENDING =
            Set.of("half a request and the end", "an empty line and the end", "nothing and the end");

    /** What these options keep out of the log. */
    private static final Map<String, Set<String>> SILENT = Map.of(
            "dontlognull", Set.of("nothing and the end", "nothing"),
            "http-ignore-probes", Set.of("nothing and the end", "nothing"));

    static {
        OPTIONS.put("no option", "");
        OPTIONS.put("dontlognull", "option dontlognull");
        OPTIONS.put("http-ignore-probes", "option http-ignore-probes");
        OPTIONS.put("dontlog-normal", "option dontlog-normal");
        OPTIONS.put("log-separate-errors", "option log-separate-errors");
        OPTIONS.put("logasap", "option logasap");
        OPTIONS.put("http-buffer-request", "option http-buffer-request");
        OPTIONS.put(
                "captures", "capture request header x len 9\n    capture cookie c len 9\n    unique-id-format %[src]");
        REQUESTS.put("a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUESTS.put("a method that is none", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUESTS.put("HTTP 0.9", "GET /\r\n\r\n");
        REQUESTS.put("HTTP 3", "GET / HTTP/3\r\n\r\n");
        REQUESTS.put("two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx");
        REQUESTS.put(
                "an unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x, chunked\r\n\r\n0\r\n\r\n");
        REQUESTS.put("a body with GET in 1.0", "GET / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx");
        REQUESTS.put("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
        REQUESTS.put("a target that is too long", "GET /" + "x".repeat(16_400) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUESTS.put("too many fields", "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(120) + "\r\n");
        REQUESTS.put("half a request", "GET / HT");
        REQUESTS.put("half a request and the end", "GET / HT");
        REQUESTS.put("an empty line", "\r\n");
        REQUESTS.put("an empty line and the end", "\r\n");
        REQUESTS.put("nothing", "");
        REQUESTS.put("nothing and the end", "");
    }

    EarlyRefusalsDifferentialTest() {
        super(COMMON, Map.of());
    }

    @Override
    void writeBill() {
        OPTIONS.forEach((option, line) -> REQUESTS.forEach((what, request) -> {
            boolean silent = SILENT.getOrDefault(option, Set.of()).contains(what);
            scene(what + " with " + option, line, "", silent ? 0 : 1, stage -> {
                Wire client = stage.client().send(request);
                if (ENDING.contains(what)) {
                    client.half();
                }
                client.awaitEnd();
            });
        }));
        for (String line : List.of("errorloc", "errorloc302", "errorloc303")) {
            scene(line, line + " 403 http://x/e\n http-request deny", "", stage -> stage.client()
                    .send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    .await("\r\n\r\n"));
        }
    }
}
