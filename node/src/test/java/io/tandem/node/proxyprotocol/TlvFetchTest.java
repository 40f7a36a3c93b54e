// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** {@code fc_pp_tlv}, as HAProxy's manual since 2.9 describes it. */
class TlvFetchTest {
    /** TCP over IPv4, then h2 as ALPN, two of a type of one's own, and an empty one. */
    private static final String HEADER = "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u001f" + "\1\2\3\4\5\6\7\10\0\1\0\2"
            + "\u0001\0\2h2" + "\u00e1\0\3abc" + "\u00e1\0\2de" + "\u00e2\0\0";

    @Test
    void theFirstOfATypeByNumberOrName() throws IOException {
        assertThat(
                        answer(
                                "%[fc_pp_tlv(0xE1)] %[fc_pp_tlv(225)] %[fc_pp_tlv(ALPN)] <%[fc_pp_tlv(0xE2)]> <%[fc_pp_tlv(7)]>"))
                .endsWith("abc abc h2 <> <>");
    }

    @Test
    void otherTypesAreRefused() {
        for (String type : new String[] {"256", "-1", "NOBODY", "0x"}) {
            assertThatThrownBy(() -> answer("%[fc_pp_tlv(" + type + ")]")).hasMessageContaining("a TLV type");
        }
    }

    private static String answer(String format) throws IOException {
        int port = Ports.reserved();
        String text = "defaults\n mode http\n timeout client 3s\nfrontend fe\n bind 127.0.0.1:" + port
                + " accept-proxy\n http-request return status 200 content-type text/plain lf-string \"" + format
                + "\"\n";
        try (TestProxy proxy = TestProxy.start(text, 1);
                Socket client = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            assertThat(proxy.openSessions("fe")).isNotNegative();
            client.setSoTimeout(5_000);
            client.getOutputStream()
                    .write((HEADER + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").getBytes(ISO_8859_1));
            return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
