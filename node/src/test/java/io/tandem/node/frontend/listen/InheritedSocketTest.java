// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Await;
import io.tandem.vrrp.netlink.Libc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners on descriptors that whoever started the process has opened: {@code fd@} and {@code sockpair@}. */
class InheritedSocketTest {
    private static final int F_SETFL = 4;

    @TempDir
    Path directory;

    @BeforeAll
    static void loadsTheNativeLibrary() {
        Epoll.ensureAvailability();
    }

    @Test
    void anInheritedSocketIsAcceptedFrom() throws Exception {
        Socket inherited = Socket.newSocketStream();
        inherited.bind(new InetSocketAddress("127.0.0.1", 0));
        inherited.listen(10);
        blocking(inherited);
        int port = inherited.localAddress().getPort();
        try (TestProxy proxy = proxy("fd@" + inherited.intValue())) {
            for (int i = 0; i < 3; i++) {
                try (java.net.Socket client = new java.net.Socket(InetAddress.getByName("127.0.0.1"), port)) {
                    assertThat(answer(client)).isEqualTo("127.0.0.1 " + port);
                }
            }
            Await.until("they have ended", () -> proxy.openSessions("fe") == 0);
        }
    }

    /** As most programs open sockets. */
    private static void blocking(Socket socket) {
        assertThat(Libc.C.fcntl(socket.intValue(), F_SETFL, 0)).isZero();
    }

    @Test
    void connectionsThatArriveAsMessagesAreServed() throws Exception {
        DomainSocketAddress meeting = new DomainSocketAddress(directory + "/s");
        Socket server = Socket.newSocketDomain();
        server.bind(meeting);
        server.listen(1);
        Socket giver = Socket.newSocketDomain();
        giver.connect(meeting);
        int taker = server.accept(new byte[26]);
        server.close();
        blocking(new Socket(taker));
        try (TestProxy ignored = proxy("sockpair@" + taker);
                ServerSocket door = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            for (int i = 0; i < 3; i++) {
                Socket accepted = Socket.newSocketStream(); // its peer is the client below
                try (java.net.Socket client = handedOver(door, accepted)) {
                    blocking(accepted);
                    giver.sendFd(accepted.intValue());
                    assertThat(answer(client)).isNotEmpty();
                } finally {
                    accepted.close();
                }
            }
        } finally {
            giver.close();
        }
    }

    private static java.net.Socket handedOver(ServerSocket door, Socket other) throws IOException {
        other.connect(new InetSocketAddress("127.0.0.1", door.getLocalPort()));
        return door.accept();
    }

    private static TestProxy proxy(String address) {
        return TestProxy.start(
                "defaults\n mode http\n timeout client 5s\nfrontend fe\n bind " + address
                        + "\n http-request return status 200 content-type text/plain lf-string \"%[dst] %[dst_port]\"\n",
                1);
    }

    private static String answer(java.net.Socket client) throws IOException {
        client.setSoTimeout(10_000);
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
        String answer = new String(client.getInputStream().readAllBytes(), ISO_8859_1);
        return answer.replaceFirst("(?s).*\r\n\r\n", "");
    }
}
