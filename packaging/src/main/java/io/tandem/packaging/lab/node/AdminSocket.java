// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.node;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Asks a proxy over its admin socket. */
public final class AdminSocket {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final long ANSWER_LIMIT_MS = 5_000;
    private static final int EXCERPT = 400;
    private static final int MAX_ANSWER_BYTES = 8 * 1024 * 1024;

    private AdminSocket() {}

    /** The whole answer to one command; a proxy that stays silent for 5 s is an exception. */
    public static String ask(Path socket, String command) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                Selector selector = Selector.open()) {
            channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
            int count = 0;
            while (count >= 0) {
                if (selector.select(ANSWER_LIMIT_MS) == 0) {
                    throw new IOException(socket + ": no answer to '" + command + "' within 5 s");
                }
                selector.selectedKeys().clear();
                count = channel.read(chunk);
                answer.write(chunk.array(), 0, chunk.position());
                chunk.clear();
                if (answer.size() > MAX_ANSWER_BYTES) {
                    throw new IOException(socket + ": the answer to '" + command + "' does not end; it begins with "
                            + answer.toString(StandardCharsets.UTF_8).substring(0, EXCERPT));
                }
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    /**
     * The keys of a stick table.
     *
     * @throws IOException if the proxy does not answer, or has no such table
     */
    public static Set<String> tableKeys(Path socket, String table) throws IOException {
        return keysOf(ask(socket, "show table " + table), table);
    }

    /** The keys in the answer to {@code show table}: {@code 0x55…: key=KEY use=0 exp=…} lines below a header. */
    static Set<String> keysOf(String answer, String table) throws IOException {
        if (!answer.startsWith("# table: " + table)) {
            throw new IOException("show table " + table + ": unexpected answer: "
                    + answer.lines().findFirst().orElse("(empty)"));
        }
        Set<String> keys = new HashSet<>();
        answer.lines().forEach(line -> {
            int start = line.indexOf(" key=");
            if (start >= 0) {
                int end = line.indexOf(' ', start + 5);
                keys.add(line.substring(start + 5, end < 0 ? line.length() : end));
            }
        });
        return keys;
    }
}
