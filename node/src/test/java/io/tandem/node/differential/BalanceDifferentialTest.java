// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.testkit.LoopbackServer.head;
import static io.tandem.node.testkit.LoopbackServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which server a request goes to: for the same sequence of requests the one that the installed haproxy chooses. */
@Timeout(120)
class BalanceDifferentialTest {
    private static final String HEAD =
            """
            global
                nbthread 1
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                option dontlognull
                timeout connect 1s
                timeout client 10s
                timeout server 10s
            frontend fe
                bind 127.0.0.1:PORT
                use_backend %[req.hdr(be)]
            """;

    private static final String SERVERS =
            """
                server a 127.0.0.1:SERVER
                server b 127.0.0.1:SERVER weight 3
                server c 127.0.0.1:SERVER id 9
                server d 127.0.0.1:SERVER weight 20
                server e 127.0.0.1:SERVER weight 5 backup
            """;

    /**
     * A way to balance, and the requests it is tried with: their target and further header lines; with an empty line there, what
     * is behind it is the body of a POST.
     */
    private record Trial(String balance, List<String> requests) {}

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    private static List<String> many(int count, IntFunction<String> request) {
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(request.apply(i));
        }
        return requests;
    }

    private static List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        List<String> same = many(35, i -> "/");
        for (String balance : List.of("static-rr", "first", "source", "hdr(absent)", "url_param absent", "hash src")) {
            trials.add(new Trial("balance " + balance, same));
        }
        trials.add(new Trial("balance hdr(absent)\n hash-type consistent", same));
        trials.add(new Trial("balance source\n hash-type consistent", same));
        trials.add(new Trial("balance source\n hash-type map-based djb2 avalanche", same));
        List<String> keys = many(30, i -> "/ x: k" + i + "\u00e9" + i * i);
        for (String function : List.of("", "sdbm", "djb2", "wt6", "crc32", "sdbm avalanche", "wt6 avalanche")) {
            trials.add(new Trial("balance hdr(x)\n hash-type map-based " + function, keys));
            trials.add(new Trial("balance hdr(x)\n hash-type consistent " + function, keys));
        }
        List<String> fields = List.of("/ x: a, b", "/ x: a\r\nx: b", "/ x: ", "/ X: c", "/ x:  d ", "/ x: localhost");
        trials.add(new Trial("balance hdr(x)", fields));
        // of one length: haproxy 2.6 looks at the byte behind the value, too, which is what the last request has left
        // there
        List<String> names = List.of(
                "www.foo.com:80",
                "www.foobars.de",
                "foobarsfoobar.",
                ".foobarsfoobar",
                "foobarsfoobars",
                "..fffffffffa..",
                "10.128.192.224",
                "a.bb.ccc.ddddd",
                "foo.bars.co.uk");
        trials.add(new Trial(
                "balance hdr(x) use_domain_only",
                names.stream().map(name -> "/ x: " + name).toList()));
        List<String> targets = new ArrayList<>(many(20, i -> "/a" + i % 7 + "/b" + i + "/c?x=" + i));
        targets.addAll(List.of(
                "/",
                "/?",
                "/x",
                "/x/",
                "/x?a/b",
                "//",
                "/a//b/c",
                "http://a/y/z?q",
                "/?x",
                "/?x=",
                "/?x=&x=3",
                "/?X=4",
                "/?a;x=3",
                "/?xx=5&x=7",
                "/?a=1&x=2&b=3",
                "/?x=a%20b"));
        for (String balance : List.of(
                "uri",
                "uri whole",
                "uri len 4",
                "uri depth 1",
                "uri depth 2",
                "uri depth 3 whole",
                "uri path-only",
                "uri path-only whole len 5 depth 2",
                "url_param x",
                "url_param x\n hash-type consistent",
                "hash path",
                "hash path,length",
                "hash url_param(x)",
                "hash src,ipmask(24)\n hash-type consistent crc32")) {
            trials.add(new Trial("balance " + balance, targets));
        }
        List<String> posts = new ArrayList<>(many(12, i -> "/p \r\n\r\na=1&x=" + i + "&b=2"));
        posts.addAll(List.of(
                "/p?x=3 \r\n\r\nx=4",
                "/p \r\n\r\nx=5",
                "/p \r\n\r\nxx=5&x=6",
                "/p \r\n\r\na=1 x=7",
                "/p \r\n\r\na=1\n&x=8",
                "/p \r\n\r\na=1&x=8 9",
                "/p \r\n\r\na=1&x=8\t9",
                "/p \r\n\r\na=1&x=8\r\n",
                "/p \r\n\r\na=1&x=8\u0001",
                "/p \r\n\r\na=1&x=8;b=1",
                "/p \r\n\r\na b&x=8",
                "/p \r\n\r\na\u0001b&x=8",
                "/p \r\n\r\na\r\n\r\nb&x=8",
                "/p \r\n\r\n\u00ff&x=8",
                "/p \r\n\r\n&x=9",
                "/p \r\n\r\nx=&x=3",
                "/p \r\n\r\nX=4",
                "/p \r\n\r\nx"));
        trials.add(new Trial("balance url_param x check_post", posts));
        trials.add(new Trial("balance url_param x check_post\n hash-type consistent", posts));
        return trials;
    }

    @Test
    void theSameRequestsGoToTheSameServers() throws Exception {
        List<Trial> trials = trials();
        List<List<String>> theirs = play(trials, true);
        List<List<String>> ours = play(trials, false);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < trials.size(); i++) {
            if (!ours.get(i).equals(theirs.get(i))) {
                differences.add(trials.get(i).balance() + "\n haproxy " + theirs.get(i) + "\n tandem  " + ours.get(i));
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }

    private static List<List<String>> play(List<Trial> trials, boolean oracle) throws Exception {
        try (LoopbackServer server = new LoopbackServer((connection, number) -> answer(connection))) {
            StringBuilder text = new StringBuilder(HEAD);
            for (int i = 0; i < trials.size(); i++) {
                text.append("backend be")
                        .append(i)
                        .append("\n ")
                        .append(trials.get(i).balance())
                        .append('\n');
                text.append(SERVERS.replace("SERVER", String.valueOf(server.port())));
            }
            List<List<String>> chosen = new ArrayList<>();
            try (Contestant proxy = new Contestant(text.toString(), oracle)) {
                for (int i = 0; i < trials.size(); i++) {
                    chosen.add(play(proxy, i, trials.get(i).requests()));
                }
            }
            return chosen;
        }
    }

    /** The servers, as the log names them. */
    private static List<String> play(Contestant proxy, int backend, List<String> requests) throws Exception {
        try (Socket client = proxy.connect()) {
            for (String request : requests) {
                String[] parts = request.split(" ", 2);
                int body = request.indexOf("\r\n\r\n");
                String fields = parts.length > 1 ? parts[1] + "\r\n" : "";
                if (body >= 0) {
                    String posted = request.substring(body + 4);
                    fields = "Content-Length: " + posted.length() + "\r\n\r\n" + posted;
                }
                String line = (body >= 0 ? "POST " : "GET ") + parts[0] + " HTTP/1.1\r\nHost: a\r\nbe: be" + backend
                        + "\r\n" + fields + (body >= 0 ? "" : "\r\n");
                send(client, line);
                head(client);
            }
        }
        return proxy.log(requests.size()).stream()
                .map(line -> line.split(" ", 4)[1].replaceAll(".*/", ""))
                .toList();
    }

    private static void answer(Socket connection) throws IOException {
        while (!head(connection).isEmpty()) {
            send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    }
}
