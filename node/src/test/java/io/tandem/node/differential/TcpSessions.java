// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.testkit.LoopbackServer.send;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** TCP sessions, each with a server, a client and lines of the configuration: every way they can end. */
final class TcpSessions {
    private TcpSessions() {}

    /** What the server does with a connection. */
    interface Server {
        void serve(Socket client) throws IOException, InterruptedException;
    }

    /** What the client does with its connection to the proxy, and what it heard. */
    interface Client {
        String play(Socket proxy) throws IOException, InterruptedException;
    }

    /** One session, and what stands in the places of the configuration for it. */
    record Case(
            String name,
            @Nullable Server server,
            Client client,
            String frontend,
            String backend,
            String options,
            String clientTimeout,
            String serverTimeout) {
        @Override
        public String toString() {
            return name;
        }

        Case frontend(String line) {
            return new Case(name, server, client, line, backend, options, clientTimeout, serverTimeout);
        }

        Case backend(String line) {
            return new Case(name, server, client, frontend, line, options, clientTimeout, serverTimeout);
        }

        Case options(String words) {
            return new Case(name, server, client, frontend, backend, words, clientTimeout, serverTimeout);
        }

        Case timeouts(String client, String server) {
            return new Case(name, this.server, this.client, frontend, backend, options, client, server);
        }
    }

    static Case session(String name, @Nullable Server server, Client client) {
        return new Case(name, server, client, "", "", "", "500ms", "900ms");
    }

    // ---- what servers do

    static final Server HOLDS = client -> {
        client.getInputStream().read();
        pause(2_000);
    };
    private static final Server ECHOES = client -> {
        int next = client.getInputStream().read();
        while (next >= 0) {
            client.getOutputStream().write(next);
            next = client.getInputStream().read();
        }
    };
    static final Server ANSWERS = client -> {
        client.getInputStream().read(new byte[1_000]); // all of it: a close with bytes unread would be a reset
        send(client, "answer");
    };
    private static final Server GREETS = client -> {
        send(client, "hi");
        pause(2_000);
    };
    private static final Server ENDS_ITS_SIDE = client -> {
        send(client, "hi");
        client.shutdownOutput();
        pause(2_000);
    };
    private static final Server RESETS = client -> {
        pause(50);
        reset(client);
    };

    // ---- what clients do

    static final Client LISTENS = TcpSessions::readAll;
    static final Client ASKS = proxy -> {
        send(proxy, "q");
        return readAll(proxy);
    };
    private static final Client ASKS_AND_ENDS = proxy -> {
        send(proxy, "q");
        proxy.shutdownOutput();
        return readAll(proxy);
    };

    private static Client leaves(int afterMs, String text) {
        return proxy -> {
            send(proxy, text);
            pause(afterMs);
            proxy.close();
            return "";
        };
    }

    private static Client resets(int afterMs, String text) {
        return proxy -> {
            send(proxy, text);
            pause(afterMs);
            reset(proxy);
            return "";
        };
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    static void pause(int ms) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(ms); // what the proxy does about silence is the subject
    }

