// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code tandem reload} and its like: a word to the running guardian, and what it answers. */
public final class GuardianCommand {
    private static final int LONGEST_ANSWER = 4 << 20;
    private static final int NOBODY = 3;

    private GuardianCommand() {}

    /** {@code tandem vrrp --help}. */
    public static boolean asksForHelp(String... arguments) {
        return arguments.length == 2 && List.of("-h", "--help").contains(arguments[1]);
    }

    /** {@code tandem vrrp …}: prints the answer, answers the exit status; 3 where no guardian answers. */
    public static int vrrp(List<String> words, Map<String, String> environment, PrintStream out, PrintStream errors) {
        if (words.equals(List.of("--help")) || words.equals(List.of("-h"))) {
            out.print(VrrpCommands.USAGE);
            out.flush();
            return VrrpCommands.DONE;
        }
        try {
            String[] answer =
                    ask("vrrp " + String.join(" ", words), environment).split("\n", 2);
            if (answer.length < 2 || !answer[0].matches("\\d")) {
                errors.println("the guardian does not understand 'vrrp'; is it of an earlier version?");
                return NOBODY;
            }
            int status = Integer.parseInt(answer[0]);
            PrintStream stream = status == VrrpCommands.NOT_UNDERSTOOD ? errors : out;
            stream.print(answer[1]);
            stream.flush();
            return status;
        } catch (IOException e) {
            errors.println(e.getMessage());
            return NOBODY;
        }
    }

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
