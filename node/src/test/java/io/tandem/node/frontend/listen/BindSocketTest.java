// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import static io.tandem.vrrp.netlink.Libc.C;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bind options make of the socket, as the kernel tells. */
class BindSocketTest {
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int SOL_IP = 0;
    private static final int IP_TRANSPARENT = 19;
    private static final int SOL_TCP = 6;
    private static final int TCP_MAXSEG = 2;
    private static final int TCP_USER_TIMEOUT = 18;

    private final int port = Ports.reserved();
    private final String address = "127.0.0.1:" + port;

    @Test
    void interfaceBindsToTheDevice() throws Exception {
        Program.assumeRoot();
        try (TestProxy proxy = proxy(address, "interface lo")) {
            byte[] name = new byte[2];
            option(proxy, address, SOL_SOCKET, SO_BINDTODEVICE).get(0, name);
            assertThat(new String(name, ISO_8859_1)).isEqualTo("lo");
            assertThat(statusLine(proxy)).contains(" 200 ");
        }
    }

    @Test
    void mssIsWhatConnectionsAnnounce() throws Exception {
        try (TestProxy proxy = proxy(address, "mss 1000");
                Socket client = new Socket(InetAddress.getByName("127.0.0.1"), proxy.port(address))) {
            assertThat(option(proxy, address, SOL_TCP, TCP_MAXSEG).getInt(0)).isEqualTo(1000);
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void aNegativeMssIsTakenOffWhatTheKernelWouldAnnounce() throws Exception {
        int usual;
        try (TestProxy proxy = proxy(address, "")) {
            usual = option(proxy, address, SOL_TCP, TCP_MAXSEG).getInt(0);
        }
        try (TestProxy proxy = proxy(address, "mss -100")) {
            assertThat(option(proxy, address, SOL_TCP, TCP_MAXSEG).getInt(0)).isEqualTo(usual - 100);
            proxy.reload(text(address, "mss -50"));
            assertThat(option(proxy, address, SOL_TCP, TCP_MAXSEG).getInt(0)).isEqualTo(usual - 50);
        }
    }

    @Test
    void tcpUtIsTheTimeDataMayStayUnacknowledged() throws Exception {
        try (TestProxy proxy = proxy(address, "tcp-ut 30s")) {
            assertThat(option(proxy, address, SOL_TCP, TCP_USER_TIMEOUT).getInt(0))
                    .isEqualTo(30_000);
            assertThat(statusLine(proxy)).contains(" 200 ");
        }
    }

    @Test
    void transparentListensAtAnAddressThatIsNotTheHosts() {
        Program.assumeRoot();
        String foreign = "203.0.113.9:" + port;
        try (TestProxy proxy = proxy(foreign, "transparent")) {
            assertThat(option(proxy, foreign, SOL_IP, IP_TRANSPARENT).getInt(0)).isEqualTo(1);
        }
    }

    @Test
    void namespaceListensInsideIt() throws Exception {
        Program.assumeRoot();
        String name = "tnd-conn-bind-" + ProcessHandle.current().pid();
        run("ip", "netns", "add", name);
        try {
            run("ip", "-n", name, "link", "set", "lo", "up");
            try (TestProxy proxy = proxy(address, "namespace " + name)) {
                assertThat(proxy.port(address)).isEqualTo(port);
                String[] connect = {"socat", "-u", "OPEN:/dev/null", "TCP:" + address};
                assertThat(run("ip", "netns", "exec", name, connect[0], connect[1], connect[2], connect[3]))
                        .isZero();
                assertThat(run(connect)).as("from outside").isNotZero();
            }
        } finally {
            run("ip", "netns", "del", name);
        }
    }

    @Test
    void aReloadAppliesToSocketsThatStayWhatItSaysOtherwise(@TempDir Path directory) throws Exception {
        String path = directory + "/fe.sock";
        try (TestProxy proxy = TestProxy.start(text(address, "tcp-ut 30s") + " bind " + path + " mode 600\n", 1)) {
            proxy.reload(text(address, "tcp-ut 20s") + " bind " + path + " mode 660\n");
            assertThat(option(proxy, address, SOL_TCP, TCP_USER_TIMEOUT).getInt(0))
                    .isEqualTo(20_000);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(path))))
                    .isEqualTo("rw-rw----");

            proxy.reload(text(address, "") + " bind " + path + " mode 660\n");
            assertThat(option(proxy, address, SOL_TCP, TCP_USER_TIMEOUT).getInt(0))
                    .isZero();
            assertThat(statusLine(proxy)).contains(" 200 ");
        }
    }

    @Test
    void whatWasAcceptedAndHeldAtALimitIsServedWhenTheListenerCloses() throws Exception {
        String other = "frontend other\n bind 127.0.0.1:" + Ports.reserved() + "\n http-request return status 204\n";
        try (TestProxy proxy = TestProxy.start(text(address, "maxconn 1") + other, 1);
                Socket first = new Socket(InetAddress.getByName("127.0.0.1"), port);
                Socket held = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            held.setSoTimeout(5_000);
            held.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
            Await.until("both are accepted", () -> proxy.openSessions("fe") == 1 && isBacklogEmpty());
            assertThat(held.getInputStream().available()).isZero();

            proxy.reload("defaults\n mode http\n timeout client 3s\n" + other);

            assertThat(new String(held.getInputStream().readAllBytes(), ISO_8859_1))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(first.isConnected()).isTrue();
        }
    }

    /** Each connection is released where it was counted, whatever limits there are by then. */
    @Test
    void limitsHoldAfterConnectionsThatOutlivedThem() throws Exception {
        String limited = text(address, "").replace(" http-request return", " maxconn 1\n http-request return");
        assertThat(limited).contains("maxconn 1");
        try (TestProxy proxy = TestProxy.start(text(address, ""), 1)) {
            for (int i = 0; i < 3; i++) {
                try (Socket outliving = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
                    Await.until("it is served", () -> proxy.openSessions("fe") == 1);
                    proxy.reload(i % 2 == 0 ? limited : text(address, "maxconn 1"));
                    assertThat(outliving.isConnected()).isTrue();
                }
                Await.until("it has ended", () -> proxy.openSessions("fe") == 0);
            }
            proxy.reload(limited);
            try (Socket first = new Socket(InetAddress.getByName("127.0.0.1"), port);
                    Socket second = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
                Await.until(
                        "the first is served, the second accepted",
                        () -> proxy.openSessions("fe") == 1 && isBacklogEmpty());
                for (int turn = 0; turn < 5; turn++) {
                    proxy.loops().get(0).eventLoop().submit(() -> {}).sync();
                }
                assertThat(proxy.openSessions("fe")).isOne();
                first.close();
                second.setSoTimeout(5_000);
                second.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
                assertThat(new String(second.getInputStream().readAllBytes(), ISO_8859_1))
                        .startsWith("HTTP/1.1 200 ");
            }
        }
    }

    /** Whether the proxy has accepted all that has been connected. */
    private boolean isBacklogEmpty() throws IOException {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                .map(line -> line.strip().split(" +"))
                .filter(fields -> fields[1].endsWith(suffix) && fields[3].equals("0A"))
                .allMatch(fields -> fields[4].endsWith(":00000000"));
    }

    private static TestProxy proxy(String address, String options) {
        return TestProxy.start(text(address, options), 1);
    }

    private static String text(String address, String options) {
        return "defaults\n mode http\n timeout client 3s\nfrontend fe\n http-request return status 200\n bind "
                + address + " " + options + "\n";
    }

    private static java.nio.ByteBuffer option(TestProxy proxy, String address, int level, int name) {
        NativeBuffer value = new NativeBuffer(16);
        NativeBuffer length = new NativeBuffer(4);
        length.bytes().putInt(0, 16);
        assertThat(C.getsockopt(proxy.descriptor(address), level, name, value.address(), length.address()))
                .isZero();
        return value.bytes();
    }

    private String statusLine(TestProxy proxy) throws Exception {
        try (Socket client = new Socket(InetAddress.getByName("127.0.0.1"), proxy.port(address))) {
            client.setSoTimeout(5_000);
            client.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
            return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static int run(String... command) throws Exception {
        return Program.of(command).run().status();
    }
}
