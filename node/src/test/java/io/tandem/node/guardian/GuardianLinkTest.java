// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the proxy says to its guardian. */
@Timeout(30)
class GuardianLinkTest {
    private static final int LINE_OF_THE_GUARDIAN = 64 * 1024;

    @TempDir
    Path directory;

    /** A reload of a wrong file, with very many mistakes. */
    private record Failing(AtomicBoolean orphaned) implements GuardianLink.Handler {
        @Override
        public void onRole(Role role) {}

        @Override
        public String onReload() {
            return "config : parsing [a.cfg:1] : unknown keyword 'fußnote' in 'global' section\n".repeat(10_000);
        }

        @Override
        public void onStop(boolean soft) {}

        @Override
        public void onGuardianGone() {
            orphaned.set(true);
        }
    }

    @Test
    void aReloadThatFailsWithVeryManyMistakesFitsIntoALineOfTheGuardians() throws Exception {
        HeartbeatFile.create(directory.resolve(GuardianLink.HEARTBEAT));
        Failing handler = new Failing(new AtomicBoolean());
        try (ServerSocketChannel guardian = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            guardian.bind(UnixDomainSocketAddress.of(directory.resolve(GuardianLink.SOCKET)));
            try (GuardianLink link = GuardianLink.connect(
                                    Map.of(GuardianLink.ENVIRONMENT, directory.toString()), handler)
                            .orElseThrow();
                    SocketChannel channel = guardian.accept()) {
                link.start(() -> true);
                LineReader lines = new LineReader(channel, LINE_OF_THE_GUARDIAN);
                assertThat(lines.next()).startsWith("hello ");
                for (int i = 0; i < 2; i++) {
                    channel.write(ByteBuffer.wrap("reload\n".getBytes(StandardCharsets.UTF_8)));
                    assertThat(lines.next())
                            .startsWith("reloaded failed config : parsing [a.cfg:1] : unknown keyword")
                            .endsWith(" characters more)");
                }
                assertThat(handler.orphaned).isFalse();
            }
        }
    }
}
