// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.h1.ChunkedBody;
import io.tandem.node.frontend.http.h1.Framing;
import io.tandem.node.frontend.http.h1.HeadWriter;
import io.tandem.node.frontend.http.h1.ResponseScanner;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Tuning;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a server's response and writes it to the client. The exchange is asked what to do once a head is whole, and told of
 * the end.
 *
 * <p>A head without changes goes on in the buffer it was received in, together with the body bytes behind it; a changed
 * one is written anew. One per exchange, reused.
 */
final class ResponseForwarder {
    /** What the reader of a response decides at its turning points. */
    interface Guide {
        /** An interim response (1xx) is whole and goes to the client. */
        void onInterim();

        /**
         * The final head is whole: runs the rules, decides about both connections.
         *
         * @return whether the response goes to the client; otherwise another answer has been given
         */
        boolean onHead(Framing framing);

        /** The connection field to write, or an empty array. */
        byte[] connectionField();

        /** The response cannot be read. */
        void onMalformed();

        /** The last byte has been written to the client; {@code surplus}: the server sent more than its response. */
        void onComplete(boolean surplus);
    }

    static final byte[] CLOSE = "connection: close\r\n".getBytes(StandardCharsets.US_ASCII);
    static final byte[] KEEP_ALIVE = "connection: keep-alive\r\n".getBytes(StandardCharsets.US_ASCII);
    static final byte[] NOTHING = new byte[0];

    /** Of the first bytes of a response this many are looked at for its head. */
    private static final int FIRST_LOOK = 4096;

    /** Body bytes up to this many are copied behind a head that is written anew. */
    private static final int COPIED_BODY = 4096;

    private final Loop loop;
    private final Tuning tuning;
    private final ClientSide client;
    private final Guide guide;
    private final Response response;
    private final ResponseScanner scanner;
    private final ChunkedBody chunks = new ChunkedBody();

    private @Nullable HeadBuffer buffer;
    private Method method = Method.OTHER;
    private Framing framing = Framing.NONE;
    private long remaining;
    private boolean inBody;
    private long countedBody;
    private int counted;

    ResponseForwarder(Loop loop, Tuning tuning, ClientSide client, Guide guide, Response response) {
        this.loop = loop;
        this.tuning = tuning;
        this.client = client;
        this.guide = guide;
        this.response = response;
        scanner = new ResponseScanner(response, tuning.maxFields());
    }

    ResponseScanner scanner() {
        return scanner;
    }

    Framing framing() {
        return framing;
    }

    /** Begins to wait for the response to a request of that method. */
    void begin(Method method) {
        this.method = method;
        inBody = false;
        countedBody = 0;
        framing = Framing.NONE;
        beginHead();
    }

    private void beginHead() {
        if (buffer == null) {
            buffer = HeadBuffer.take(loop, tuning.bufferSize());
        }
        scanner.begin(buffer, tuning.maxRewrite());
    }

    /** Whether any byte of a head has come. */
    boolean hasBegun() {
        return scanner.end() > 0;
    }

    /** Lets go of the bytes. */
    void clear() {
        scanner.clear();
        if (buffer != null) {
            buffer.release(loop);
            buffer = null;
        }
    }

    /** The final head's size as HAProxy counts bytes. */
    int countedHead() {
        return counted;
    }

    /** Body bytes sent so far as HAProxy counts them. */
    long countedBody() {
        return framing == Framing.CHUNKED ? chunks.countedSize() : countedBody;
    }

    void onBytes(ByteBuf in) {
        if (inBody) {
            body(in);
        } else {
            head(in);
        }
    }

    private void head(ByteBuf in) {
        HeadBuffer present = buffer;
        while (present != null && in.isReadable()) {
            int had = scanner.end();
            int limit = had == 0 ? Math.min(FIRST_LOOK, scanner.room()) : scanner.room();
            int length = Math.min(in.readableBytes(), limit);
            in.getBytes(in.readerIndex(), present.bytes(), had, length);
            switch (scanner.scan(had + length)) {
                case INCOMPLETE -> in.skipBytes(length);
                case MALFORMED -> {
                    guide.onMalformed();
                    return;
                }
                case COMPLETE -> {
                    int own = scanner.headEnd() - had;
                    if (scanner.isInterim()) {
                        in.skipBytes(own);
                        interim();
                    } else {
                        finalHead(in, own, had == 0);
                        return;
                    }
                }
            }
        }
    }

