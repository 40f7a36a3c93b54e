// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which ACLs match and what maps answer, against an installed HAProxy 2.6. One request is judged by many rules. */
@Timeout(120)
class PatternDifferentialTest {
    private static final String REQUEST =
            """
            GET /base/Path.html?x=1 HTTP/1.1
            Host: www.Example.com:8080
            H: a, b
            h: "c,d" , e
            Empty:
            Num: 42
            Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101
            """;

    /** So many rules a configuration: what they write has to fit into a buffer. */
    private static final int BATCH = 700;

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @Test
    void everyMethodMatchesTextAsHaproxys() throws Exception {
        List<String> criteria = new ArrayList<>();
        for (String method : List.of("str", "beg", "end", "sub", "dir", "dom", "reg")) {
            for (String flag : List.of("", " -i")) {
                for (String value : List.of(
                        "abc",
                        "ABC",
                        "a/b",
                        "/a/b/",
                        "a.b:c?d",
                        "/",
                        "//",
                        "",
                        "aXbxa",
                        "a/B/c",
                        "/abc/ab?a",
                        ".a.b.")) {
                    for (String pattern : List.of("a", "abc", "/a/", "b", "A", "a.b", "c?d", "b/c", "x", "/", ".b")) {
                        criteria.add("str('" + value + "') -m " + method + flag + " '" + pattern + "'");
                    }
                }
            }
        }
        compareCriteria(criteria);
    }

    @Test
    void numbersMatchAsHaproxys() throws Exception {
        List<String> criteria = new ArrayList<>();
        for (String value :
                List.of("int(-6)", "int(-5)", "int(0)", "int(4)", "int(5)", "int(6)", "int(70)", "bool(1)")) {
            for (String patterns : List.of(
                    "5",
                    "4:5",
                    "5:",
                    ":5",
                    "gt 5",
                    "ge 5",
                    "lt 5",
                    "le 5",
                    "ne 5",
                    "eq 5",
                    "gt 4:5",
                    "lt 0",
                    "gt -1",
                    "5 gt 6",
                    "gt 6 eq 4",
                    "-5",
                    "4-6",
                    "6-",
                    "--5",
                    ":-5",
                    "0",
                    "gt 5 lt 0",
                    "1 5 70",
                    "le -5")) {
                criteria.add(value + " -m int -- " + patterns);
            }
        }
        for (String value : List.of("str('')", "str(a)", "str(abcde)", "bin(0001)", "int(12345)", "ipv4(1.2.3.4)")) {
            for (String patterns : List.of("0", "1", "5", "gt 4", "2:6", "lt 2", "7")) {
                criteria.add(value + " -m len " + patterns);
            }
        }
        compareCriteria(criteria);
    }

    @Test
    void addressesMatchAsHaproxys() throws Exception {
        List<String> criteria = new ArrayList<>();
        for (String value : List.of(
                "ipv4(10.1.2.3)",
                "ipv4(12.0.9.1)",
                "ipv6(::ffff:10.1.2.3)",
                "ipv6(::10.1.2.3)",
                "ipv6(2002:a01:203::1)",
                "ipv6(2001:db8::1)",
                "ipv6(::1)",
                "str(10.1.2.3)",
                "str(2001:db8::1)",
                "str(x)",
                "str(10.1.2)",
                "int(167838211)",
                "src")) {
            for (String pattern : List.of(
                    "10.1.2.3",
                    "10.0.0.0/8",
                    "10.1.2.3/255.0.255.0",
                    "0.0.0.0/0",
                    "::/0",
                    "::ffff:10.0.0.0/104",
                    "::ffff:0:0/96",
                    "2001:db8::/32",
                    "2002::/16",
                    "::10.1.2.3",
                    "12.0.0.1/255.0.0.255",
                    "127.1",
                    "localhost",
                    "10.1.2.4 10.1.2.3/31")) {
                criteria.add(value + " -m ip " + pattern);
            }
        }
        compareCriteria(criteria);
    }