    static String readAll(Socket from) throws IOException {
        StringBuilder text = new StringBuilder();
        from.setSoTimeout(3_000);
        try {
            byte[] buffer = new byte[65_536];
            for (int count = from.getInputStream().read(buffer);
                    count >= 0;
                    count = from.getInputStream().read(buffer)) {
                text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
            return text + "<end>";
        } catch (SocketTimeoutException quiet) {
            return text + "<open>";
        } catch (IOException reset) {
            return text + "<end>";
        }
    }

    /** A request whose head comes in pieces. */
    private static final Client SPEAKS_HTTP = proxy -> {
        send(proxy, "GET /x HT");
        send(proxy, "TP/1.1\r\nHost: ho");
        send(proxy, "st\r\n\r\n");
        return readAll(proxy);
    };

    /** Every session. */
    static Stream<Case> all() {
        return Stream.of(
                        flows(),
                        silence(),
                        failures(),
                        inspection(),
                        responses(),
                        choices(),
                        TcpHalves.all(),
                        TcpUpgrades.all())
                .flatMap(s -> s);
    }

    private static Stream<Case> flows() {
        return Stream.of(
                session("the server answers and ends", ANSWERS, ASKS),
                session("the client ends its side, the server echoes", ECHOES, ASKS_AND_ENDS),
                session("the client ends without a word", ECHOES, leaves(50, "")),
                session("the client leaves a server that holds", HOLDS, leaves(50, "x")),
                session("the client resets", HOLDS, resets(100, "x")),
                session("the client resets before a word", HOLDS, resets(100, "")),
                session("the server ends at once", client -> {}, LISTENS),
                session("the server resets before a word", RESETS, LISTENS),
                session(
                        "the server resets after data",
                        client -> {
                            client.getInputStream().read();
                            send(client, "ab");
                            pause(100);
                            reset(client);
                        },
                        ASKS),
                session("the server ends its side, then the client", ENDS_ITS_SIDE, proxy -> {
                    proxy.getInputStream().read();
                    pause(50);
                    proxy.close();
                    return "";
                }));
    }

    private static Stream<Case> silence() {
        return Stream.of(
                session("nobody talks", HOLDS, LISTENS),
                session("the client talked", HOLDS, ASKS),
                session("the server talked", GREETS, LISTENS),
                session("the server's limit is shorter", HOLDS, ASKS).timeouts("900ms", "300ms"),
                session("the limit of tunnels", GREETS, ASKS).backend("timeout tunnel 200ms"),
                session("the limit of tunnels is longer", GREETS, ASKS).backend("timeout tunnel 700ms"),
                session("client-fin once the client has ended", HOLDS, ASKS_AND_ENDS)
                        .frontend("timeout client-fin 100ms"),
                session("server-fin once the client has ended", HOLDS, ASKS_AND_ENDS)
                        .backend("timeout server-fin 100ms"),
                session("the client has ended", HOLDS, ASKS_AND_ENDS),
                session("the server has ended", ENDS_ITS_SIDE, LISTENS),
                session("client-fin once the server has ended", ENDS_ITS_SIDE, LISTENS)
                        .frontend("timeout client-fin 100ms"),
                session("server-fin once the server has ended", ENDS_ITS_SIDE, LISTENS)
                        .backend("timeout server-fin 100ms"),
                session("tunnel and client-fin", ENDS_ITS_SIDE, LISTENS)
                        .backend("timeout tunnel 700ms")
                        .frontend("timeout client-fin 100ms"),
                session("no limits but those of the server", HOLDS, ASKS).timeouts("0", "300ms"));
    }

    private static Stream<Case> failures() {
        return Stream.of(
                session("refused", null, LISTENS),
                session("refused, the client had asked", null, ASKS),
                session("refused, the client leaves", null, leaves(50, "")),
                session("refused, the client asks and leaves", null, leaves(50, "x")),
                session("refused, the client resets", null, resets(50, "x")),
                session("no server", HOLDS, ASKS).options("disabled"));
    }

    private static Stream<Case> inspection() {
        String delay = "tcp-request inspect-delay 150ms\n ";
        String longer = "tcp-request content reject if { req.len gt 3 }";
        return Stream.of(
                session("rejected at once", HOLDS, ASKS).frontend("tcp-request content reject"),
                session("waits until the delay is over", ANSWERS, LISTENS).frontend(delay + longer),
                session("rejected by its bytes", HOLDS, proxy -> {
                            send(proxy, "four");
                            return readAll(proxy);
                        })
                        .frontend(delay + longer),
                session("the client ends in the delay", HOLDS, ASKS_AND_ENDS).frontend(delay + longer),
                session("the client resets in the delay", HOLDS, resets(50, "")).frontend(delay + longer),
                session("the client's limit is shorter than the delay", HOLDS, LISTENS)
                        .frontend("tcp-request inspect-delay 2s\n " + longer),
                session("rejected by the backend", HOLDS, ASKS).backend("tcp-request content reject"),
                session("rejected by the backend by its bytes", HOLDS, proxy -> {
                            send(proxy, "four");
                            return readAll(proxy);
                        })
                        .backend(delay + longer),
                session("waits in the backend", ANSWERS, ASKS).backend(delay + longer),
                session("the client resets in the backend's delay", HOLDS, resets(50, "x"))
                        .backend(delay + longer),
                session("the client's limit is shorter than the backend's delay", HOLDS, LISTENS)
                        .backend("tcp-request inspect-delay 2s\n " + longer),
                session("accepted by the backend", ANSWERS, ASKS)
                        .backend("tcp-request inspect-delay 2s\n tcp-request content accept if { req.len gt 0 }"),
                session("rejected as a session", HOLDS, ASKS)
                        .frontend("tcp-request session reject if { src 127.0.0.2 }"),
                session("rejected by its path", HOLDS, SPEAKS_HTTP)
                        .frontend("tcp-request inspect-delay 2s\n tcp-request content reject if { path /x }"),
                session("rejected by a header in pieces", HOLDS, SPEAKS_HTTP)
                        .frontend("tcp-request inspect-delay 2s\n"
                                + " tcp-request content reject if { hdr(host) -m beg h } { hdr_cnt(cookie) 0 }"),
                session("a path in a variable", HOLDS, SPEAKS_HTTP)
                        .backend("tcp-request inspect-delay 2s\n tcp-request content accept if { method POST }\n"
                                + " tcp-request content set-var(sess.p) path\n"
                                + " tcp-request content reject if { var(sess.p) -m str /x }"),
                session("no request, and a path is asked for", ANSWERS, ASKS)
                        .frontend("tcp-request inspect-delay 2s\n tcp-request content reject if { path / }"));
    }

    private static Stream<Case> responses() {
        String delay = "tcp-response inspect-delay 150ms\n ";
        return Stream.of(
                session("the response is rejected", ANSWERS, ASKS)
                        .backend(delay + "tcp-response content reject if { res.len gt 3 }"),
                session("the response ends the server's connection", ANSWERS, ASKS)
                        .backend(delay + "tcp-response content close if { res.len gt 3 }"),
                session("the response's delay is over", GREETS, ASKS)
                        .backend(delay + "tcp-response content reject if { res.len gt 3 }"),
                session("the response is accepted", ANSWERS, ASKS)
                        .backend(delay + "tcp-response content accept if { res.payload(0,3) -m str ans }\n"
                                + " tcp-response content reject"),
                session(
                                "the server ends in the delay",
                                client -> client.getInputStream().read(),
                                ASKS)
                        .backend(delay + "tcp-response content reject if { res.len gt 3 }"));
    }

    private static Client asksForDesktop(String cookie) {
        return proxy -> {
            send(proxy, "\3\0\0\40\35\u00E0\0\0\0\0\0Cookie: " + cookie + "\r\n");
            return readAll(proxy);
        };
    }

    private static Stream<Case> choices() {
        String waits = "tcp-request inspect-delay 1s\n tcp-request content accept if { req.rdp_cookie_cnt gt 0 }";
        String three = "server b 127.0.0.1:A\n server c 127.0.0.1:A weight 2";
        Stream<Case> hashed = Stream.of("alice", "bob", "carol", "dave", "eve\u00e9")
                .map(user -> session("the desktop of " + user, ANSWERS, asksForDesktop("mstshash=" + user))
                        .frontend(waits)
                        .backend("balance rdp-cookie\n " + three));
        return Stream.concat(
                hashed,
                Stream.of(
                        session("dispatch", ANSWERS, ASKS).backend("dispatch 127.0.0.1:A"),
                        session("dispatch is refused", null, ASKS).backend("dispatch 127.0.0.1:A"),
                        session("a cookie of another name", ANSWERS, asksForDesktop("other=x"))
                                .frontend(waits)
                                .backend("balance rdp-cookie")));
    }
}
