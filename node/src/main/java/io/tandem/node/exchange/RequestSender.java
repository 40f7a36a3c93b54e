// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.h1.HeadWriter;
import io.tandem.node.frontend.http.h1.RequestScanner;
import io.tandem.node.loop.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request to the server: the head and what is there of the body in one buffer, the rest of the body as it comes.
 *
 * <p>Before there is a connection the body waits in a buffer of its own. One per exchange, reused.
 */
final class RequestSender {
    /** Body bytes up to this many are copied behind the head; a second buffer would cost a {@code writev}. */
    private static final int COPIED_BODY = 4096;

    private static final byte[] CLOSE = "connection: close\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private static final byte[] KEEP_ALIVE =
            "connection: keep-alive\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final Loop loop;
    private @Nullable ServerConnection server;
    private @Nullable ByteBuf staged;
    private @Nullable ByteBuf waiting;

    RequestSender(Loop loop) {
        this.loop = loop;
    }

    /** Starts sending on {@code server}: stages the head, and the body that has waited. */
    void start(ServerConnection server, Request request, boolean keepAlive) {
        this.server = server;
        ByteBuf out = loop.sendBuffer();
        HeadWriter.requestLineAndFields(request, out);
        if (keepAlive && request.minorVersion() == 0) {
            out.writeBytes(KEEP_ALIVE);
        } else if (!keepAlive && request.minorVersion() > 0) {
            out.writeBytes(CLOSE);
        }
        HeadWriter.end(out);
        staged = out;
        ByteBuf body = waiting;
        if (body != null) {
            waiting = null;
            if (body.readableBytes() <= COPIED_BODY) {
                out.writeBytes(body);
                body.release();
            } else {
                writeStaged();
                server.write(body);
            }
        }
    }

    /** The next {@code length} bytes of the body; the caller keeps {@code in} and skips them. */
    void body(ByteBuf in, int length) {
        ServerConnection present = server;
        if (present == null) {
            if (waiting == null) {
                waiting = PooledByteBufAllocator.DEFAULT.directBuffer(length);
            }
            waiting.writeBytes(in, in.readerIndex(), length);
            return;
        }
        ByteBuf head = staged;
        if (head != null && length <= COPIED_BODY) {
            head.writeBytes(in, in.readerIndex(), length);
            return;
        }
        writeStaged();
        present.write(in.retainedSlice(in.readerIndex(), length));
    }

    /** Bytes of the body that wait for a connection. */
    int waitingBytes() {
        return waiting == null ? 0 : waiting.readableBytes();
    }

    private void writeStaged() {
        ByteBuf head = staged;
        ServerConnection present = server;
        if (head != null && present != null) {
            staged = null;
            present.write(head);
        }
    }

    void flush() {
        ServerConnection present = server;
        if (present != null) {
            writeStaged();
            present.flush();
        }
    }

    /** Forgets everything: the request is over, or goes to another server. */
    void clear() {
        server = null;
        if (staged != null) {
            staged.release();
            staged = null;
        }
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
    }

    /** Whether the request's end keeps a server connection usable. */
    static boolean allowsReuse(RequestScanner request, boolean http10) {
        return !(http10 && (request.isChunked() || request.saysUpgrade()));
    }
}