    @Test
    void theTableOfCriteriaMatchesAsHaproxys() throws Exception {
        compareCriteria(PatternFiles.lines("criteria.txt"));
    }

    @Test
    void theTableOfConditionsHoldsAsHaproxys() throws Exception {
        List<String> rules = new ArrayList<>();
        for (String condition : PatternFiles.lines("conditions.txt")) {
            rules.add(noted(rules.size(), condition));
        }
        rules.add(
                0,
                "acl yes always_true\n acl no always_false\n acl mixed always_false\n acl mixed always_true\n"
                        + " acl GET2 method -i get\n acl host hdr_dom(host) -i example");
        compare(rules);
    }

    @Test
    void mapsAnswerAsHaproxys() throws Exception {
        List<String> rules = new ArrayList<>();
        List<String> expressions = PatternFiles.lines("maps.txt");
        for (int i = 0; i < expressions.size(); i++) {
            rules.add("http-request set-var-fmt(txn.o) \"%[var(txn.o)]" + i + "=%[" + expressions.get(i) + "];\"");
        }
        compare(rules);
    }

    @Test
    void rulesEditPatternsAsHaproxys() throws Exception {
        compare(PatternFiles.lines("edits.txt"));
    }

    private void compareCriteria(List<String> criteria) throws Exception {
        for (int from = 0; from < criteria.size(); from += BATCH) {
            List<String> rules = new ArrayList<>();
            for (int i = from; i < Math.min(from + BATCH, criteria.size()); i++) {
                rules.add("acl a" + i + " " + criteria.get(i));
                rules.add(noted(i, "if a" + i));
            }
            compare(rules);
        }
    }

    private static String noted(int number, String condition) {
        return "http-request set-var-fmt(txn.o) '%[var(txn.o)]" + number + ";' " + condition;
    }

    private void compare(List<String> rules) throws Exception {
        PatternFiles.copyTo(directory);
        String text = "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n"
                + "frontend f\n bind 127.0.0.1:PORT\n http-request set-var(txn.o) str(.)\n "
                + String.join("\n ", rules)
                + "\n http-request return status 200 content-type text/plain lf-string '%[var(txn.o)]'\n";
        int port = Ports.reserved();
        String configuration = text.replace("DIR", directory.toString()).replace("PORT", Integer.toString(port));
        List<String> theirs = parts(haproxy(configuration, port));
        LoadedText loaded = LoadedText.of(configuration);
        assertThat(loaded.messages())
                .filteredOn(message -> !message.contains("L6 sample fetches ignored"))
                .isEmpty();
        ExchangeByHand exchange = new ExchangeByHand(loaded, "f").request(REQUEST);
        exchange.judge();
        List<String> ours = parts(exchange.reply());
        List<String> differences = new ArrayList<>();
        ours.stream()
                .filter(part -> !theirs.contains(part))
                .forEach(part -> differences.add("ours " + said(part, rules)));
        theirs.stream()
                .filter(part -> !ours.contains(part))
                .forEach(part -> differences.add("haproxy " + said(part, rules)));
        assertThat(differences).isEmpty();
        assertThat(ours).hasSizeGreaterThan(1);
    }

    private static String said(String part, List<String> rules) {
        String number = part.replaceAll("\\D.*", "");
        return part + "  "
                + rules.stream()
                        .filter(rule -> rule.contains("]" + number + ";")
                                || rule.contains("]" + number + "=")
                                || rule.startsWith("acl a" + number + " "))
                        .toList();
    }

    private static List<String> parts(String reply) {
        int body = reply.indexOf("\r\n\r\n");
        assertThat(body).as(reply).isPositive();
        return List.of(reply.substring(body + 4).split(";", -1));
    }

    private static String haproxy(String text, int port) throws IOException {
        try (InstalledHaproxy haproxy = new InstalledHaproxy(text)) {
            assertThat(haproxy.command("show info")).isNotEmpty();
            return ask(port);
        }
    }

    private static String ask(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String head = REQUEST.strip().replace("\n", "\r\n") + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
