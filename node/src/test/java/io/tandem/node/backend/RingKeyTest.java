// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code hash-key}: where the places of servers on a circle of hashes come from. */
class RingKeyTest {
    private static final List<String> ADDRESSES =
            List.of("127.0.0.1:1", "127.0.0.1:2", "127.0.0.2:1", "127.0.0.3:9", "[::1]:4");

    /** To which address each of many keys would go; every server sends its clients on. */
    private static List<String> chosen(String hashKey, List<String> order) throws IOException {
        int port = Ports.reserved();
        StringBuilder text = new StringBuilder(
                "defaults\n mode http\n timeout client 5s\n timeout connect 1s\n timeout server 1s\n retries 0\n"
                        + "listen l\n bind 127.0.0.1:" + port
                        + "\n balance hdr(k)\n hash-type consistent\n default-server "
                        + hashKey + "\n");
        for (int i = 0; i < order.size(); i++) {
            text.append(" server s").append(i).append(' ').append(order.get(i)).append(" redir http://");
            text.append(order.get(i)).append('\n');
        }
        List<String> places = new ArrayList<>();
        try (TestProxy proxy = TestProxy.start(text.toString(), 1)) {
            for (int key = 0; key < 200; key++) {
                try (Socket client = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
                    client.setSoTimeout(5_000);
                    client.getOutputStream()
                            .write(("GET / HTTP/1.1\r\nHost: a\r\nk: " + key + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                    String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                    places.add(answer.replaceAll("(?is).*location: (\\S+).*", "$1"));
                }
            }
        }
        return places;
    }

    private static List<String> reversed() {
        List<String> reversed = new ArrayList<>(ADDRESSES);
        java.util.Collections.reverse(reversed);
        return reversed;
    }

    @Test
    void withAddressesAndPortsTheOrderOfServersDoesNotMatter() throws IOException {
        List<String> chosen = chosen("hash-key addr-port", ADDRESSES);
        assertThat(chosen(" hash-key addr-port", reversed())).isEqualTo(chosen);
        assertThat(chosen).contains("http://127.0.0.1:1/", "http://127.0.0.1:2/", "http://[::1]:4/");
    }

    @Test
    void withNumbersItDoes() throws IOException {
        assertThat(chosen("hash-key id", reversed())).isNotEqualTo(chosen("hash-key id", ADDRESSES));
        assertThat(chosen("", ADDRESSES)).isEqualTo(chosen("hash-key id", ADDRESSES));
    }

    @Test
    void withAddressesAloneThePortDoesNotMatterEither() throws IOException {
        assertThat(hosts(chosen("hash-key addr", reversed()))).isEqualTo(hosts(chosen("hash-key addr", ADDRESSES)));
    }

    private static List<String> hosts(List<String> places) {
        return places.stream().map(place -> place.replaceAll(":[0-9]+/$", "")).toList();
    }
}
