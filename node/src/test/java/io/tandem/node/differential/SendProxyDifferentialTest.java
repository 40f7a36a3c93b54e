// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PROXY protocol headers towards servers: the same bytes as the installed haproxy sends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SendProxyDifferentialTest {
    private static final List<String> OPTIONS = List.of(
            "send-proxy",
            "send-proxy-v2",
            "send-proxy-v2-ssl",
            "send-proxy-v2-ssl-cn",
            "send-proxy-v2 proxy-v2-options crc32c",
            "send-proxy-v2 proxy-v2-options unique-id,crc32c",
            "send-proxy-v2 proxy-v2-options authority",
            "send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id");

    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                timeout connect 1s
                timeout client 5s
                timeout server 5s
                unique-id-format %[src]-abc
            frontend fe
                bind 127.0.0.1:PORT accept-proxy
            """;

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

    private @Nullable Subjects subjects;

    @BeforeAll
    void start() throws Exception {
        StringBuilder text = new StringBuilder(CONFIGURATION);
        for (int i = 0; i < OPTIONS.size(); i++) {
            text.append("    use_backend b")
                    .append(i)
                    .append(" if { path /")
                    .append(i)
                    .append(" }\n");
        }
        for (int i = 0; i < OPTIONS.size(); i++) {
            text.append("backend b").append(i).append("\n    server s 127.0.0.1:SERVER ");
            text.append(OPTIONS.get(i)).append('\n');
        }
        subjects = new Subjects(text.toString());
    }

    @AfterAll
    void stop() throws IOException {
        if (subjects != null) {
            subjects.close();
        }
    }

    private static Stream<Integer> options() {
        return IntStream.range(0, OPTIONS.size()).boxed();
    }

    @ParameterizedTest
    @MethodSource("options")
    void whatAServerIsToldOfTheClientIsWhatHaproxyTells(int option) throws Exception {
        for (String client : List.of("TCP4 1.2.3.4 5.6.7.8 1111 2222", "TCP6 2001:db8::1 2001:db8::2 1111 2222")) {
            String request =
                    "PROXY " + client + "\r\nGET /" + option + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

            List<String> received = requireNonNull(subjects)
                    .same(subject -> subject.converse(request, OK, true).received());

            assertThat(received).isNotEmpty();
        }
    }
}
