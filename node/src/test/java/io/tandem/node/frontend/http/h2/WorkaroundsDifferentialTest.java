// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines of the global section for clients that are not as they should be: what clients see of them, beside haproxy. */
@Timeout(60)
class WorkaroundsDifferentialTest {
    private static final int SETTINGS = 4;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;

    @Test
    void theyDoWhatHaproxysDo() throws Exception {
        InstalledHaproxy.assumeInstalled();
        String plain = seen("", false);
        String around = seen("h1-accept-payload-with-any-method\n h2-workaround-bogus-websocket-clients", false);
        assertThat(plain).isEqualTo("WebSockets in HTTP/2: true, HTTP/1.1 413 Payload Too Large");
        assertThat(around).isEqualTo("WebSockets in HTTP/2: false, HTTP/1.1 200 OK");
        assertThat(seen("", true)).isEqualTo(plain);
        assertThat(seen("h1-accept-payload-with-any-method\n h2-workaround-bogus-websocket-clients", true))
                .isEqualTo(around);
    }

    private static String seen(String lines, boolean oracle) throws Exception {
        int port = Ports.reserved();
        String text = "global\n " + lines + "\ndefaults\n mode http\n timeout client 5s\nfrontend fe\n bind 127.0.0.1:"
                + port + "\n http-request return status 200\n";
        try (RunningProxy proxy = new RunningProxy(text, oracle);
                RawClient client = new RawClient(port);
                Socket old = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(proxy).isNotNull();
            RawClient.Frame settings = client.next();
            assertThat(settings.type()).isEqualTo(SETTINGS);
            boolean announced = false;
            for (int at = 0; at < settings.payload().length(); at += 6) {
                announced |= settings.payload().charAt(at + 1) == ENABLE_CONNECT_PROTOCOL;
            }
            old.setSoTimeout(5_000);
            old.getOutputStream().write("GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc".getBytes(ISO_8859_1));
            String answer = new String(old.getInputStream().readAllBytes(), ISO_8859_1);
            return "WebSockets in HTTP/2: " + announced + ", " + answer.substring(0, answer.indexOf("\r\n"));
        }
    }
}
