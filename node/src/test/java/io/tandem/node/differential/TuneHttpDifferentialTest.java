// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code tune.bufsize}, {@code tune.maxrewrite} and {@code tune.http.*}: the same messages fit, and the same of them is logged. */
@Timeout(120)
class TuneHttpDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG len 8192 local0
                LINES
            defaults
                mode http
                log global
                option httplog
                timeout connect 2s
                timeout client 6s
                timeout server 6s
            frontend fe
                bind 127.0.0.1:PORT
                capture cookie S len 200
                default_backend be
            backend be
                server s1 127.0.0.1:SERVER
            """;

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** Each request and its answer, in turn. */
    private static void same(String lines, List<String> exchanges) throws Exception {
        try (Subjects subjects = new Subjects(CONFIGURATION.replace("LINES", lines.replace("|", "\n")))) {
            for (int i = 0; i < exchanges.size(); i += 2) {
                String request = exchanges.get(i);
                String reply = exchanges.get(i + 1);
                subjects.same(subject -> subject.converse(request, reply, false));
            }
        }
    }

    private static String fields(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("x").append(i).append(": 1\r\n");
        }
        return text.toString();
    }

    @Test
    void messagesHaveAsManyFields() throws Exception {
        List<String> exchanges = new ArrayList<>();
        for (int count = 4; count <= 9; count++) {
            exchanges.addAll(List.of(GET + fields(count) + "\r\n", OK));
            exchanges.addAll(List.of(GET + "\r\n", OK.replace("\r\n\r\n", "\r\n" + fields(count) + "\r\n")));
        }
        same("tune.http.maxhdr 8", exchanges);
    }

    @Test
    void targetsAreLoggedAsFar() throws Exception {
        List<String> exchanges = new ArrayList<>();
        for (int length : new int[] {1, 10, 16, 20, 24, 28, 29, 30, 31, 32, 200}) {
            exchanges.addAll(List.of(GET.replace("/ ", "/" + "a".repeat(length) + " ") + "\r\n", OK));
        }
        same("tune.http.logurilen 30", exchanges);
    }

    @Test
    void cookiesAreCapturedAsFar() throws Exception {
        String cookie = "Cookie: S=" + "c".repeat(100) + "\r\n\r\n";
        same("tune.http.cookielen 70", List.of(GET + cookie, OK));
        same("", List.of(GET + cookie, OK));
    }

    @Test
    void headsFitIntoABufferLessWhatRulesMayAdd() throws Exception {
        List<String> exchanges = new ArrayList<>();
        for (int spare : new int[] {-100, -1, 0, 1, 2, 100, 600}) {
            int length = 4096 - 512 - spare - GET.length() - "X: \r\n\r\n".length();
            exchanges.addAll(List.of(GET + "X: " + "v".repeat(length) + "\r\n\r\n", OK));
        }
        for (int spare : new int[] {-600, -100, 100, 600}) {
            int length = 4096 - 512 - spare - OK.length() - "X: \r\n".length();
            exchanges.addAll(
                    List.of(GET + "\r\n", OK.replace("\r\n\r\n", "\r\nX: " + "v".repeat(length) + "\r\n\r\n")));
        }
        same("tune.bufsize 4096|tune.maxrewrite 512", exchanges);
    }

    @Test
    void maxrewriteIsHalfABufferAtMost() throws Exception {
        List<String> exchanges = new ArrayList<>();
        for (int length : new int[] {1000, 1900, 2100, 3000, 4200}) {
            exchanges.addAll(List.of(GET + "X: " + "v".repeat(length) + "\r\n\r\n", OK));
        }
        same("tune.bufsize 4096|tune.maxrewrite 4000", exchanges);
    }
}
