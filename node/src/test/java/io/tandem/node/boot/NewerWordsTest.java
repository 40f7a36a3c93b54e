// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.Catalogue.Chapter;
import io.tandem.node.language.Keyword.Standing;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.TrustingClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fetches and converters of HAProxy 2.7 to 3.x that no table of cases can have, for the installed haproxy does not know them: by what
 * their manual says of them, most by the log variable that they are another name for.
 */
@Timeout(60)
class NewerWordsTest {
    private static final String DEFAULTS =
            "defaults\n mode http\n timeout client 9s\n timeout server 9s\n timeout connect 9s\n";

    /** Each a log variable and the expression that yields the same. */
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("%Tc", "bc.timer.connect"),
            Map.entry("%Th", "fc.timer.handshake"),
            Map.entry("%Tt", "fc.timer.total"),
            Map.entry("%TR", "req.timer.hdr"),
            Map.entry("%Ti", "req.timer.idle"),
            Map.entry("%Tw", "req.timer.queue"),
            Map.entry("%Tq", "req.timer.tq"),
            Map.entry("%Td", "res.timer.data"),
            Map.entry("%Tr", "res.timer.hdr"),
            Map.entry("%Ta", "txn.timer.total"),
            Map.entry("%Tu", "txn.timer.user"),
            Map.entry("%ST", "txn.status"),
            Map.entry("%U", "bytes_in"),
            Map.entry("%B", "bytes_out"),
            Map.entry("%ac", "act_conn"),
            Map.entry("%ts", "txn.sess_term_state"),
            Map.entry("%bq", "bc_be_queue"),
            Map.entry("%sq", "bc_srv_queue"),
            Map.entry("%Ts", "request_date"));

    /** What others may yield. */
    private static final Map<String, String> OTHERS = Map.of(
            "accept_date", "1[0-9]{9}",
            "accept_date(ms)", "1[0-9]{12}",
            "uptime", "[0-9]{1,6}",
            "cur_client_timeout", "9000",
            "bc_rtt", "[0-9]+",
            "bc_rttvar(us)", "[0-9]+",
            "server_status", "201",
            "txn.redispatched", "0",
            "txn.conn_retries", "0",
            "txn.id32", "[0-9]+");

    private static final Pattern NO_WORD = Pattern.compile("[^\\w.-]+");

    @TempDir
    private Path directory;

    private final int port = Ports.reserved();

    private String ask(String path) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(20_000);
            LoopbackServer.send(client, "GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void namesOfLogVariablesYieldWhatTheVariablesShow() throws Exception {
        StringBuilder format = new StringBuilder("[x]");
        ALIASES.forEach((variable, name) -> format.append("\\ ")
                .append(name)
                .append('=')
                .append(variable)
                .append("=%[")
                .append(name)
                .append(']'));
        OTHERS.forEach((name, pattern) ->
                format.append("\\ ").append(name).append("=%[").append(name).append(']'));
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        try (LogReceiver log = new LogReceiver(lines::add);
                LoopbackServer server = new LoopbackServer((connection, number) -> {
                    LoopbackServer.head(connection);
                    LoopbackServer.send(connection, "HTTP/1.1 201 OK\r\ncontent-length: 0\r\n\r\n");
                });
                TestProxy proxy = TestProxy.start(
                        DEFAULTS + "listen l\n log 127.0.0.1:" + log.port() + " local0\n log-format " + format
                                + "\n bind 127.0.0.1:" + port + "\n server s 127.0.0.1:" + server.port() + "\n",
                        1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            assertThat(ask("/")).startsWith("HTTP/1.1 201");
            String line = Objects.requireNonNull(lines.poll(20, TimeUnit.SECONDS));

            ALIASES.values()
                    .forEach(name -> assertThat(line).containsPattern(" " + Pattern.quote(name) + "=(\\S+)=\\1( |$)"));
            OTHERS.forEach((name, pattern) ->
                    assertThat(line).containsPattern(" " + Pattern.quote(name) + "=" + pattern + "( |$)"));
        }
    }

    @Test
    void namesOfCookiesAreToldInTheirOrder() throws Exception {
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    LoopbackServer.head(connection);
                    LoopbackServer.send(
                            connection,
                            "HTTP/1.1 200 OK\r\nset-cookie: c=3; path=/\r\nset-cookie: d=4\r\ncontent-length: 0\r\n\r\n");
                });
                TestProxy proxy = TestProxy.start(
                        DEFAULTS + "listen l\n bind 127.0.0.1:" + port
                                + "\n http-request set-var(txn.sent) req.cook_names(:)\n"
                                + " http-response set-header names %[var(txn.sent)]/%[res.cook_names(:)]\n server s 127.0.0.1:"
                                + server.port() + "\n",
                        1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);

            assertThat(ask("/ HTTP/1.1\r\ncookie: a=1; b=2\r\nx: ")).contains("names: a:b/c:d");
        }
    }

    @Test
    void countersOfAKeyAreRaisedAndCleared() throws Exception {
        try (TestProxy proxy = TestProxy.start(
                DEFAULTS + "backend t\n stick-table type string size 9 store gpc0,gpc1\n"
                        + "backend u\n stick-table type string size 9 store gpc(3)\nfrontend f\n bind 127.0.0.1:" + port
                        + "\n http-request track-sc0 path table t\n http-request track-sc1 path table u\n"
                        + " http-request return status 200"
                        + " hdr a %[path,table_inc_gpc0(t)],%[path,table_inc_gpc0(t)],%[path,table_clr_gpc0(t)],%[path,table_gpc0(t)]"
                        + " hdr b %[path,table_inc_gpc1(t)],%[path,table_clr_gpc1(t)],%[path,table_inc_gpc1(t)]"
                        + " hdr c %[path,table_inc_gpc(2,u)],%[path,table_clr_gpc(2,u)],%[path,table_inc_gpc(2,u)]\n",
                1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);

            assertThat(ask("/")).contains("a: 1,2,2,0").contains("b: 1,1,1").contains("c: 1,1,1");
        }
    }

    @Test
    void whatAClientOffersInTlsIsTold() throws Exception {
        String pem = Pems.write(directory, "site.pem", "ec.crt", "ec.key");
        try (TestProxy proxy = TestProxy.start(
                "global\n tune.ssl.capture-buffer-size 2000\n" + DEFAULTS + "frontend f\n bind 127.0.0.1:" + port
                        + " ssl crt " + pem + "\n http-request return status 200 hdr versions"
                        + " %[ssl_fc_supported_versions_bin,hex] hdr algorithms %[ssl_fc_sigalgs_bin,hex]\n",
                1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            try (SSLSocket client = (SSLSocket)
                    TrustingClient.context().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
                client.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
                client.setSoTimeout(20_000);
                client.startHandshake();
                LoopbackServer.send(client, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                String head = LoopbackServer.head(client);

                assertThat(head).contains("versions: 03040303").containsPattern("algorithms: [0-9A-F]*0403");
            }
        }
    }

    /** The tables have all that the installed haproxy has; what is newer has a test that names it. */
    @Test
    void whateverWorksOfNewerFetchesConvertersAndActionsIsNamedByATest() throws Exception {
        Set<String> named = new HashSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src", "test", "java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                NO_WORD.splitAsStream(Files.readString(file)).forEach(named::add);
            }
        }
        Set<String> missing = new TreeSet<>();
        Map<Chapter, KeywordFamily> families = Map.of(
                Chapter.FETCH, KeywordFamily.FETCH,
                Chapter.CONVERTER, KeywordFamily.CONVERTER,
                Chapter.ACTION, KeywordFamily.ACTION);
        for (Catalogue.Entry entry : Catalogue.all()) {
            KeywordFamily family = families.get(entry.chapter());
            boolean isNewer =
                    family != null && !KnownKeywords.names(family).contains(entry.name()) && !isOneOfMany(entry.name());
            if (isNewer && entry.standing() == Standing.WORKS && !named.contains(entry.name())) {
                missing.add(entry.chapter() + " " + entry.name());
            }
        }

        assertThat(missing).isEmpty();
    }

    /** {@code sc1_glitch_cnt} is {@code sc_glitch_cnt(1)}, {@code track-sc} is tracked with a number. */
    private static boolean isOneOfMany(String name) {
        return name.matches("sc[0-2]_.*") || List.of("track-sc").contains(name);
    }
}
