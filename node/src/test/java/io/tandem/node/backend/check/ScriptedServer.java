// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.testkit.LoopbackServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server that says what a line tells it to, and remembers what it was told: {@code greeting -> first answer -> …}, closed
 * where the last word is {@code end}.
 */
final class ScriptedServer implements AutoCloseable {
    private final List<byte[]> answers = new ArrayList<>();
    private final boolean ends;
    private final List<String> heard = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final LoopbackServer server;

    ScriptedServer(String script) throws IOException {
        String[] parts = script.split("->", -1);
        ends = parts[parts.length - 1].strip().equals("end");
        for (int i = 0; i < parts.length - (ends ? 1 : 0); i++) {
            answers.add(unescaped(parts[i].startsWith(" ") ? parts[i].substring(1) : parts[i]));
        }
        server = new LoopbackServer(this::serve);
    }

    /** One blank before and behind an arrow belongs to it. */
    private static byte[] unescaped(String written) {
        String text = written.endsWith(" ") ? written.substring(0, written.length() - 1) : written;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.write(c);
                continue;
            }
            char next = text.charAt(++i);
            switch (next) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case 'x' -> {
                    out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> out.write(next);
            }
        }
        return out.toByteArray();
    }

    int port() {
        return server.port();
    }

    private void serve(Socket connection, int number) throws IOException {
        open.incrementAndGet();
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        String end = "";
        try {
            connection.getOutputStream().write(answers.get(0));
            byte[] buffer = new byte[65_536];
            int next = 1;
            while (!(ends && next >= answers.size())) {
                int length = connection.getInputStream().read(buffer);
                if (length < 0) {
                    end = " FIN";
                    break;
                }
                told.write(buffer, 0, length);
                if (next < answers.size()) {
                    connection.getOutputStream().write(answers.get(next));
                }
                next++;
            }
        } catch (IOException reset) {
            end = " RST";
        }
        synchronized (heard) {
            heard.add(told.toString(StandardCharsets.ISO_8859_1) + end);
        }
        connection.close();
        open.decrementAndGet();
    }

    boolean isIdle() {
        return open.get() == 0;
    }

    /**
     * What each connection said, and how it ended where the server did not end it; without those that said nothing, of which not
     * all are accepted before they end.
     */
    List<String> heard() {
        synchronized (heard) {
            return heard.stream()
                    .filter(told -> !told.equals(" RST") && !told.equals(" FIN"))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
