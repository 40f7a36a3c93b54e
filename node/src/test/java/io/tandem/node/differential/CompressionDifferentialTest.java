// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which responses are compressed, how, and what their heads then say: the same as by the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public class CompressionDifferentialTest {
    private static final String BODY = "hello world ".repeat(20);
    private static final String LENGTH = "Content-Length: " + BODY.length() + "\r\n";
    private static final String GZIP = "Accept-Encoding: gzip\r\n";

    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT
                log-format "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %[res.comp]"
                http-request return status 200 content-type text/html string hellohellohello if { path /return }
                http-request set-var(txn.path) path
                http-response set-header x-comp %[res.comp] if { var(txn.path) -m str /fetch }
                http-response set-header x-algo %[res.comp_algo] if { var(txn.path) -m str /fetch }
                http-after-response set-header x-algo-after %[res.comp_algo] if { var(txn.path) -m str /fetch }
                http-after-response set-header content-type image/png if { var(txn.path) -m str /types/after }
                use_backend off if { path_beg /off }
                use_backend many if { path_beg /many }
                use_backend both if { path_beg /both }
                use_backend reversed if { path_beg /reversed }
                use_backend types if { path_beg /types }
                use_backend identity if { path_beg /identity }
                use_backend none if { path_beg /none }
                default_backend be
            backend be
                compression algo gzip
                server s1 127.0.0.1:SERVER
            backend off
                compression algo gzip
                compression offload
                http-request set-header x-had %[req.fhdr(accept-encoding)]
                server s1 127.0.0.1:SERVER
            backend many
                compression algo identity deflate gzip raw-deflate
                server s1 127.0.0.1:SERVER
            backend both
                compression algo deflate raw-deflate
                server s1 127.0.0.1:SERVER
            backend reversed
                compression algo raw-deflate
                compression algo deflate
                server s1 127.0.0.1:SERVER
            backend types
                compression algo gzip
                compression type text/html text/plain
                compression type application/j
                server s1 127.0.0.1:SERVER
            backend identity
                compression algo identity gzip
                compression offload
                server s1 127.0.0.1:SERVER
            backend none
                server s1 127.0.0.1:SERVER
            """;

    /** @param reply the head of the server's answer without its empty line */
    private record Case(String name, String line, String fields, String reply, String body, boolean closes) {
        @Override
        public String toString() {
            return name.replace("\r\n", "|");
        }
    }

    private @Nullable Subjects subjects;

    @BeforeAll
    void start() throws IOException {
        subjects = new Subjects(CONFIGURATION);
    }

    @AfterAll
    void stop() throws IOException {
        if (subjects != null) {
            subjects.close();
        }
    }

    private static Case asked(String path, String fields) {
        return new Case(
                path + " " + fields, "GET " + path + " HTTP/1.1", fields, "HTTP/1.1 200 OK\r\n" + LENGTH, BODY, false);
    }

    private static Case answered(String path, String fields) {
        return new Case(
                path + " <- " + fields,
                "GET " + path + " HTTP/1.1",
                GZIP,
                "HTTP/1.1 200 OK\r\n" + fields + LENGTH,
                BODY,
                false);
    }

    private static Case browser(String name) {
        return asked("/", "User-Agent: " + name + "\r\n" + GZIP);
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String value : List.of(
                "*",
                "deflate",
                "gzip;q=0",
                "gzip;q=0.1",
                "GZIP",
                "identity, gzip",
                "*;q=0, gzip",
                "gzip;q=0, *",
                "xgzip",
                "x-gzip",
                "gzip; q=0",
                "gzip;x=1;q=0",
                "gzip ;q=0",
                "gzip;Q=0",
                "gzip;q=0.0004",
                "gzip;q=abc",
                "gzip;q=",
                "gzipp",
                "*x",
                "",
                "br,,gzip",
                " , gzip",
                "gzip;q=1.0",
                "gzip;q=0.000")) {
            cases.add(asked("/", "Accept-Encoding: " + value + "\r\n"));
        }
        cases.add(asked("/", ""));
        cases.add(asked("/fetch", GZIP));
        cases.add(asked("/fetch", ""));
        cases.add(asked("/none", GZIP));
        cases.add(asked("/", "Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n"));
        for (String value : List.of(
                "gzip, deflate",
                "deflate, gzip",
                "gzip;q=0.5, deflate;q=0.4",
                "gzip;q=0.4, deflate;q=0.5",
                "*",
                "identity;q=0.3, gzip;q=0.2",
                "gzip;q=0.1",
                "identity;q=0",
                "gzip, *;q=0.5",
                "br")) {
            cases.add(asked("/many", "Accept-Encoding: " + value + "\r\n"));
        }
        cases.add(asked("/many", ""));
        for (String path : List.of("/both", "/reversed")) {
            cases.add(asked(path, "Accept-Encoding: *\r\n"));
            cases.add(asked(path, "Accept-Encoding: deflate\r\n"));
        }
        for (String path : List.of("/off", "/identity")) {
            cases.add(asked(path, ""));
            cases.add(asked(path, GZIP));
            cases.add(asked(path, "Accept-Encoding: br\r\n"));
            cases.add(asked(path, "Accept-Encoding: br\r\n" + GZIP));
            cases.add(asked(path, "Accept-Encoding: identity\r\n"));
        }
        for (String type : List.of(
                "text/html",
                "text/html; charset=x",
                "text/htmlx",
                "TEXT/HTML",
                "application/json",
                "image/png",
                "image/png\r\nContent-Type: text/html",
                "text/htm",
                "")) {
            cases.add(answered("/types", "Content-Type: " + type + "\r\n"));
        }
        cases.add(answered("/types", ""));
        cases.add(answered("/types/after", "Content-Type: text/html\r\n"));
        for (String fields : List.of(
                "Content-Type: multipart/x",
                "Content-Type: Multipart/x",
                "Content-Encoding: gzip",
                "Content-Encoding: identity",
                "Cache-Control: no-transform",
                "Cache-Control: private, no-transform",
                "Cache-Control: private, No-Transform",
                "Cache-Control: no-transformx",
                "Cache-Control: no-transform=1",
                "Cache-Control: private\r\nCache-Control: no-transform",
                "ETag: \"a\"",
                "ETag: W/\"a\"",
                "ETag: w/\"a\"",
                "ETag: a",
                "ETag: \"a",
                "ETag: \"a\"\r\nETag: \"b\"",
                "ETag: \"\"",
                "ETag: \"",
                "ETag: W/a",
                "ETag: W/",
                "ETag: ",
                "ETag: \"a\"b\"",
                "Vary: origin",
                "Vary: accept-encoding",
                "Content-MD5: abc\r\nAccept-Ranges: bytes\r\nX-Z: y",
                "Content-Range: bytes 0-239/240",
                "X-Large: " + "x".repeat(7000))) {
            cases.add(answered("/", fields + "\r\n"));
        }
        for (int status : List.of(201, 202, 203, 205, 206, 301, 404, 500)) {
            cases.add(new Case(
                    "status " + status, "GET / HTTP/1.1", GZIP, "HTTP/1.1 " + status + " S\r\n" + LENGTH, BODY, false));
        }
        for (int status : List.of(204, 304)) {
            cases.add(new Case("status " + status, "GET / HTTP/1.1", GZIP, "HTTP/1.1 " + status + " S\r\n", "", false));
        }
        String ok = "HTTP/1.1 200 OK\r\n";
        cases.add(new Case("1.0", "GET / HTTP/1.0", GZIP, ok + LENGTH, BODY, false));
        cases.add(
                new Case("1.0 kept", "GET / HTTP/1.0", GZIP + "Connection: keep-alive\r\n", ok + LENGTH, BODY, false));
        cases.add(new Case("from 1.0", "GET / HTTP/1.1", GZIP, "HTTP/1.0 200 OK\r\n" + LENGTH, BODY, false));
        cases.add(new Case("HEAD", "HEAD / HTTP/1.1", GZIP, ok + LENGTH, "", false));
        cases.add(new Case("until close", "GET / HTTP/1.1", GZIP, ok, BODY, true));
        cases.add(new Case("empty", "GET / HTTP/1.1", GZIP, ok + "Content-Length: 0\r\n", "", false));
        String chunked = ok + "Transfer-Encoding: chunked\r\n";
        cases.add(new Case("empty in chunks", "GET / HTTP/1.1", GZIP, chunked, "0\r\n\r\n", false));
        cases.add(new Case(
                "in chunks", "GET / HTTP/1.1", GZIP, chunked, "6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n", false));
        cases.add(new Case(
                "with trailers",
                "GET / HTTP/1.1",
                GZIP,
                chunked + "Trailer: x-t\r\n",
                "6\r\nhello \r\n5\r\nworld\r\n0\r\nX-T: 1\r\n\r\n",
                false));
        cases.add(new Case("POST", "POST / HTTP/1.1", GZIP + "Content-Length: 3\r\n\r\nabc", ok + LENGTH, BODY, false));
        cases.add(new Case("own answer", "GET /return HTTP/1.1", GZIP, "", "", false));
        cases.add(new Case(
                "Connection: close", "GET / HTTP/1.1", GZIP + "Connection: close\r\n", ok + LENGTH, BODY, false));
        for (String name : List.of(
                "Mozilla/4",
                "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)",
                "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)",
                "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.0)",
                "Mozilla/4.0 (compatible; MSIE 5.5; Windows NT 5.1)",
                "Mozilla/4.0 (X11)",
                "Mozilla/5.0",
                "mozilla/4.0",
                "Mozilla/4.0 (compatible; MSIE 8",
                "Mozilla/4.0 (compatible; MSIE ",
                "Mozilla/4.0 (compatible; MSIE 10.0; Windows)",
                "Mozilla/4.0 (compatible;MSIE 7.0; Windows)",
                "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; xSV1)",
                "Opera Mozilla/4.0")) {
            cases.add(browser(name));
        }
        return cases;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void bothProxiesAnswerTheSame(Case present) throws Exception {
        String end = present.fields.contains("\r\n\r\n") ? "" : "\r\n";
        String request = present.line + "\r\nHost: a\r\n" + present.fields + end;
        boolean bodiless = present.line.startsWith("HEAD");
        String reply = present.reply + "\r\n" + present.body;
        requireNonNull(subjects).same(subject -> {
            Subject.Outcome outcome =
                    subject.converse(request, reply, present.closes, client -> HttpContent.read(client, bodiless));
            return List.of(outcome.answer(), outcome.received(), outcome.log());
        });
    }
}
