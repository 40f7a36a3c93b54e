// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client without TCP_NODELAY, whose kernel holds its request until its last handshake message is acknowledged. */
class FirstRequestTest {
    /** Linux delays an acknowledgement by this much. */
    private static final long DELAYED_ACK_MS = 40;

    @TempDir
    Path directory;

    @Test
    void isNotHeldUntilADelayedAcknowledgement() throws Exception {
        int port = Ports.reserved();
        String file = Pems.write(directory, "ec.pem", "ec.crt", "ec.key");
        String configuration = "defaults\n    mode http\n    timeout client 5s\nfrontend f\n    bind 127.0.0.1:" + port
                + " ssl crt " + file + " ssl-min-ver TLSv1.3\n    http-request return status 200\n";
        try (TestProxy proxy = TestProxy.start(configuration, 1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            assertThat(fastestMs(port)).isLessThan(DELAYED_ACK_MS - 5);
        }
    }

    /** The fastest of 20 connections of {@code ab} with one request each, milliseconds. */
    private static long fastestMs(int port) throws IOException, InterruptedException {
        Program.assumeInstalled("ab");
        String out = Program.of("ab", "-q", "-n", "20", "-c", "1", "https://127.0.0.1:" + port + "/")
                .run()
                .output();
        Matcher total = Pattern.compile("Total: +([0-9]+)").matcher(out);
        assertThat(total.find()).as(out).isTrue();
        return Long.parseLong(total.group(1));
    }
}
