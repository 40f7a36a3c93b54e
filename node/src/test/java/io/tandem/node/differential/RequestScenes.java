// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

/** How an exchange can end before a server has answered: the client's request, rules, connections and queues. */
final class RequestScenes extends Scenes {
    RequestScenes() {
        requests();
        lenience();
        localAnswers();
        connections();
        queues();
    }

    private void requests() {
        scene("CR half a head then end", "", "", s -> s.client()
                .send("GET / HT")
                .half()
                .awaitEnd());
        scene("CR half a head then reset", "", "", s -> s.client()
                .send("GET / HT")
                .reset());
        scene("CR nothing then end", "", "", s -> s.client().half().awaitEnd());
        scene("CR nothing dontlognull", "option dontlognull", "", 0, s -> s.client()
                .half()
                .awaitEnd());
        scene("CR nothing ignore probes", "option http-ignore-probes", "", 0, s -> s.client()
                .half()
                .awaitEnd());
        scene("cR nothing", "timeout http-request 200ms", "", s -> s.client().awaitEnd());
        scene(
                "cR nothing ignore probes",
                "timeout http-request 200ms\n option http-ignore-probes",
                "",
                0,
                s -> s.client().awaitEnd());
        scene("cR half a head", "timeout http-request 200ms", "", s -> s.client()
                .send("GET / HT")
                .awaitEnd());
        scene("cR by timeout client", "timeout client 200ms", "", s -> s.client()
                .send("GET")
                .awaitEnd());
        scene("keep-alive timeout", "timeout http-keep-alive 200ms", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("ok").awaitEnd();
        });
        scene("keep-alive timeout by http-request", "timeout http-request 200ms", "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("ok").awaitEnd();
        });
        scene("cR second request", "timeout http-keep-alive 400ms\n timeout http-request 200ms", "", 2, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("ok").send("GET / HT").awaitEnd();
        });
        scene("CR second request", "", "", 2, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("ok").send("GET / HT").half().awaitEnd();
        });
        scene("PR malformed", "", "", s -> s.client()
                .send("GET /\u0001 HTTP/1.1\r\n\r\n")
                .awaitEnd());
        scene("PR malformed second", "", "", 2, s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("ok").send("GET /\u0001 HTTP/1.1\r\n\r\n").awaitEnd();
        });
        scene("PR preface", "option disable-h2-upgrade", "", s -> s.client()
                .send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
                .awaitEnd());
        scene("PR chunk", "", "", s -> s.client().send(CHUNKED_POST + "zz\r\n").awaitEnd());
    }

    private void lenience() {
        String lenient = "option accept-invalid-http-request";
        for (String[] odd : new String[][] {
            {"a blank in a name", "GET / HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n"},
            {"odd characters in a name", "GET / HTTP/1.1\r\nHost: a\r\nX(\u0080y: z\r\n\r\n"},
            {"a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
            {"a target above ASCII", "GET /\u0080 HTTP/1.1\r\nHost: a\r\n\r\n"},
            {"another host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"},
            {"a bare target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"}
        }) {
            scene("lenient " + odd[0], lenient, "", s -> {
                Wire client = s.client().send(odd[1]);
                s.server().await(HEAD_END).send(OK);
                client.await("ok");
            });
        }
        for (String[] odd : new String[][] {
            {"no colon", "GET / HTTP/1.1\r\nHost: a\r\nXyz\r\n\r\n"},
            {"no name", "GET / HTTP/1.1\r\nHost: a\r\n: z\r\n\r\n"},
            {"a control in the target", "GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n"},
            {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
            {"two lengths", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}
        }) {
            scene("not so lenient " + odd[0], lenient, "", s -> s.client()
                    .send(odd[1])
                    .awaitEnd());
        }
        scene("lenient response", "", "option accept-invalid-http-response", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send("HTTP/1.1 200 OK\r\nX y(: z\r\nContent-Length: 2\r\n\r\nok");
            client.await("ok");
        });
    }

    private void localAnswers() {
        scene("a large body is drained", "http-request deny", "", s -> s.client()
                .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n" + "x".repeat(2_000_000))
                .awaitEnd());
        scene("PR deny", "http-request deny", "", s -> s.client().send(GET).await("</html>"));
        scene("PR deny with a body", "http-request deny", "", s -> s.client()
                .send(POST)
                .awaitEnd());
        scene("PR reject", "http-request reject", "", s -> s.client().send(GET).awaitEnd());
        scene("PR silent drop", "http-request silent-drop", "", s -> s.client()
                .send(GET)
                .awaitEnd());
        scene("PH silent drop", "", "http-response silent-drop", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.awaitEnd();
        });
        scene("LR redirect", "http-request redirect location /x", "", s -> s.client()
                .send(GET)
                .await(HEAD_END));
        scene("LR return", "http-request return status 200 content-type text/plain string x", "", s -> s.client()
                .send(GET)
                .await(HEAD_END));
        scene("PT tarpit", "timeout tarpit 200ms\n http-request tarpit", "", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("PT tarpit by connect", "http-request tarpit", "", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("CT tarpit left", "timeout tarpit 400ms\n http-request tarpit", "", s -> s.client()
                .send(GET)
                .reset());
        scene("CT tarpit half closed", "timeout tarpit 300ms\n http-request tarpit", "", s -> s.client()
                .send(GET)
                .half()
                .awaitEnd());
        scene("PT tarpit in the backend", "", "timeout tarpit 200ms\n http-request tarpit", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("LR monitor", "monitor-uri /", "", 0, s -> s.client().send(GET).await("</html>"));
        scene("buffered body in time", "option http-buffer-request", "", s -> {
            Wire client = s.client().send(POST + "ab");
            client.send("cde");
            s.server().await("abcde").send(OK);
            client.await("ok");
        });
        scene("cR buffered body", "option http-buffer-request\n timeout http-request 300ms", "", s -> s.client()
                .send(POST + "ab")
                .awaitEnd());
        scene("cR buffered body by client", "option http-buffer-request", "", s -> s.client()
                .send(POST + "ab")
                .awaitEnd());
        scene("CR buffered body", "option http-buffer-request", "", s -> s.client()
                .send(POST + "ab")
                .half()
                .awaitEnd());
        scene(
                "cR buffered body in the backend",
                "timeout http-request 300ms",
                "option http-buffer-request",
                s -> s.client().send(POST + "ab").awaitEnd());
        String waits = "http-request add-header x-once 1\n http-request wait-for-body time 300ms";
        scene("waited for a body in time", waits, "", s -> {
            Wire client = s.client().send(POST + "ab");
            client.send("cde");
            s.server().await("abcde").send(OK);
            client.await("ok");
        });
        scene("waited for a part of a body", waits + " at-least 2", "", s -> {
            Wire client = s.client().send(POST + "ab");
            Wire server = s.server().await("ab");
            client.send("cde");
            server.await("cde").send(OK);
            client.await("ok");
        });
        scene("waited for a body in the backend", "", waits + "\n http-request add-header x-behind 1", s -> {
            Wire client = s.client().send(POST + "ab");
            client.send("cde");
            s.server().await("abcde").send(OK);
            client.await("ok");
        });
        scene("waited twice", waits + " at-least 1\n http-request wait-for-body time 300ms", waits, s -> {
            Wire client = s.client().send(POST + "ab");
            client.send("cde");
            s.server().await("abcde").send(OK);
            client.await("ok");
        });
        scene("waited for no body", waits, "", s -> {
            Wire client = s.client().send(GET);
            s.server().await(HEAD_END).send(OK);
            client.await("ok");
        });
        scene("cR waited for a body", waits, "", s -> s.client()
                .send(POST + "ab")
                .awaitEnd());
        scene("cR waited for a body in the backend", "", waits, s -> s.client()
                .send(POST + "ab")
                .awaitEnd());
        scene("CR waited for a body", waits, "", s -> s.client()
                .send(POST + "ab")
                .half()
                .awaitEnd());
        // in one piece with its head the chunk is found to be bad before there is a request, in a piece of its own
        // after that
        scene("PR buffered chunk", "option http-buffer-request", "", s -> s.client()
                .send(CHUNKED_POST.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"))
                .await(HEAD_END)
                .send("2\r\nab\r\nzz\r\n")
                .awaitEnd());
    }

    private void connections() {
        scene("SC refused", "", "server s1 127.0.0.1:DEAD", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("SC refused with a retry", "", "retries 1\n server s1 127.0.0.1:DEAD", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("SC refused with retries off", "", "retries 3\n retry-on none\n server s1 127.0.0.1:DEAD", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene(
                "redispatched",
                "",
                """
                retries 1
                option redispatch
                balance roundrobin
                server s1 127.0.0.1:DEAD
                server s2 127.0.0.1:SERVER""",
                s -> {
                    Wire client = s.client().send(GET);
                    s.server().await(HEAD_END).send(OK);
                    client.await("ok");
                });
        scene("SC no server", "", "server s1 127.0.0.1:SERVER disabled", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene("SC no server with a body", "", "server s1 127.0.0.1:SERVER disabled", s -> s.client()
                .send(POST)
                .await("</html>"));
        scene("sC connect", "", "server s1 127.0.0.1:MUTE", s -> s.client()
                .send(GET)
                .await("</html>"));
        scene(
                "sC connect with a retry",
                "",
                "retries 1\n timeout connect 150ms\n server s1 127.0.0.1:MUTE",
                s -> s.client().send(GET).await("</html>"));
        scene("CC reset while connecting abortonclose", "", "server s1 127.0.0.1:MUTE", s -> s.client()
                .send(GET)
                .reset());
        scene("CC half while connecting abortonclose", "", "server s1 127.0.0.1:MUTE", s -> s.client()
                .send(GET)
                .half()
                .awaitEnd());
        scene("half while connecting", "", "server s1 127.0.0.1:MUTE", s -> s.client()
                .send(GET)
                .half()
                .awaitEnd());
    }

    private void queues() {
        String one = "timeout queue 300ms\n timeout server 3s\n server s1 127.0.0.1:SERVER maxconn 1";
        scene("sQ", "", one, 2, s -> {
            Wire first = s.client().send(GET);
            Wire server = s.server().await(HEAD_END);
            s.client().send(GET).await("</html>");
            server.send(OK);
            first.await("ok");
        });
        scene("CQ abortonclose", "", one, 2, s -> {
            Wire first = s.client().send(GET);
            Wire server = s.server().await(HEAD_END);
            s.client().send(GET).half().awaitEnd();
            server.send(OK);
            first.await("ok");
        });
    }
}
