// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes over an admin socket. */
@Timeout(30)
class AdminServerTest {
    @TempDir
    Path directory;

    /** As {@code echo show map x | socat - …} does: it closes its half at once and then reads. */
    @Test
    void aLongAnswerArrivesWholeAlsoWhereTheQuestionsHaveEnded() throws Exception {
        String line = "caf\u00e9 0123456789\n";
        Command command = new Command(
                "show map", "show map", "", Level.USER, (arguments, answer) -> answer.append(line.repeat(200_000)));
        LoadedText loaded = LoadedText.of("global\n stats socket " + directory.resolve("s") + "\n");
        try (AdminServer server = new AdminServer(new Commands(List.of(command)), fd -> {})) {
            server.apply(loaded.configuration().drafts().global().facet(AdminFeature.SETTINGS));

            assertThat(ask("show map\n", true)).isEqualTo(line.repeat(200_000) + "\n");
            assertThat(ask("show map\n", false)).isEqualTo(line.repeat(200_000) + "\n");
            assertThat(ask("prompt\nshow map\n", true)).endsWith("\n\n> ");
        }
    }

    private String ask(String questions, boolean thatIsAll) throws Exception {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(directory.resolve("s")));
            socket.write(ByteBuffer.wrap(questions.getBytes(StandardCharsets.ISO_8859_1)));
            if (thatIsAll) {
                socket.shutdownOutput();
            }
            return new String(Channels.newInputStream(socket).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
