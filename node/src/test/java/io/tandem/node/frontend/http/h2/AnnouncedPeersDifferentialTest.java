// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What rules see of the connection's ends where a PROXY header precedes HTTP/2, beside haproxy. */
@Timeout(60)
class AnnouncedPeersDifferentialTest {
    /** Version 2, TCP over IPv4 from 1.2.3.4:1111 to 5.6.7.8:2222, with an authority. */
    private static final String SECOND = new String(
            HexFormat.of()
                    .parseHex("0d0a0d0a000d0a515549540a2111001601020304050607080457" + "08ae" + "020007612e746573742e"),
            ISO_8859_1);

    @Test
    void theyAreThoseOfTheHeaderAndThoseOfTheSocketOnEachStream() throws Exception {
        InstalledHaproxy.assumeInstalled();
        for (String header : List.of("PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n", "PROXY UNKNOWN\r\n", SECOND)) {
            List<String> ours = seen(header, false);
            assertThat(ours).isEqualTo(seen(header, true));
            assertThat(ours.get(0)).contains("127.0.0.1");
        }
    }

    private static List<String> seen(String header, boolean oracle) throws Exception {
        int port = Ports.reserved();
        String text =
                """
                defaults
                  mode http
                  timeout client 5s
                frontend fe
                  bind 127.0.0.1:%d accept-proxy proto h2
                  http-request set-src str(9.9.9.9) if { path /changed }
                  http-request return status 200 content-type text/plain lf-string "%%[src] %%[fc_src] %%[dst]:%%[dst_port] %%[fc_dst] %%[fc_rcvd_proxy] <%%[fc_pp_authority]>"
                """
                        .formatted(port);
        try (RunningProxy proxy = new RunningProxy(text, oracle);
                RawClient client = new RawClient(port, header)) {
            assertThat(proxy).isNotNull();
            client.get(1, "/");
            String first = body(client, 1);
            client.get(3, "/changed");
            String changed = body(client, 3);
            client.get(5, "/");
            return List.of(first, changed, body(client, 5)).stream()
                    .map(seen -> seen.replace(":" + port, ":PORT"))
                    .toList();
        }
    }

    private static String body(RawClient client, int stream) throws Exception {
        StringBuilder body = new StringBuilder();
        for (RawClient.Frame frame = client.next(); frame.type() >= 0; frame = client.next()) {
            if (frame.stream() == stream && frame.type() == RawClient.DATA) {
                body.append(frame.payload());
            }
            if (frame.stream() == stream && frame.ends()) {
                return body.toString();
            }
        }
        return "the connection ended";
    }
}
