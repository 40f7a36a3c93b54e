// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a proxy answers by itself, error files above all, and what it logs about it: the same as the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnAnswersDifferentialTest {
    /** Error files by status: what their heads say decides whether the client's connection goes on. */
    private static final Map<Integer, String> FILES = new TreeMap<>(Map.of(
            403, "HTTP/1.0 403 Forbidden\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\nno length",
            404, "HTTP/1.1 404 Not Found\r\nX-A: b\r\n\r\nno length",
            405, "HTTP/1.1 405 Method\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
            410, "HTTP/1.0 410 Gone\r\nContent-Length: 3\r\n\r\nabc",
            413, "HTTP/1.1 413 Large\nContent-Length: 3\n\nabc",
            425, ""));

    private @Nullable Subjects subjects;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        subjects = new Subjects(configuration(directory));
    }

    private static String configuration(Path directory) throws IOException {
        StringBuilder text = new StringBuilder(
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
                    timeout tarpit 50ms
                """);
        for (Map.Entry<Integer, String> file : FILES.entrySet()) {
            Path path = directory.resolve(file.getKey() + ".http");
            Files.writeString(path, file.getValue());
            text.append("    errorfile ")
                    .append(file.getKey())
                    .append(' ')
                    .append(path)
                    .append('\n');
        }
        text.append("frontend fe\n    bind 127.0.0.1:PORT\n");
        for (int status : FILES.keySet()) {
            text.append("    http-request deny deny_status %d if { path /%d }\n".formatted(status, status));
        }
        return text
                + """
                      http-request tarpit if { path /tarpit }
                      http-request reject if { path /reject }
                      http-request return status 200 content-type text/plain string hello if { path /return }
                      use_backend none if { path /none }
                      use_backend closing if { path /closing }
                      default_backend be
                  backend be
                      server s1 127.0.0.1:SERVER
                  backend none
                      server s1 127.0.0.1:SERVER disabled
                  backend closing
                      option httpclose
                      server s1 127.0.0.1:SERVER
                  """;
    }

    @AfterAll
    void stop() throws IOException {
        if (subjects != null) {
            subjects.close();
        }
    }

    @ParameterizedTest(name = "{0} {1} HTTP/{2}")
    @CsvSource({
        "GET, /403, 1.1",
        "GET, /403, 1.0",
        "HEAD, /403, 1.1",
        "GET, /404, 1.1",
        "GET, /405, 1.1",
        "GET, /405, 1.0",
        "GET, /410, 1.1",
        "HEAD, /410, 1.1",
        "GET, /413, 1.1",
        "GET, /425, 1.1",
        "GET, /tarpit, 1.1",
        "GET, /reject, 1.1",
        "GET, /return, 1.1",
        "GET, /none, 1.1",
        "GET, /closing, 1.1"
    })
    void bothProxiesAnswerTheSame(String method, String path, String version) throws Exception {
        String request = method + " " + path + " HTTP/" + version + "\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
        String reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        requireNonNull(subjects).same(subject -> {
            Subject.Outcome outcome = subject.converse(request, reply, false);
            return List.of(outcome.answer(), outcome.log());
        });
    }
}