    private void interim() {
        guide.onInterim();
        scanner.dropLengths();
        ByteBuf out = loop.sendBuffer();
        HeadWriter.statusLineAndFields(response, out);
        HeadWriter.end(out);
        client.write(out);
        beginHead();
    }

    /** @param own how many bytes of {@code in} belong to the head; {@code whole}: they are all of it */
    private void finalHead(ByteBuf in, int own, boolean whole) {
        framing = scanner.framing(method);
        counted = scanner.countedSize();
        scanner.dropLengths();
        remaining = framing == Framing.LENGTH ? scanner.contentLength() : 0;
        if (framing == Framing.CHUNKED) {
            chunks.begin(tuning.bufferSize() - tuning.maxRewrite());
        }
        if (!guide.onHead(framing)) {
            return;
        }
        inBody = true;
        byte[] connection = guide.connectionField();
        if (whole && connection.length == 0 && framing != Framing.CHUNKED && HeadWriter.isUntouched(response)) {
            in.setBytes(in.readerIndex(), response.bytes(), 0, own); // names are in lower case now
            int length = own + take(in.readableBytes() - own);
            boolean surplus = length < in.readableBytes();
            write(in, length, surplus);
            endIfComplete(surplus);
            return;
        }
        in.skipBytes(own);
        ByteBuf out = loop.sendBuffer();
        HeadWriter.statusLineAndFields(response, out);
        out.writeBytes(connection);
        HeadWriter.end(out);
        if (framing == Framing.CHUNKED) {
            chunked(in, out);
            return;
        }
        int length = take(in.readableBytes());
        if (length <= COPIED_BODY) {
            out.writeBytes(in, length);
            client.write(out);
        } else {
            client.write(out);
            client.write(in.readRetainedSlice(length));
        }
        endIfComplete(in.isReadable());
    }

    /** How many of {@code available} bytes belong to the body; takes them off what remains. */
    private int take(int available) {
        int length =
                switch (framing) {
                    case NONE -> 0;
                    case LENGTH -> (int) Math.min(remaining, available);
                    case UNTIL_CLOSE, CHUNKED -> available;
                };
        remaining -= length;
        countedBody += length;
        return length;
    }

    private void endIfComplete(boolean surplus) {
        if (framing == Framing.NONE || (framing == Framing.LENGTH && remaining == 0)) {
            guide.onComplete(surplus);
        }
    }

    private void body(ByteBuf in) {
        if (framing == Framing.CHUNKED) {
            chunked(in, loop.sendBuffer());
            return;
        }
        int length = take(in.readableBytes());
        boolean surplus = length < in.readableBytes();
        write(in, length, surplus);
        endIfComplete(surplus);
    }

    /** Hands on {@code length} bytes of {@code in}, the buffer itself where that is all; what is left stays readable. */
    private void write(ByteBuf in, int length, boolean surplus) {
        if (surplus || in.readerIndex() > 0) {
            client.write(in.readRetainedSlice(length));
        } else {
            client.write(in.retain());
        }
    }

    private void chunked(ByteBuf in, ByteBuf out) {
        boolean first = out.isReadable();
        ChunkedBody.Progress progress = chunks.transfer(in, out, false);
        if (first && progress == ChunkedBody.Progress.MALFORMED) {
            out.release(); // nothing has been sent: the client gets an error page instead
            inBody = false;
            guide.onMalformed();
            return;
        }
        if (out.isReadable()) {
            client.write(out);
        } else {
            out.release();
        }
        switch (progress) {
            case INCOMPLETE -> {}
            case MALFORMED -> guide.onMalformed();
            case COMPLETE -> guide.onComplete(in.isReadable());
        }
    }

    /** Whether the head has gone to the client. */
    boolean hasSentHead() {
        return inBody;
    }

    /** Whether the end of the connection is the end of the response. */
    boolean endsWithConnection() {
        return inBody && framing == Framing.UNTIL_CLOSE;
    }
}
