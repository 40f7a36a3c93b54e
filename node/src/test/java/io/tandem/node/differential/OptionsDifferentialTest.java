// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.differential.Theatre.Script;
import java.util.Map;

/**
 * What options and lines about HTTP and TCP do while the proxy runs: bytes, how connections end, the log line are those of the
 * installed haproxy.
 */
class OptionsDifferentialTest extends PlayedDifferentialTest {
    private static final String COMMON =
            """
            global
                log 127.0.0.1:LOG len 4096 local0
                h1-case-adjust host HoSt
                h1-case-adjust content-length Content-Length
                h1-case-adjust x-adjusted X-ADJusted
                h1-case-adjust connection CONNection
            defaults plain
                mode http
                log global
                option httplog
                timeout connect 5s
                timeout client 5s
                timeout server 5s
                retries 0
            """;

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    private static final String CHUNKED_POST = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String TEN = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    private static final String HEAD_END = "\r\n\r\n";

    /** Scenes in which more, or other things, are seen here. */
    private static final Map<String, String> NOTICED = Map.of(
            // its chunks are cut anew here, as they are with haproxy where a backend waits
            "response-chunked-frontend", "x-body: abcde 5 5\\r\\n\\r\\n5\\r\\nabcde",
            "response-chunked-frontend-at-least-4", "x-body: abcde 5 5\\r\\n\\r\\n5\\r\\nabcde");

    OptionsDifferentialTest() {
        super(COMMON, NOTICED);
    }

    @Override
    void writeBill() {
        errorPages();
        requestBodies();
        responseBodies();
        connectionOptions();
        serverNames();
        independentStreams();
        logOptions();
        sourceAddresses();
        tcp();
    }

    private void errorPages() {
        String gone = "http-error status 503 content-type text/plain lf-string \"%[method] gone\" hdr X-A %[path]";
        String dead = "server s1 127.0.0.1:DEAD";
        scene("http-error in a frontend", gone, dead, s -> s.client().send(GET).await("gone"));
        scene("http-error in a backend of a dead server", "", gone + "\n " + dead, s -> s.client()
                .send(GET)
                .await("gone"));
        scene(
                "http-error of the backend before that of the frontend",
                "http-error status 503",
                gone + "\n " + dead,
                s -> s.client().send(GET).await("gone"));
        scene(
                "http-error of the frontend for what the backend does not say",
                gone,
                "http-error status 504 content-type a/b string x\n " + dead,
                s -> s.client().send(GET).await("gone"));
        scene("http-error without a body", "http-error status 503", dead, s -> s.client()
                .send(GET)
                .await(HEAD_END));
        scene("http-error taken back", gone + "\n http-error status 503 default-errorfiles", dead, s -> s.client()
                .send(GET)
                .await("</html>"));
        scene(
                "http-error and deny",
                "http-error status 403 content-type text/plain string no\n http-request deny",
                "",
                s -> s.client().send(GET).await("no"));
        for (int status : new int[] {400, 408, 429}) {
            scene(
                    "http-error and deny " + status,
                    "http-error status " + status
                            + " content-type text/plain string no\n http-request deny deny_status " + status,
                    "",
                    s -> s.client().send(GET).await("no").half().awaitEnd());
        }
        scene(
                "http-error and a time-out of the request",
                "timeout http-request 1s\n http-error status 408 content-type text/plain string no",
                "",
                s -> s.client().send("GET / HT").awaitEnd());
        scene(
                "http-error and rules behind it",
                gone + "\n http-after-response set-header X-After %[status]",
                dead,
                s -> s.client().send(GET).await("gone"));
        scene("http-error to HEAD", gone, dead, s -> s.client()
                .send(GET.replace("GET", "HEAD"))
                .await(HEAD_END));
    }

    private static final String FACTS = "http-request set-header X-Body \"%[req.body] %[req.body_len] %[req.body_size]"
            + " %[req.body_param(a)] %[req.body_param]\"";

