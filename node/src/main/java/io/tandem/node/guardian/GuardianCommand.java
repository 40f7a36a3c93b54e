// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** {@code tandem reload} and its like: a word to the running guardian, and what it answers. */
public final class GuardianCommand {
    private static final int LONGEST_ANSWER = 1 << 20;

    private GuardianCommand() {}

    /** Whether {@code word} is a command for the guardian rather than an option. */
    public static boolean isOne(String word) {
        return word.equals("reload");
    }

    /**
     * Asks the guardian.
     *
     * @return its answer
     * @throws IOException if none runs here, or it does not let us in
     */
    public static String ask(String word, Map<String, String> environment) throws IOException {
        Path socket = RunDirectory.base(environment).resolve(StatusServer.SOCKET);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap((word + "\n").getBytes(StandardCharsets.UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER);
            while (answer.hasRemaining() && channel.read(answer) >= 0) {
                // until the end
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("no guardian answers at " + socket + ": " + e.getMessage(), e);
        }
    }
}
