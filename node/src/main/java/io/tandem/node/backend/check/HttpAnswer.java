// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.h1.ChunkedBody;
import io.tandem.node.frontend.http.h1.ResponseScanner;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.BodyBytes;
import io.tandem.node.rules.sample.Text;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1 answer to a check as it comes in: its head, and as much of its body as a buffer holds. Owned by one event loop;
 * {@link #release} gives its memory back.
 */
final class HttpAnswer implements BodyBytes {
    /** How far it is. */
    enum State {
        HEAD,
        BODY,
        COMPLETE,
        MALFORMED
    }

    private static final int FIRST = 512;

    private final Loop loop;
    private final Tuning tuning;
    private final Response response;
    private final Method method;
    private final ResponseScanner scanner;
    private @Nullable HeadBuffer buffer;
    private final ChunkedBody chunks = new ChunkedBody();
    private Framing framing = Framing.NONE;
    private long remaining;
    private byte[] body = new byte[0];
    private int bodyLength;
    private State state = State.HEAD;

    /** @param response where the head is put, until {@link #release} */
    HttpAnswer(Loop loop, Tuning tuning, Response response, String method) {
        this.loop = loop;
        this.tuning = tuning;
        this.response = response;
        byte[] name = Text.bytes(method);
        this.method = Method.of(name, 0, name.length);
        scanner = new ResponseScanner(response, tuning.maxFields());
        begin();
    }

    private void begin() {
        HeadBuffer present = buffer == null ? HeadBuffer.take(loop, tuning.bufferSize()) : buffer;
        buffer = present;
        scanner.begin(present, tuning.maxRewrite());
    }

    State state() {
        return state;
    }

    Response response() {
        return response;
    }

    /** The words behind the status, printable. */
    String reason() {
        return Text.string(response.bytes(), response.reasonStart(), response.reasonEnd())
                .replaceAll("[^ -~]", ".");
    }

    void add(ByteBuf in) {
        while (state == State.HEAD && in.isReadable()) {
            head(in);
        }
        if (state == State.BODY) {
            body(in);
        }
    }

    private void head(ByteBuf in) {
        HeadBuffer present = buffer;
        if (present == null) {
            in.skipBytes(in.readableBytes());
            return;
        }
        int had = scanner.end();
        int length = Math.min(in.readableBytes(), scanner.room());
        in.getBytes(in.readerIndex(), present.bytes(), had, length);
        switch (scanner.scan(had + length)) {
            case INCOMPLETE -> in.skipBytes(length);
            case MALFORMED -> state = State.MALFORMED;
            case COMPLETE -> {
                in.skipBytes(scanner.headEnd() - had);
                if (scanner.isInterim()) {
                    begin();
                } else {
                    beginBody();
                }
            }
        }
    }

    private void beginBody() {
        framing = scanner.framing(method);
        response.body(framing, scanner.isChunked() ? -1 : scanner.contentLength(), scanner.countedSize(), -1);
        remaining = framing == Framing.LENGTH ? scanner.contentLength() : Long.MAX_VALUE;
        chunks.begin(tuning);
        state = framing == Framing.NONE ? State.COMPLETE : State.BODY;
    }

    private void body(ByteBuf in) {
        if (framing == Framing.CHUNKED) {
            switch (chunks.read(in, this::keep)) {
                case INCOMPLETE -> {}
                case COMPLETE -> state = State.COMPLETE;
                case MALFORMED -> state = State.MALFORMED;
            }
            return;
        }
        int length = (int) Math.min(remaining, in.readableBytes());
        keep(in, length);
        in.skipBytes(length);
        remaining -= length;
        if (remaining == 0) {
            state = State.COMPLETE;
        }
    }

    private void keep(ByteBuf in, int length) {
        int count = Math.min(length, tuning.bufferSize() - bodyLength);
        if (bodyLength + count > body.length) {
            int wanted = Math.max(FIRST, Math.max(bodyLength + count, 2 * body.length));
            body = Arrays.copyOf(body, Math.min(tuning.bufferSize(), wanted));
        }
        in.getBytes(in.readerIndex(), body, bodyLength, count);
        bodyLength += count;
    }

    /** The server has closed. */
    void end() {
        if (state == State.HEAD) {
            state = State.MALFORMED;
        } else if (state == State.BODY) {
            state = State.COMPLETE; // what is here is all there will be
        }
    }

    /** Whether no more of the body would be looked at. */
    boolean isBodyFinal() {
        return state == State.COMPLETE || bodyLength == tuning.bufferSize();
    }

    byte[] body() {
        return body;
    }

    @Override
    public int length() {
        return bodyLength;
    }

    @Override
    public void copy(byte[] to, int at, int length) {
        System.arraycopy(body, 0, to, at, length);
    }

    void release() {
        scanner.clear();
        HeadBuffer present = buffer;
        if (present != null) {
            buffer = null;
            present.release(loop);
        }
    }
}