    private void requestBodies() {
        for (String option : new String[] {"", "option http-buffer-request"}) {
            String name = option.isEmpty() ? "" : " buffered";
            scene("body at once" + name, option + "\n " + FACTS, "", s -> answered(s, POST + "a=b&c", "a=b&c"));
            scene("body of a form" + name, option + "\n " + FACTS, "", s -> answered(s, POST + "b;a=2", "a=2"));
            scene(
                    "body chunked" + name,
                    option + "\n " + FACTS,
                    "",
                    s -> answered(s, CHUNKED_POST + "3\r\nx=y\r\n4\r\n&a=b\r\n0\r\n\r\n", "0\r\n\r\n"));
            scene("no body" + name, option + "\n " + FACTS, "", s -> answered(s, GET, HEAD_END));
            scene("body seen in the backend" + name, option, FACTS, s -> answered(s, POST + "a=b&c", "a=b&c"));
        }
        scene("body behind the head buffered", "option http-buffer-request\n " + FACTS, "", s -> {
            Wire client = s.client().send(POST);
            client.listen(100).send("a=b&c");
            s.server().await("a=b&c").send(OK);
            client.await("ok");
        });
        scene("body behind the head", FACTS, "", s -> {
            Wire client = s.client().send(POST);
            Wire server = s.server().await(HEAD_END);
            client.send("a=b&c");
            server.await("a=b&c").send(OK);
            client.await("ok");
        });
        scene("an ACL on the body", "http-request deny if { req.body -m sub evil }", "", s -> s.client()
                .send(POST + "xevil")
                .await("</html>"));
        scene("an ACL on any parameter", "http-request deny if { req.body_param -m str 2 }", "", s -> s.client()
                .send(POST + "a=1&b=2".substring(2))
                .await("</html>"));
        scene(
                "no payload in a request",
                "http-request deny if { req.payload(0,0) -m found }",
                "",
                s -> answered(s, POST + "xevil", "xevil"));
    }

    private static void answered(Theatre.Stage stage, String request, String last) throws Exception {
        Wire client = stage.client().send(request);
        stage.server().await(last).send(OK);
        client.await("ok");
    }

