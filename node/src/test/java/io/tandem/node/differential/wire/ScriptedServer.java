// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import io.tandem.node.differential.RequestEnd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that does as its script says, well-behaved or not, and remembers every byte it was sent. */
final class ScriptedServer implements AutoCloseable {
    static final int PAUSE_MS = 40;

    private final ServerSocket socket;
    private final List<ByteArrayOutputStream> received = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private volatile List<Step> steps = List.of();
    private final AtomicInteger generation = new AtomicInteger();

    ScriptedServer() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Begins anew: earlier connections end, what they received is forgotten. */
    void script(List<Step> steps) {
        generation.incrementAndGet();
        open.forEach(ScriptedServer::quietlyClose);
        open.clear();
        received.clear();
        next.set(0);
        this.steps = steps;
    }

    /** What came, connection by connection, since the script. */
    List<String> received() {
        return received.stream()
                .map(bytes -> bytes.toString(StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connection.setTcpNoDelay(true);
                int now = generation.get();
                ByteArrayOutputStream record = new ByteArrayOutputStream();
                received.add(record);
                open.add(connection);
                daemon(() -> serve(connection, record, now));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private Step step() {
        List<Step> all = steps;
        return all.get(Math.min(next.getAndIncrement(), all.size() - 1));
    }

    private void serve(Socket connection, ByteArrayOutputStream record, int now) {
        try (connection) {
            Unread unread = new Unread(connection.getInputStream(), record);
            OutputStream out = connection.getOutputStream();
            Step step = step();
            while (now == generation.get()) {
                unread.await(step.when());
                for (int i = 0; i < step.says().size(); i++) {
                    if (i > 0) {
                        Thread.sleep(PAUSE_MS); // so that pieces do not come as one
                    }
                    out.write(step.says().get(i).getBytes(StandardCharsets.ISO_8859_1));
                    out.flush();
                }
                switch (step.then()) {
                    case STAYS -> {}
                    case ENDS -> {
                        return;
                    }
                    case RESETS -> {
                        connection.setSoLinger(true, 0);
                        return;
                    }
                    case HANGS -> unread.drain();
                }
                unread.await(Step.When.REQUEST);
                unread.dropRequest();
                unread.await(Step.When.BYTE);
                step = step();
            }
        } catch (IOException | InterruptedException gone) {
            // the proxy went away, which its client's side shows
        }
    }

    /** What came and belongs to no answered request yet. */
    private static final class Unread {
        private final InputStream in;
        private final ByteArrayOutputStream record;
        private final StringBuilder text = new StringBuilder();
        private final byte[] buffer = new byte[65_536];

        Unread(InputStream in, ByteArrayOutputStream record) {
            this.in = in;
            this.record = record;
        }

        void await(Step.When when) throws IOException {
            while (!has(when)) {
                read();
            }
        }

        private boolean has(Step.When when) {
            return switch (when) {
                case CONNECT -> true;
                case BYTE -> text.length() > 0;
                case HEAD -> text.indexOf("\r\n\r\n") >= 0;
                case REQUEST -> requestEnd() >= 0;
            };
        }

        void drain() throws IOException {
            while (true) {
                read();
            }
        }

        void dropRequest() {
            text.delete(0, requestEnd());
        }

        private void read() throws IOException {
            int count = in.read(buffer);
            if (count < 0) {
                throw new IOException("the proxy has closed");
            }
            synchronized (record) {
                record.write(buffer, 0, count);
            }
            text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }

        private int requestEnd() {
            return RequestEnd.in(text, 0);
        }
    }

    private static void quietlyClose(Socket connection) {
        try {
            connection.close();
        } catch (IOException gone) {
            // it was closed already
        }
    }

    @Override
    public void close() throws IOException {
        generation.incrementAndGet();
        socket.close();
        open.forEach(ScriptedServer::quietlyClose);
    }
}
