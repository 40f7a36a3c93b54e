// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers of other proxies in front of a request: read, refused and logged as the installed haproxy does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyHeaderDifferentialTest {
    private static final String CONFIGURATION = Contestants.BEGINNING
            + """
            frontend fe
                OPTIONS
                http-request return status 200 content-type text/plain lf-string "%[src]:%[src_port] %[dst]:%[dst_port] %[fc_rcvd_proxy] %[fc_pp_authority] %[fc_pp_unique_id,hex] %[fc_src] %[fc_dst] %ci:%cp" if TRUE
                default_backend be
            backend be
                server s1 127.0.0.1:SERVER
            """;

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String TCP4 = "01020304" + "05060708" + "0457" + "08ae";
    private static final String TCP6 = "20010db8".repeat(8) + "0457" + "08ae";

    private @Nullable Subjects proxy;
    private @Nullable Subjects netScaler;
    private @Nullable Subjects expecting;

    @BeforeAll
    void start() throws Exception {
        proxy = both("bind 127.0.0.1:PORT accept-proxy");
        netScaler = both("bind 127.0.0.1:PORT accept-netscaler-cip 97131185");
        expecting = both("bind 127.0.0.1:PORT\n    tcp-request connection expect-proxy layer4 if { src 127.0.0.1 }");
    }

    private static Subjects both(String options) throws IOException {
        return new Subjects(CONFIGURATION.replace("OPTIONS", options));
    }

    @AfterAll
    void stop() throws IOException {
        for (Subjects subjects : new Subjects[] {proxy, netScaler, expecting}) {
            if (subjects != null) {
                subjects.close();
            }
        }
    }

    private static String binary(String hex) {
        return new String(HexFormat.of().parseHex(hex.replace(" ", "")), StandardCharsets.ISO_8859_1);
    }

    private static String second(String commandAndFamily, String body) {
        return binary(SIGNATURE + commandAndFamily + String.format(Locale.ROOT, "%04x", body.length() / 2) + body);
    }

    private static Stream<String> first() {
        return Stream.of(
                "TCP4 1.2.3.4 5.6.7.8 1111 2222",
                "TCP6 2001:db8::1 2001:db8::2 1111 2222",
                "TCP6 ::ffff:1.2.3.4 ::ffff:5.6.7.8 1111 2222",
                "UNKNOWN",
                "TCP4 1.2.3.4 5.6.7.8 1a 2",
                "TCP4  1.2.3.4 5.6.7.8 1 2",
                "TCP4 1.2.3.4 5.6.7.8 1 2 ",
                "TCP4 1.2.3.4 5.6.7.8 1",
                "TCP4 ::1 ::1 1 2",
                "TCP6 1.2.3.4 5.6.7.8 1 2",
                "TCP5 1.2.3.4 5.6.7.8 1 2",
                "UDP4 1.2.3.4 5.6.7.8 1 2");
    }

    private static Stream<String> second() {
        return Stream.of(
                second("2111", TCP4),
                second("2121", TCP6),
                second("2131", "2f".repeat(216)),
                second("2112", TCP4),
                second("2100", ""),
                second("2000", ""),
                second("2011", TCP4 + "0200016100"),
                second("2211", TCP4),
                second("1111", TCP4),
                second("2111", TCP4.substring(2)),
                second(
                        "2111",
                        TCP4 + "02000b" + HexFormat.of().formatHex("example.com".getBytes(StandardCharsets.US_ASCII))),
                second("2111", TCP4 + "05000461626301"),
                second("2111", TCP4 + "050081" + "61".repeat(129)),
                second("2111", TCP4 + "020100" + "61".repeat(256)),
                second("2111", TCP4 + "02000161" + "02000162"),
                second("2111", TCP4 + "02"),
                second("2111", TCP4 + "020010616263"),
                second("2111", TCP4 + "030004" + "00000000"),
                second("2111", TCP4 + "03000361 6263".replace(" ", "")),
                second("2111", TCP4 + "04000261620 1000268 32".replace(" ", "")),
                second("2111", TCP4 + "200008 01 00000000 210000".replace(" ", "")));
    }

    private static Stream<String> headers() {
        return Stream.concat(first().map(line -> "PROXY " + line + "\r\n"), second());
    }

    @ParameterizedTest
    @MethodSource("headers")
    void theProxyProtocolIsReadAsHaproxyReadsIt(String header) throws Exception {
        compare(proxy, header + GET);
    }

    @Test
    void onlyWhomTheRuleNamesMustSendAHeader() throws Exception {
        compare(expecting, "PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n" + GET);
        compare(expecting, GET);
    }

    private static Stream<String> clientIpInsertions() {
        String four = "45 00 0000 00000000 00 06 0000 01020304 05060708";
        String tcp = "0457 08ae" + "00".repeat(16);
        return Stream.of(
                "05ca1ab1 00000028" + four + tcp,
                "05ca1ab1 00000034 0001 0028" + four + tcp,
                "05ca1ab1 00000028" + four.replace(" 06 ", " 11 ") + tcp,
                "05ca1ab1 00000028 55" + four.substring(2) + tcp,
                "05ca1ab2 00000028" + four + tcp,
                "05ca1ab1 0000003c 60 00000000 0000 06 00".replace(" 0000 06 00", " 00 06 00")
                        + "20010db8".repeat(8)
                        + tcp);
    }

    @ParameterizedTest
    @MethodSource("clientIpInsertions")
    void netScalersHeaderIsReadAsHaproxyReadsIt(String header) throws Exception {
        compare(netScaler, binary(header) + GET);
    }

    private static void compare(@Nullable Subjects subjects, String bytes) throws Exception {
        requireNonNull(subjects).same(subject -> {
            Subject.Outcome outcome = subject.converse(bytes, "", false);
            return List.of(withoutPorts(outcome.answer()), outcome.log());
        });
    }

    private static String withoutPorts(String text) {
        return text.replaceAll("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:*").replaceAll("content-length: [0-9]+", "");
    }
}
