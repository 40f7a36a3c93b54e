// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

/** How an exchange can end once a server has it: its response, retries, bodies, clients that go away, and tunnels. */
final class ResponseScenes extends Scenes {
    ResponseScenes() {
        responses();
        retries();
        bodies();
        clients();
        tunnels();
    }

    private void responses() {
        scene("SH nothing", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).close();
            client.await("</html>");
        });
        scene("SH reset", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).reset();
            client.await("</html>");
        });
        scene("SH half a head", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\nContent").close();
            client.await("</html>");
        });
        scene("SH half a head and reset", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\nContent").reset();
            client.await("</html>");
        });
        scene("SH closed before a body", "", "", s -> {
            Wire client = s.client().send(POST);
            s.server().await(HEAD_END).close();
            client.await("</html>");
        });
        scene("SH on a reused connection", "", "", 1, s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(OK);
            client.await("ok").send(GET);
            server.awaitBytes(56).close();
            client.awaitEnd();
        });
        scene("PH junk", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("hello world\r\n\r\n");
            client.await("</html>");
        });
        scene("PH denied", "", "http-response deny", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("</html>");
        });
        scene("sH", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END);
            client.await("</html>");
        });
        scene("sH half a head", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200");
            client.await("</html>");
        });
        scene("sH behind 100", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 100 Continue\r\n\r\n");
            client.await("</html>");
        });
        scene("unfinished body server first", "", "", s -> {
            Wire client = s.client().send(POST + "ab");
            s.server().await("ab");
            client.awaitEnd();
        });
        scene("unfinished body client first", "timeout client 300ms", "timeout server 700ms", s -> {
            Wire client = s.client().send(POST + "ab");
            s.server().await("ab");
            client.awaitEnd();
        });
        scene("unfinished chunked body", "timeout client 300ms", "timeout server 700ms", s -> {
            Wire client = s.client().send(CHUNKED_POST + "2\r\nab\r\n");
            s.server().await("ab");
            client.awaitEnd();
        });
        scene("client left during its body", "", "", s -> {
            Wire client = s.client().send(POST + "ab");
            Wire server = s.server().await("ab");
            client.reset();
            server.awaitEnd();
        });
        scene("client ended during its body", "", "", s -> {
            Wire client = s.client().send(POST + "ab");
            s.server().await("ab");
            client.half().awaitEnd();
        });
        scene("bad chunk in a request", "", "", s -> {
            Wire client = s.client().send(CHUNKED_POST + "2\r\nab\r\n");
            s.server().await("ab");
            client.send("zz\r\n").awaitEnd();
        });
        scene("answer before the body", "", "", s -> {
            Wire client = s.client().send(POST + "ab");
            s.server().await("ab").send(OK);
            client.await("ok").send("cde").awaitEnd();
        });
        scene("answer and close before the body", "", "", s -> {
            Wire client = s.client().send(POST + "ab");
            s.server()
                    .await("ab")
                    .send("HTTP/1.1 413 Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
                    .close();
            client.await("no").awaitEnd();
        });
        scene("sD nobody takes the rest of a body", "", "", s -> {
            Wire client = s.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
            String block = "x".repeat(1 << 20);
            for (int i = 0; i < 16 && !client.outcome().endsWith("<gone>"); i++) {
                client.send(block);
            }
        });
        scene("expect", "", "", s -> {
            Wire client =
                    s.client().send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            Wire server = s.server().await(HEAD_END).send("HTTP/1.1 100 Continue\r\n\r\n");
            client.await(HEAD_END).send("abcde");
            server.await("abcde").send(OK);
            client.await("ok");
        });
        scene("expect with a buffered body", "option http-buffer-request", "", s -> {
            Wire client =
                    s.client().send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            client.await(HEAD_END).send("abcde");
            s.server().await("abcde").send(OK);
            client.await("ok");
        });
    }

    private void retries() {
        String all = "retries 2\n retry-on all-retryable-errors 404";
        scene("retry empty response", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).close();
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        });
        scene("retry reset", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).reset();
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        });
        scene("retry until none is left", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).close();
            s.server().await(HEAD_END).close();
            s.server().await(HEAD_END).close();
            client.await("</html>");
        });
        scene("retry half a head", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\nCont").close();
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        });
        scene("retry junk", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("hello\r\n\r\n");
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        });
        scene("retry timeout", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END);
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        });
        scene("retry status", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server()
                    .await(HEAD_END)
                    .send("HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
                    .close();
            s.server()
                    .await(HEAD_END)
                    .send("HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
                    .close();
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        });
        scene("retry status until none is left", "", all, s -> {
            Wire client = s.client().send(GET);
            for (int i = 0; i < 3; i++) {
                s.server()
                        .await(HEAD_END)
                        .send("HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
                        .close();
            }
            client.await("no");
        });
        scene("no retry of another status", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
            client.await("no");
        });
        scene("retry with a body", "", all, s -> {
            Wire client = s.client().send(POST + "abcde");
            s.server().await("abcde").close();
            s.server().await("abcde").send(OK);
            client.await("ok");
        });
        scene("retry with a chunked body", "", all, s -> {
            Wire client = s.client().send(CHUNKED_POST + "5\r\nabcde\r\n0\r\n\r\n");
            s.server().await("0\r\n\r\n").close();
            s.server().await("0\r\n\r\n").send(OK);
            client.await("ok");
        });
        scene("retry with a body behind the head", "", all, s -> {
            Wire client = s.client().send(POST);
            Wire server = s.server().await(HEAD_END);
            client.send("abcde");
            server.await("abcde").close();
            client.await("</html>");
        });
        scene("no retry in the middle of a body", "", all, s -> {
            Wire client = s.client().send(POST + "ab");
            s.server().await("ab").close();
            client.await("</html>");
        });
        scene("no retry of a large body", "", all, s -> {
            Wire client =
                    s.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n" + "x".repeat(40_000));
            s.server().await("x".repeat(40_000)).close();
            client.await("</html>");
        });
        scene("no retry by rule", "http-request disable-l7-retry", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).close();
            client.await("</html>");
        });
        scene("no retry once the body flows", "", all, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(TEN + "abc").close();
            client.awaitEnd();
        });
        scene(
                "retry with redispatch",
                "",
                all + "\n option redispatch 1\n balance roundrobin\n"
                        + " server s1 127.0.0.1:SERVER\n server s2 127.0.0.1:SERVER",
                s -> {
                    Wire client = s.client().send(GET);
                    s.server().await(HEAD_END).close();
                    s.server().await(HEAD_END).send(OK);
                    client.await("ok");
                });
        scene("retry on a reused connection", "", all, 2, s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(OK);
            client.await("ok").send(GET);
            server.awaitBytes(56).close();
            s.server().await(HEAD_END).send(OK.replace("ok", "no"));
            client.await("no");
        });
        scene("closed before the second request", "", "", 2, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK).close();
            client.await("ok").send(GET);
            s.server().await(HEAD_END).send(OK.replace("ok", "no"));
            client.await("no");
        });
        scene("none is retried", "", "retries 2\n retry-on none", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).close();
            client.await("</html>");
        });
    }

    private void bodies() {
        scene("SD short", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(TEN + "abc").close();
            client.awaitEnd();
        });
        scene("SD reset", "", "", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(TEN + "abc");
            client.await("abc");
            server.reset();
            client.awaitEnd();
        });
        scene("SD chunk cut off", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(CHUNKS + "5\r\nab").close();
            client.awaitEnd();
        });
        scene("PD chunk size", "", "", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(CHUNKS + "2\r\nab\r\n");
            client.await("ab");
            server.send("zz\r\n");
            client.awaitEnd();
        });
        scene("sD length", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(TEN + "abc");
            client.awaitEnd();
        });
        scene("sD chunked", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(CHUNKS + "2\r\nab\r\n");
            client.awaitEnd();
        });
        scene("sD until close", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\n\r\nabc");
            client.awaitEnd();
        });
        scene("until close", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\n\r\nabc").close();
            client.awaitEnd();
        });
        scene("until reset", "", "", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\n\r\nabc");
            client.await("abc");
            server.reset();
            client.awaitEnd();
        });
        scene("logasap", "option logasap", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        });
        scene("logasap without a server", "option logasap", "server s1 127.0.0.1:SERVER disabled", s -> s.client()
                .send(GET)
                .await("</html>"));
    }

    private void clients() {
        scene("CH reset", "", "", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END);
            client.reset();
            server.awaitEnd();
        });
        scene("CH reset with abortonclose", "", "", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END);
            client.reset();
            server.awaitEnd();
        });
        scene("CH half with abortonclose", "", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END);
            client.half().awaitEnd();
        });
        scene("half and no abort", "", "", s -> {
            Wire client = s.client().send(GET).half();
            s.server().await(HEAD_END).send(OK);
            client.awaitEnd();
        });
        scene("CD reset", "", "", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(TEN + "abc");
            client.await("abc").reset();
            server.awaitEnd();
        });
        scene("CD half", "", "", s -> {
            Wire client = s.client().send(GET);
            Wire server = s.server().await(HEAD_END).send(TEN + "abc");
            client.await("abc").half();
            server.send("defghij");
            client.awaitEnd();
        });
        scene("cD reads nothing", "timeout client 300ms", "timeout server 2s", s -> {
            s.slowClient().send(GET);
            Wire server = s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            String block = "x".repeat(1 << 20);
            for (int i = 0; i < 100 && !server.outcome().endsWith("<gone>"); i++) {
                server.send(block);
            }
        });
    }

    private void tunnels() {
        scene("tunnel closed by the server", "", "", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING + "hello");
            client.await("hello").send("world");
            server.await("world").close();
            client.awaitEnd();
        });
        scene("tunnel closed by the client", "", "", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING + "hello");
            client.await("hello").close();
            server.awaitEnd();
        });
        scene("tunnel reset by the client", "", "", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING + "hello");
            client.await("hello").reset();
            server.awaitEnd();
        });
        scene("tunnel reset by the server", "", "", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING + "hello");
            client.await("hello");
            server.reset();
            client.awaitEnd();
        });
        scene("tunnel behind early bytes", "", "", s -> {
            Wire client = s.client().send(WEBSOCKET + "x".repeat(20_000));
            Wire server = s.server().await(HEAD_END).send(SWITCHING);
            client.await(HEAD_END).send("y".repeat(20_000) + "end");
            server.await("end").close();
            client.awaitEnd();
        });
        scene("tunnel of a client that has ended", "", "timeout server-fin 2s", s -> {
            Wire client = s.client()
                    .send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")
                    .half();
            Wire server = s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\n\r\nhello");
            client.await("hello");
            server.awaitEnd().send("bye").close();
            client.awaitEnd();
        });
        scene("timeout tunnel", "", "timeout tunnel 300ms", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING);
            client.awaitEnd();
            server.awaitEnd();
        });
        scene("tunnel by timeout server", "", "", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING);
            client.awaitEnd();
            server.awaitEnd();
        });
        scene("tunnel by timeout client", "timeout client 300ms", "", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING);
            client.awaitEnd();
            server.awaitEnd();
        });
        scene("client-fin", "timeout client-fin 200ms", "timeout tunnel 1s", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING);
            client.await(HEAD_END).half();
            server.awaitEnd();
            client.awaitEnd();
        });
        scene("server-fin", "", "timeout tunnel 5s\n timeout server-fin 200ms", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING);
            client.await(HEAD_END);
            server.half();
            client.awaitEnd();
            server.awaitEnd();
        });
        scene("server-fin behind the the client", "", "timeout tunnel 2s\n timeout server-fin 200ms", s -> {
            Wire client = s.client().send(WEBSOCKET);
            Wire server = s.server().await(HEAD_END).send(SWITCHING);
            client.await(HEAD_END).half();
            server.awaitEnd();
            client.awaitEnd();
        });
        scene("connect tunnel", "", "", s -> {
            Wire client = s.client().send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
            Wire server = s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\n\r\nhello");
            client.await("hello").send("world");
            server.await("world").close();
            client.awaitEnd();
        });
        scene("connect refused", "", "", s -> {
            Wire client = s.client().send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
            s.server().await(HEAD_END).send("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
            client.await("no");
        });
        scene("upgrade refused", "", "", s -> {
            Wire client = s.client().send(WEBSOCKET);
            s.server().await(HEAD_END).send("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
            client.await("no");
        });
    }
}