    private void responseBodies() {
        String facts = "http-response set-header X-Body \"%[res.body] %[res.body_len] %[res.body_size]\"";
        String wait = "http-response wait-for-body time 2s";
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (String place : new String[] {"frontend", "backend"}) {
            for (String enough : new String[] {"", " at-least 4"}) {
                String rules = wait + enough + "\n " + facts;
                String front = place.equals("frontend") ? rules : "";
                String back = place.equals("backend") ? rules : "http-response set-header X-Once 1";
                String of = " " + place + enough;
                response("response whole" + of, front, back, TEN + "0123456789", "");
                response("response in parts" + of, front, back, TEN + "01", "23456789");
                response("response behind its head" + of, front, back, TEN, "0123456789");
                response("response chunked" + of, front, back, chunked + "2\r\nab\r\n", "3\r\ncde\r\n0\r\n\r\n");
                response("response without a body" + of, front, back, "HTTP/1.1 204 No\r\n\r\n", "");
            }
        }
        String rules = wait + "\n " + facts;
        scene("response does not come", "", rules, s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(TEN + "01");
            client.await("</html>");
            server.awaitEnd();
        });
        scene("response does not come in the time of the server", "", rules + "\n timeout server 1s", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(TEN + "01");
            client.await("</html>");
            server.awaitEnd();
        });
        scene("response is cut", "", rules, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(TEN + "01").close();
            client.awaitEnd();
        });
        scene("response until the end", "", rules, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\n\r\n0123").close();
            client.awaitEnd();
        });
        scene("response denied after its body", "", wait + "\n http-response deny if { res.body -m sub 45 }", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(TEN + "0123456789");
            client.await("</html>");
        });
        scene("response that no buffer holds", "", wait, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + "x".repeat(50000));
            client.awaitBytes(50042);
        });
        response("response seen without waiting", "", facts, TEN + "0123456789", "");
        scene("two waits", wait + "\n " + facts, wait + " at-least 2", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(TEN + "01");
            server.listen(50).send("23456789");
            client.await("9");
        });
    }

    private void response(String name, String frontend, String backend, String first, String second) {
        scene(name, frontend, backend, s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(first);
            server.listen(50).send(second);
            client.await(first.contains("204") ? HEAD_END : first.contains("chunked") ? "0\r\n\r\n" : "9");
        });
    }

    private void serverNames() {
        String named = "GET / HTTP/1.1\r\nHost: a\r\nx-SERVER-name: mine\r\nx-b: c\r\nX-Server-Name: yours\r\n\r\n";
        Script whole = s -> {
            Wire client = s.client().send(named);
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        };
        scene(
                "a server name instead of what the client says",
                "option forwardfor",
                "http-send-name-header X-Server-Name\n http-request add-header x-added 1",
                whole);
        scene(
                "the name in the field of the last line",
                "",
                "http-send-name-header x-a\n http-send-name-header x-b\n server an.odd:Name 127.0.0.1:SERVER"
                        + "\n balance roundrobin",
                whole);
        scene("the name as Host", "", "http-send-name-header host", whole);
        scene(
                "the name with capitals",
                "",
                "http-send-name-header x-adjusted\n option h1-case-adjust-bogus-server",
                whole);
        scene(
                "the name of the server that gets it at last",
                "",
                """
                retries 1
                option redispatch
                balance roundrobin
                http-send-name-header x-server-name
                server s1 127.0.0.1:DEAD
                server s2 127.0.0.1:SERVER""",
                whole);
        scene(
                "the name in a request that goes out again",
                "",
                "retries 2\n retry-on all-retryable-errors\n option redispatch 1\n balance roundrobin\n"
                        + " http-send-name-header x-server-name\n"
                        + " server s1 127.0.0.1:SERVER\n server s2 127.0.0.1:SERVER",
                s -> {
                    Wire client = s.client().send(named);
                    s.server().await(HEAD_END).close();
                    s.server().await(HEAD_END).send(OK);
                    client.await("ok");
                });
        scene("the name in mode tcp", "mode tcp", "mode tcp\n http-send-name-header x-server-name", 0, whole);
    }

    private void connectionOptions() {
        scene("nolinger to the client", "option nolinger\n option httpclose", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("ok").awaitEnd();
        });
        scene(
                "nolinger to the client of an own answer",
                "option nolinger\n http-request deny deny_status 400",
                "",
                s -> s.client().send(GET).awaitEnd());
        scene("nolinger to the server", "", "option nolinger\n option http-server-close", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(OK);
            client.await("ok");
            server.awaitEnd();
        });
        scene("pretended keep-alive", "", "option http-server-close\n option http-pretend-keepalive", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(OK);
            client.await("ok");
            server.awaitEnd();
        });
        scene("keep-alive not pretended", "", "option http-server-close", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(OK);
            client.await("ok");
            server.awaitEnd();
        });
        scene("pretended keep-alive with httpclose", "", "option httpclose\n option http-pretend-keepalive", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(OK);
            client.await("ok"); // whose connection ends by its time-out, as late as patience here
            server.awaitEnd();
        });
        String fields = "GET / HTTP/1.1\r\nhost: a\r\nx-adjusted: 1\r\nx-other: 2\r\n\r\n";
        String answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-adjusted: 1\r\n\r\nok";
        for (String client : new String[] {"", "option h1-case-adjust-bogus-client"}) {
            for (String server : new String[] {"", "option h1-case-adjust-bogus-server"}) {
                String name = (client.isEmpty() ? "" : " client") + (server.isEmpty() ? "" : " server");
                scene("case adjusted" + name, client, server + "\n http-response set-header x-adjusted b", s -> {
                    Wire wire = s.client().send(fields);
                    s.server().await(HEAD_END).send(answer);
                    wire.await("ok");
                });
                scene("case adjusted closing" + name, client + "\n option httpclose", server, s -> {
                    Wire wire = s.client().send(fields);
                    s.server().await(HEAD_END).send(answer);
                    wire.await("ok").awaitEnd();
                });
            }
        }
        scene("case adjusted own answer", "option h1-case-adjust-bogus-client\n http-request deny", "", s -> s.client()
                .send(GET)
                .await("</html>"));
    }

    private void independentStreams() {
        for (String option : new String[] {"", "option independent-streams"}) {
            scene("a slow body " + option, "", option + "\n timeout server 1s", s -> {
                Wire client = s.client().send(POST.replace("5", "7"));
                Wire server = s.server().await(HEAD_END);
                for (int i = 0; i < 3; i++) {
                    client.listen(300).send("b");
                }
                if (option.isEmpty()) {
                    client.listen(300).send("bbbc");
                    server.await("c").send(OK);
                    client.await("ok");
                } else {
                    client.await("</html>");
                }
            });
        }
    }

    private void logOptions() {
        scene("dontlog-normal", "option dontlog-normal", "", 0, s -> answered(s, GET, HEAD_END));
        scene("dontlog-normal and a denial", "option dontlog-normal\n http-request deny", "", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("dontlog-normal and a failure of the server", "option dontlog-normal", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nok");
            client.await("ok");
        });
        scene("dontlog-normal and a cut response", "option dontlog-normal", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(TEN + "01").close();
            client.awaitEnd();
        });
        scene("dontlog-normal of 404", "option dontlog-normal", "", 0, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nok");
            client.await("ok");
        });
        scene("logasap", "option logasap", "", s -> answered(s, GET, HEAD_END));
        scene("logasap of a body", "option logasap", "", s -> answered(s, POST + "12345", "12345"));
        scene("logasap of an own answer", "option logasap\n http-request deny", "", s -> s.client()
                .send(GET)
                .await("</html>"));
    }

    /** {@code %bi}, {@code %bp}: ours toward the server, also where it refuses, and where another request used it before. */
    private void sourceAddresses() {
        String line = "log-format \"%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt 0 %B - - %ts %ac/%fc/%bc/%sc/%rc"
                + " bi=%bi bp=%bp %{+X}bi %{+Q}bi %{+Q}si\"";
        String source = "source 127.0.0.3";
        scene("source toward the server", line, "", s -> answered(s, GET, HEAD_END));
        scene("source toward the server as told", line, source, s -> answered(s, GET, HEAD_END));
        scene("source toward the server of an answer of our own", line, "http-request deny", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("source toward a dead server", line, source + "\n server s1 127.0.0.1:DEAD", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("source of a connection used again", line, source, 2, s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(OK);
            client.await("ok").send("GET / HTTP/1.1\r\nHost: a\r\nX-End: yes\r\n\r\n");
            server.await("yes\r\n\r\n").send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend");
            client.await("end");
        });
        scene("source toward the server in TCP mode", "mode tcp\n " + line, "mode tcp\n " + source, s -> {
            Wire client = s.client().send("a");
            s.server().await("a").send("b").close();
            client.awaitEnd();
        });
    }

    private void tcp() {
        String plain =
                "mode tcp\n log-format \"%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt 0 %B - - %ts %ac/%fc/%bc/%sc/%rc %sq/%bq\"";
        for (String side : new String[] {"", "frontend", "backend"}) {
            String front = plain + (side.equals("frontend") ? "\n option independent-streams" : "");
            String back = "mode tcp" + (side.equals("backend") ? "\n option independent-streams" : "");
            scene("one way to the server " + side, front, back + "\n timeout server 2s", s -> {
                Wire client = s.client().send("a");
                Wire server = s.server().await("a");
                for (int i = 0; i < 6; i++) {
                    client.listen(500).send("b");
                }
                server.await("abbbbbb").close();
                client.awaitEnd();
            });
            scene("one way to the client " + side, front + "\n timeout client 2s", back, s -> {
                Wire client = s.client();
                Wire server = s.server();
                for (int i = 0; i < 6; i++) {
                    server.listen(500).send("b");
                }
                server.close();
                client.awaitEnd();
            });
        }
        scene("nolinger in TCP mode", plain + "\n option nolinger", "mode tcp", s -> {
            Wire client = s.client().send("a");
            s.server().await("a").send("b").close();
            client.awaitEnd();
        });
        scene("nolinger in TCP mode to the server", plain, "mode tcp\n option nolinger", s -> {
            Wire client = s.client().send("a");
            Wire server = s.server().await("a");
            client.close();
            server.awaitEnd();
        });
        scene("dontlognull in TCP mode", plain + "\n option dontlognull", "mode tcp", 0, s -> {
            Wire client = s.client();
            s.server().close();
            client.awaitEnd();
        });
        scene("dontlog-normal in TCP mode", plain + "\n option dontlog-normal", "mode tcp", 0, s -> {
            Wire client = s.client().send("a");
            s.server().await("a").send("b").close();
            client.awaitEnd();
        });
    }
}
