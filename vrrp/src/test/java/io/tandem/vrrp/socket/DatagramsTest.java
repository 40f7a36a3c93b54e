// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.Privileges;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many datagrams by one system call, with the kernel's times. */
@Timeout(30)
class DatagramsTest {
    private static final int PORT = 7801;

    private final InetAddress self = InetAddress.getLoopbackAddress();
    private NetNamespace namespace;
    private InetSocket socket;

    @BeforeEach
    void open() throws IOException {
        Privileges.needRoot();
        namespace = NetNamespace.create("tnd-datagrams");
        try (Netlink netlink = namespace.netlink()) {
            netlink.links().up("lo");
        }
        socket = namespace.run(() -> InetSocket.datagram(self, PORT));
    }

    @AfterEach
    void close() {
        if (socket != null) {
            socket.close();
        }
        if (namespace != null) {
            namespace.close();
        }
    }

    @Test
    void takesAsManyAsThereAreEachWithItsBytesAndTheTimeOfItsArrival() {
        Datagrams datagrams = new Datagrams(64);
        long before = datagrams.utcNs();
        for (int round = 0; round < 3; round++) {
            for (int i = 1; i <= Datagrams.MOST + 2; i++) {
                send(filled(i, i));
            }

            assertThat(datagrams.take(socket)).isEqualTo(Datagrams.MOST);
            long last = before;
            for (int i = 0; i < Datagrams.MOST; i++) {
                assertThat(datagrams.length(i)).isEqualTo(i + 1);
                byte[] bytes = new byte[i + 1];
                datagrams.copyTo(i, bytes);
                assertThat(bytes).isEqualTo(filled(i + 1, i + 1));
                assertThat(datagrams.arrivedUtcNs(i)).isBetween(last, datagrams.utcNs());
                last = datagrams.arrivedUtcNs(i);
            }
            assertThat(datagrams.take(socket)).isEqualTo(2);
            assertThat(datagrams.take(socket)).isZero();
        }
    }

    @Test
    void ofOneThatIsTooLongNoMoreIsReadThanThereIsRoomFor() {
        Datagrams datagrams = new Datagrams(16);
        send(filled(1, 40));
        send(filled(2, 3));

        assertThat(datagrams.take(socket)).isEqualTo(2);
        assertThat(datagrams.length(0)).isEqualTo(16);
        assertThat(datagrams.length(1)).isEqualTo(3);
    }

    private void send(byte[] bytes) {
        socket.sendTo(bytes, bytes.length, self, PORT);
    }

    private static byte[] filled(int value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
