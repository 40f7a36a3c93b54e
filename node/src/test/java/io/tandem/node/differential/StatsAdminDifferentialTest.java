// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code stats admin}: what the form of the statistics page does, what it answers, who may use it, beside haproxy. */
@Timeout(120)
class StatsAdminDifferentialTest {
    private static final int ANYBODY = 0;
    private static final int BY_HEADER = 1;
    private static final int BY_PASSWORD = 2;
    private static final int BY_RULE = 3;

    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                maxconn 100
                log LOG len 4096 local0
                stats socket ADMIN level admin
            defaults
                mode http
                log global
                log-format "[x] %ft %b/%s %ST %tsc %r"
                timeout client 20s
                timeout server 20s
                timeout connect 20s
                timeout http-request 1s
            frontend anybody
                bind 127.0.0.1:PORT_0_
                stats uri /s
                stats admin if TRUE
                default_backend be
            listen header
                bind 127.0.0.1:PORT_1_
                stats uri /s
                stats refresh 5s
                stats admin if { hdr(x) 1 }
                stats admin if { hdr(x) 2 }
                server x 127.0.0.1:1
            frontend password
                bind 127.0.0.1:PORT_2_
                stats uri /s
                stats auth u:p
                stats scope be
                stats scope .
                stats admin unless { hdr(x) 1 }
            backend be
                server s1 127.0.0.1:1 check inter 1h
                server s2 127.0.0.1:1
                server s3 127.0.0.1:1 agent-check agent-port 1 agent-inter 1h
                server s4 127.0.0.1:1 track be/s1
                server s5 127.0.0.1:1 disabled
            frontend rule
                bind 127.0.0.1:PORT_3_
                stats uri /s
                stats http-request deny if { hdr(x) deny }
                stats http-request allow if { hdr(x) allow }
                stats http-request auth realm secret if { hdr(x) ask }
                stats admin if TRUE
            """;

    /** What is sent, one after the other: each finds what those before it have left. */
    private static final List<String> FORMS = List.of(
            "",
            "s=s2",
            "s=s2&action=maint",
            "s=s2&b=be",
            "s=s2&action=maint&b=be",
            "s=s2&action=maint&b=be",
            "s=s2&action=enable&b=be",
            "s=s2&action=enable&b=be",
            "s=s2&action=disable&b=be",
            "s=s2&action=disable&b=be",
            "s=s2&action=stop&b=be",
            "s=s2&action=stop&b=be",
            "s=s2&action=start&b=be",
            "s=s2&action=start&b=be",
            "s=s2&action=ready&b=be",
            "s=s2&action=ready&b=be",
            "s=s2&action=stop&b=be",
            "s=s2&action=enable&b=be",
            "s=s2&action=start&b=be",
            "s=s2&s=s3&action=drain&b=be",
            "s=s2&s=s3&action=drain&b=be",
            "s=s2&s=zz&action=ready&b=be",
            "s=zz&s=s3&action=ready&b=be",
            "s=zz&action=ready&b=be",
            "s=s2&action=foo&b=be",
            "s=s2&action=&b=be",
            "s=s2&action=READY&b=be",
            "s=s2&action=foo&action=ready&b=be",
            "s=s2&action=ready&action=foo&b=be",
            "s=s2&action=ready&b=nope",
            "s=s2&action=ready&b=anybody",
            "s=s2&action=ready&b=",
            "s=s2&b=nope&b=be&action=ready",
            "s=s2&b=be&b=nope&action=ready",
            "s=s2&action=maint&b=%234",
            "s=s2&action=ready&b=#4",
            "s=s2&action=ready&b=%234x",
            "s=s2&action=ready&b=%2399",
            "s=x&action=maint&b=header",
            "s=x&action=ready&b=%233",
            "b=be&s=s2&action=maint",
            "action=ready&s=s2&b=be",
            "action=maint&b=be&s=s2",
            "b=be&action=ready&s=s2",
            "s=s2&b=be&s=x&b=header&action=maint",
            "s=x&b=header&s=s2&b=be&action=ready",
            "s=x&action=ready&b=header",
            "s=s%32&action=ma%69nt&b=b%65",
            "s=s2&%61ction=ready&b=be",
            "s=s2&s=s%zz&action=maint&b=be",
            "s=s%zz&s=s2&action=maint&b=be",
            "s=s2&action=ready&b=be&zz=%zz",
            "zz=%zz&b=be&action=ready&s=s2",
            "zz=%zz&s=s2&action=ready&b=be",
            "s=s2&action=ready&b=be&zz",
            "&s=s2&action=ready&b=be",
            "s=s2&&action=ready&b=be",
            "s=s2&action=ready&b=be&",
            "s=s2;action=ready;b=be",
            "s&action=ready&b=be",
            "s=&action=ready&b=be",
            "S=s2&action=ready&b=be",
            "=s2&action=ready&b=be",
            "s=s2=3&action=ready&b=be",
            "s=s+2&action=ready&b=be",
            "s=s2&action=ready&b=be&" + "a".repeat(1000),
            "s=s2&action=ready&b=be&" + "a".repeat(3000),
            "s=s2&action=ready&b=be&zz=" + "a".repeat(3000),
            "s=s1&action=dhlth&b=be",
            "s=s1&action=dhlth&b=be",
            "s=s1&action=ehlth&b=be",
            "s=s2&action=dhlth&b=be",
            "s=s2&s=s1&action=ehlth&b=be",
            "s=s1&action=hdown&b=be",
            "s=s1&action=hrunn&b=be",
            "s=s1&action=hnolb&b=be",
            "s=s1&action=hrunn&b=be",
            "s=s2&action=hdown&b=be",
            "s=s2&action=hrunn&b=be",
            "s=s4&action=hdown&b=be",
            "s=s4&s=zz&action=hdown&b=be",
            "s=s4&action=maint&b=be",
            "s=s4&action=ready&b=be",
            "s=s3&action=dagent&b=be",
            "s=s3&action=eagent&b=be",
            "s=s3&action=adown&b=be",
            "s=s3&action=arunn&b=be",
            "s=s2&action=adown&b=be",
            "s=s2&action=dagent&b=be",
            "s=s5&action=disable&b=be",
            "s=s5&action=ready&b=be",
            "s=s1&s=s2&s=s3&s=s4&s=s5&action=shutdown&b=be",
            "s=s1&s=s2&s=s3&s=s4&s=s5&action=maint&b=be",
            "s=s1&s=s2&s=s3&s=s4&s=s5&action=ready&b=be",
            "s=s5&action=maint&b=be");

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    private interface Play {
        List<String> with(Operated proxy) throws Exception;
    }

    private void comparesWithHaproxy(Play play) throws Exception {
        assertThat(String.join("\n", played(false, play))).isEqualTo(String.join("\n", played(true, play)));
    }

    private List<String> played(boolean oracle, Play play) throws Exception {
        try (Operated proxy = new Operated(directory, CONFIGURATION, oracle, 4)) {
            // s1 and s3 are checked once, in vain; the next time is in an hour
            proxy.eventsUntil("via be/s1");
            proxy.command("set server be/s1 health up");
            proxy.eventsUntil("is UP via be/s1");
            return play.with(proxy);
        }
    }

    @Test
    void formsAreUnderstoodAsByHaproxy() throws Exception {
        comparesWithHaproxy(proxy -> {
            List<String> seen = new ArrayList<>();
            for (String form : FORMS) {
                String shown = form.length() > 80 ? form.substring(0, 80) + "…" : form;
                seen.add(shown + " -> " + posted(proxy, ANYBODY, "/s", "", form) + " " + states(proxy));
                seen.add(proxy.log());
            }
            seen.addAll(proxy.eventsUntil("s5 is going DOWN for maintenance"));
            return seen.stream()
                    .map(line -> line.replaceAll(" \\d+ sessions? active", ""))
                    .toList();
        });
    }

    @Test
    void onlyAdminsMayAndOthersAreToldSo() throws Exception {
        String form = "s=s2&action=ready&b=be";
        String password = "Authorization: Basic "
                + Base64.getEncoder().encodeToString("u:p".getBytes(StandardCharsets.US_ASCII)) + "\r\n";
        comparesWithHaproxy(proxy -> {
            List<String> seen = new ArrayList<>();
            for (String header : List.of("", "x: 1\r\n", "x: 2\r\n", "x: 3\r\n")) {
                seen.add(header + posted(proxy, BY_HEADER, "/s", header, form));
                seen.add(header + posted(proxy, BY_PASSWORD, "/s", header, form));
                seen.add(header + posted(proxy, BY_PASSWORD, "/s", header + password, form));
            }
            for (String header : List.of("deny", "allow", "ask", "other")) {
                seen.add(header + posted(proxy, BY_RULE, "/s", "x: " + header + "\r\n", form));
                seen.add(header + posted(proxy, BY_RULE, "/s", "x: " + header + "\r\n" + password, form));
            }
            for (int i = 0; i < 20; i++) {
                seen.add(proxy.log()
                        .replaceAll(" 40[013] ", " 40x ")); // haproxy logs 400 whatever it denies or asks for
            }
            return seen;
        });
    }

    @Test
    void optionsOfThePageAreKept() throws Exception {
        comparesWithHaproxy(proxy -> {
            List<String> seen = new ArrayList<>();
            for (String options : List.of(
                    ";up", ";norefresh", ";no-maint;up;norefresh", ";up;csv", ";st=NONE", "?x", "/x", ";json")) {
                String form = "s=s2&action=ready&b=be";
                seen.add(options + posted(proxy, ANYBODY, "/s" + options, "", form));
                seen.add(options + posted(proxy, BY_HEADER, "/s" + options, "x: 1\r\n", form));
            }
            return seen;
        });
    }

    @Test
    void bodiesComeInPiecesInChunksTooLateOrAreTooLong() throws Exception {
        comparesWithHaproxy(proxy -> {
            List<String> seen = new ArrayList<>();
            String form = "s=s2&action=ready&b=be";
            String head = "POST /s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
            try (Wire client = new Wire(proxy.connect(ANYBODY))) {
                client.send(head + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + form.substring(0, 5) + "\r\n");
                client.send("11\r\n" + form.substring(5) + "\r\n0\r\n\r\n");
                seen.add("chunks: " + client.awaitEnd().outcome());
            }
            try (Wire client = new Wire(proxy.connect(ANYBODY))) {
                client.send(head + "Expect: 100-continue\r\nContent-Length: 22\r\n\r\n")
                        .await("\r\n\r\n");
                seen.add("expecting: " + client.send(form).awaitEnd().outcome());
            }
            try (Wire client = new Wire(proxy.connect(ANYBODY))) {
                client.send(head + "Content-Length: 30\r\n\r\n" + form);
                seen.add("a part: " + client.awaitEnd().outcome());
            }
            try (Wire client = new Wire(proxy.connect(ANYBODY))) {
                seen.add("no body: " + client.send(head + "\r\n").awaitEnd().outcome());
            }
            for (int length : List.of(14_900, 15_500, 16_384, 40_000)) {
                String parameter = "&zz=" + "a".repeat(996);
                String body = (form + parameter.repeat(41)).substring(0, length);
                seen.add(length + posted(proxy, ANYBODY, "/s", "", body));
            }
            try (Wire client = new Wire(proxy.connect(ANYBODY))) {
                String again = "POST /s HTTP/1.1\r\nHost: a\r\nContent-Length: 22\r\n\r\n" + form;
                String answer = client.send(again).await("\r\n\r\n").outcome();
                client.send(again.replace("ready", "maint") + again).awaitBytes(3 * answer.length());
                seen.add("kept: " + client.outcome());
            }
            return seen;
        });
    }

    @Test
    void pagesHaveTheFormForAdminsOnlyAndSayWhatHappened() throws Exception {
        comparesWithHaproxy(proxy -> {
            List<String> seen = new ArrayList<>();
            for (String header : List.of("", "x: 1\r\n")) {
                String page = got(proxy, BY_HEADER, "/s", header);
                seen.add(
                        parts(
                                page,
                                "<form method=\"post\">|Apply\"></form>|<input[^>]*(checkbox|hidden|submit)[^>]*>|<select.*</select>|Choose[^<]*"));
                seen.add(parts(page, "<tr class=\"[^\"]*\"><td><input[^>]*>|<tr class=\"[^\"]*\"><td></td>"));
            }
            for (String outcome : List.of("DONE", "NONE", "PART", "ERRP", "EXCD", "DENY", "UNKN", "FOO", "")) {
                for (String options : List.of("", ";up;norefresh")) {
                    String page = got(proxy, BY_HEADER, "/s;st=" + outcome + options, "");
                    seen.add(parts(page, "<div class=[a-z_]+><a class=lfsb.*?</div>"));
                }
            }
            String scoped = "Authorization: Basic dTpw\r\n";
            seen.add(parts(got(proxy, BY_PASSWORD, "/s", scoped), "<form method=.post|<a name=\"[a-z]+\""));
            seen.add(parts(got(proxy, BY_PASSWORD, "/s;csv", scoped), "(?m)^[a-z]+,[A-Za-z0-9]+,"));
            seen.add(parts(got(proxy, ANYBODY, "/s;json-schema", ""), "[{]\"[$]schema.*[}]"));
            return seen;
        });
    }

    @Test
    void jsonHasTheValuesOfTheOtherForms() throws Exception {
        comparesWithHaproxy(proxy -> {
            List<String> seen = new ArrayList<>();
            String wanted =
                    "\\{\"objType\":\"[A-Za-z]+\",\"proxyId\":\\d+,\"id\":\\d+,\"field\":\\{\"pos\":\\d+,\"name\":"
                            + "\"(pxname|svname|status|iid|sid|mode|addr|type|hrsp_4xx)\"\\}.*?\\}\\}";
            seen.add(parts(got(proxy, ANYBODY, "/s;json", ""), "(?i)content-type: .*|" + wanted));
            seen.add(parts(proxy.command("show stat json"), "^\\[\\[|\\]\\]$|" + wanted));
            seen.add(parts(
                    proxy.command("show info json"),
                    "^\\[|\\]$|\\{\"field\":\\{\"pos\":\\d+,\"name\":\"(Name|Nbthread|Uptime_sec|Stopping)\"\\}[^v]*"));
            seen.add(proxy.command("show schema json"));
            return seen;
        });
    }

    /** All places of a text that match, a line each. */
    private static String parts(String text, String pattern) {
        StringBuilder found = new StringBuilder();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.append(matcher.group().strip()).append('\n');
        }
        return found.toString();
    }

    private static String got(Operated proxy, int listener, String uri, String headers) throws IOException {
        try (Wire client = new Wire(proxy.connect(listener))) {
            return client.send("GET " + uri + " HTTP/1.0\r\nHost: a\r\n" + headers + "\r\n")
                    .awaitEnd()
                    .outcome();
        }
    }

    private static String posted(Operated proxy, int listener, String uri, String headers, String form)
            throws IOException {
        try (Wire client = new Wire(proxy.connect(listener))) {
            return client.send("POST " + uri + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
                            + form.length() + "\r\n" + headers + "\r\n" + form)
                    .awaitEnd()
                    .outcome();
        }
    }

    /** Name, state and reasons for it of each server, and what checks it. */
    private static List<String> states(Operated proxy) throws IOException {
        return proxy.command("show servers state")
                .lines()
                .filter(line -> line.matches("\\d+ .* .* .*"))
                .map(line -> line.split(" ", -1))
                .map(f -> f[0] + "/" + f[3] + ":" + f[5] + "/" + f[6] + "/" + f[13] + "/" + f[14])
                .toList();
    }
}
