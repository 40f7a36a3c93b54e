// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.Server;
import io.tandem.node.boot.LoadedText;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is kept of TLS connections to servers. */
class ServerSessionsTest {
    @Test
    void clientsThatChooseTheServerNameCannotFillTheMemoryWithSessions() {
        LoadedText loaded = LoadedText.of(
                "backend be\n server s 127.0.0.1:1 ssl verify none sni hdr(host)\n server t 127.0.0.1:1 ssl"
                        + " verify none\n");
        for (Server server : loaded.backend("be").servers()) {
            ServerTls tls = Objects.requireNonNull(server.tls());
            assertThat(tls.context().context().sessionContext().getSessionCacheSize())
                    .isEqualTo(256);
        }
    }
}
