// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What expressions, conditions and replies yield for a request, against an installed HAProxy 2.6. */
class EvaluationDifferentialTest {
    private static final String HEAD =
            """
            GET /base/%s/Path.html?x=1&y=a%%20b&x=2&e=&n=-7 HTTP/1.1
            Host: www.Example.com:8080
            H: a, b
            h: "c,d" , e
            Empty:
            Ip: 1.2.3.4
            Ip6: 2001:db8:0:0::7
            Num: 42
            Big: 9223372036854775807
            Text: Hello, World/x y|z.tar.gz
            Hex: 48656c6c6f
            Utf: \u00c3\u00a9"\\/x
            Cookie: a=1; b=two; a=3; sid="q;x"
            B64: SGVsbG8=
            Authorization: Basic dTpw
            """;

    @TempDir
    Path directory;

    @Test
    void expressionsYieldWhatHaproxysYield() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<String> rules = new ArrayList<>();
        for (String expression : lines("expressions.txt")) {
            rules.add("http-request return status 200 content-type text/plain lf-string \"["
                    + expression.replace("\\", "\\\\").replace("\"", "\\\"") + "]\"");
        }
        compare(rules);
    }

    @Test
    void conditionsHoldWhereHaproxysHold() throws Exception {
        InstalledHaproxy.assumeInstalled();
        compare(lines("conditions.txt").stream()
                .map(condition -> "http-request return status 200 if " + condition)
                .toList());
    }

    @Test
    void repliesAreHaproxysToTheByte() throws Exception {
        InstalledHaproxy.assumeInstalled();
        compare(lines("replies.txt"));
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(EvaluationDifferentialTest.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("##"))
                    .toList();
        }
    }

    /** Each rule alone decides the request whose path names it; what no rule answers gets a 404. */
    private void compare(List<String> rules) throws Exception {
        String socket = directory.resolve("s").toString();
        StringBuilder text = new StringBuilder("defaults\n mode http\n timeout client 5s\n timeout server 5s\n"
                + " timeout connect 5s\nuserlist u\n group g users u\n user u insecure-password p\n"
                + "frontend f\n bind unix@" + socket + "\n http-request set-var(txn.v) str(vv)\n"
                + " http-request set-var(txn.n) int(5)\n");
        for (int i = 0; i < rules.size(); i++) {
            String rule = rules.get(i);
            String guard = "{ path_beg /base/" + i + "/ }";
            int condition = rule.indexOf(" if ");
            text.append(" acl at")
                    .append(i)
                    .append(" path_beg /base/")
                    .append(i)
                    .append("/\n ");
            text.append(condition < 0 ? rule + " if " + guard : guarded(rule, condition, "at" + i))
                    .append('\n');
        }
        text.append(" http-request deny deny_status 404\n");
        List<String> theirs = haproxy(text.toString(), socket, rules.size());
        LoadedText loaded = LoadedText.of(text.toString());
        assertThat(loaded.messages()).filteredOn(m -> !m.contains("timeout")).isEmpty();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            ExchangeByHand exchange = new ExchangeByHand(loaded, "f").request(HEAD.formatted(i));
            exchange.judge();
            String ours = exchange.reply();
            String expected = theirs.get(i).replaceFirst("\r\nconnection: close", "");
            if (!ours.equals(expected)) {
                differences.add(rules.get(i) + "\n  haproxy: " + shown(expected) + "\n  tandem:  " + shown(ours));
            }
        }
        assertThat(differences).isEmpty();
    }

    /** Each alternative of the condition holds for its own request only. */
    private static String guarded(String rule, int condition, String acl) {
        String terms = rule.substring(condition + 4);
        return rule.substring(0, condition + 4) + acl + " "
                + terms.replace(" or ", " or " + acl + " ").replace(" || ", " || " + acl + " ");
    }

    private static String shown(String reply) {
        int body = reply.indexOf("\r\n\r\n");
        String head = reply.contains("200 OK") && body > 0 ? "" : reply.substring(0, Math.max(0, body)) + "|";
        return (head + (body < 0 ? reply : reply.substring(body + 4))).replace("\r\n", "~");
    }

    private static List<String> haproxy(String text, String socket, int requests) throws Exception {
        try (InstalledHaproxy haproxy = new InstalledHaproxy(text)) {
            assertThat(haproxy.command("show info")).isNotEmpty();
            List<String> replies = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                replies.add(ask(socket, HEAD.formatted(i)));
            }
            return replies;
        }
    }

    private static String ask(String socket, String head) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String request = head.strip().replace("\n", "\r\n") + "\r\nConnection: close\r\n\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
            ByteBuffer reply = ByteBuffer.allocate(65536);
            while (channel.read(reply) >= 0) {
                assertThat(reply.hasRemaining()).isTrue();
            }
            return new String(reply.array(), 0, reply.position(), StandardCharsets.ISO_8859_1);
        }
    }
}
