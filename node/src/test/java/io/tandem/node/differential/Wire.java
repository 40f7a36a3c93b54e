// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One end of a connection in the hands of a test: sends, waits for bytes, ends it in every way there is. */
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MS = 5_000;
    private static final String SILENCE = "<silence>";

    private final Socket socket;
    private final int slowness;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private String end = "";
    private boolean endless;
    private UnaryOperator<String> words = UnaryOperator.identity();

    Wire(Socket socket) throws IOException {
        this(socket, 1);
    }

    /** @param slowness how many times as long everything may take, and lasts */
    Wire(Socket socket, int slowness) throws IOException {
        this.socket = socket;
        this.slowness = slowness;
        socket.setTcpNoDelay(true);
    }

    /** Sends; a peer that has gone is no failure: what was received shows it. */
    Wire send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            end = end.isEmpty() ? "<gone>" : end;
        }
        return this;
    }

    /** Reads until all that was received contains {@code text}, or the peer ends. */
    Wire await(String text) {
        while (end.isEmpty() && !received().contains(text)) {
            readSome();
        }
        return this;
    }

    /** Reads until {@code text} has come {@code times} times, or the peer ends; whether it has. */
    boolean awaitTimes(String text, int times) {
        while (end.isEmpty() && times(text) < times) {
            readSome();
        }
        return times(text) >= times;
    }

    private int times(String text) {
        String all = received();
        int count = 0;
        for (int at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + text.length())) {
            count++;
        }
        return count;
    }

    /** Reads until {@code length} bytes have come, or the peer ends. */
    Wire awaitBytes(int length) {
        while (end.isEmpty() && received.size() < length) {
            readSome();
        }
        return this;
    }

    /** Reads until the peer ends. */
    Wire awaitEnd() {
        while (end.isEmpty()) {
            readSome();
        }
        return this;
    }

    /** Reads whatever comes within {@code ms}, or until the peer ends: where silence for so long is the subject. */
    Wire listen(int ms) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos((long) ms * slowness);
        for (long left = (long) ms * slowness;
                left > 0 && end.isEmpty();
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())) {
            readSome((int) left);
            if (end.equals(SILENCE)) {
                end = "";
                return this;
            }
        }
        return this;
    }

    private void readSome() {
        readSome(PATIENCE_MS * slowness);
    }

    private void readSome(int patienceMs) {
        byte[] buffer = new byte[65_536];
        try {
            socket.setSoTimeout(patienceMs);
            int count = socket.getInputStream().read(buffer);
            if (count < 0) {
                end = "<end>";
            } else {
                received.write(buffer, 0, count);
            }
        } catch (SocketTimeoutException silence) {
            end = SILENCE;
        } catch (IOException reset) {
            end = "<reset>";
        }
    }

    /** Ends our side; the peer may go on. */
    Wire half() {
        try {
            socket.shutdownOutput();
        } catch (IOException gone) {
            end = end.isEmpty() ? "<gone>" : end;
        }
        return this;
    }

    /** Ends it with a reset. */
    Wire reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException gone) {
            end = end.isEmpty() ? "<gone>" : end;
        }
        close();
        return this;
    }

    /** What has come so far. */
    String received() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    /** What comes is shown as {@code words} puts it. */
    Wire as(UnaryOperator<String> words) {
        this.words = words;
        return this;
    }

    /** How it ends is not part of what came of it: nobody may have looked yet. */
    Wire endless() {
        endless = true;
        return this;
    }

    /** What has come and how it ended, as far as the test has looked. */
    String outcome() {
        return words.apply(received()) + (endless ? "" : end);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            end = end.isEmpty() ? "<gone>" : end;
        }
    }
}
