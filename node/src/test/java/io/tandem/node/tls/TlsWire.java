// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** A client that has TLS records in its hands: sends them in pieces, ends one side alone, and notes how the other side ends. */
final class TlsWire implements AutoCloseable {
    private static final int HANDSHAKE = 22;

    private final Socket socket;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(128 * 1024);
    private final ByteBuffer clear = ByteBuffer.allocate(64 * 1024);
    private final StringBuilder heard = new StringBuilder();
    private final int piece;
    private boolean encrypted;
    private boolean over;

    private boolean drips;

    /** @param piece the most bytes of a handshake message in one record, 0 as they come */
    TlsWire(int port, String version, String serverName, int piece) throws IOException, GeneralSecurityException {
        this.piece = piece;
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TlsClient.Trusting()}, new SecureRandom());
        engine = context.createSSLEngine("t.example", 1);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setServerNames(serverName.isEmpty() ? List.of() : List.of(new SNIHostName(serverName)));
        engine.setSSLParameters(parameters);
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(6000);
    }

    /** Agrees on keys; what goes wrong is heard. */
    TlsWire handshake() throws IOException {
        engine.beginHandshake();
        agree();
        return this;
    }

    private void agree() throws IOException {
        while (!over) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                default -> {
                    return;
                }
            }
        }
    }

    /** Agrees on new keys in the same connection, as TLS 1.2 has it. */
    TlsWire renegotiate() throws IOException {
        engine.beginHandshake();
        agree();
        return this;
    }

    TlsWire send(String text) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (all.hasRemaining() && !over) {
            wrap(all);
        }
        return this;
    }

    /** From now on every byte is a segment of its own. */
    TlsWire drip() {
        drips = true;
        return this;
    }

    /** Ends our side, in TLS alone. */
    TlsWire closeNotify() throws IOException {
        engine.closeOutbound();
        wrap(ByteBuffer.allocate(0));
        return this;
    }

    /** Ends our side, in TCP. */
    TlsWire fin() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    TlsWire raw(int... bytes) throws IOException {
        byte[] all = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            all[i] = (byte) bytes[i];
        }
        socket.getOutputStream().write(all);
        return this;
    }

    private void wrap(ByteBuffer text) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        try {
            engine.wrap(text, out);
        } catch (SSLException alert) {
            hear("cannot write");
            over = true;
            return;
        }
        out.flip();
        try {
            send(out);
        } catch (IOException reset) {
            hear("RST");
            over = true;
        }
    }

    /** Divides handshake messages over as many records as it takes, for as long as they are in the clear. */
    private void send(ByteBuffer records) throws IOException {
        OutputStream out = socket.getOutputStream();
        while (records.hasRemaining()) {
            byte[] head = new byte[5];
            records.get(head);
            byte[] content = new byte[(head[3] & 0xFF) << 8 | (head[4] & 0xFF)];
            records.get(content);
            encrypted |= head[0] != HANDSHAKE;
            int most = piece == 0 || encrypted ? content.length : piece;
            for (int at = 0; at < content.length; at += most) {
                int length = Math.min(most, content.length - at);
                byte[] record = new byte[5 + length];
                System.arraycopy(head, 0, record, 0, 3);
                record[3] = (byte) (length >> 8);
                record[4] = (byte) length;
                System.arraycopy(content, at, record, 5, length);
                for (int i = 0; drips && i < record.length - 1; i++) {
                    out.write(record[i]);
                }
                out.write(record, drips ? record.length - 1 : 0, drips ? 1 : record.length);
            }
        }
    }

    /** Takes a record, or reads until there is one. */
    private void unwrap() throws IOException {
        in.flip();
        SSLEngineResult result;
        try {
            result = engine.unwrap(in, clear);
        } catch (SSLException alert) {
            hear(String.valueOf(alert.getMessage()).replaceFirst(".*alert: ", "alert "));
            over = true;
            return;
        } finally {
            in.compact();
        }
        clear.flip();
        heard.append(StandardCharsets.ISO_8859_1.decode(clear));
        clear.clear();
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            hear("close_notify");
            over = true;
        } else if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW && !receive()) {
            over = true;
        }
    }

    /** Reads bytes; false, which is heard, where none come any more. */
    private boolean receive() {
        try {
            int count = socket.getInputStream().read(in.array(), in.position(), in.remaining());
            if (count < 0) {
                hear("FIN");
                return false;
            }
            in.position(in.position() + count);
            return true;
        } catch (SocketTimeoutException silent) {
            hear("silence");
            return false;
        } catch (IOException reset) {
            hear("RST");
            return false;
        }
    }

    private void hear(String what) {
        heard.append('[').append(what).append(']');
    }

    /** Listens until the connection has ended, and says what was heard. */
    String rest() throws IOException {
        while (!over) {
            unwrap();
        }
        return end();
    }

    /** Whatever comes without being understood, until the connection has ended. */
    private String end() {
        String all = heard.toString();
        if (all.endsWith("[FIN]") || all.endsWith("[RST]") || all.endsWith("[silence]")) {
            return all;
        }
        in.clear();
        while (receive()) {
            in.clear();
        }
        return heard.toString();
    }

    /** All bytes as they come, in hexadecimal digits, until the connection has ended. */
    String bytes() {
        StringBuilder digits = new StringBuilder();
        while (receive()) {
            in.flip();
            while (in.hasRemaining()) {
                digits.append(String.format("%02x", in.get()));
            }
            in.clear();
        }
        return digits.append(heard).toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
