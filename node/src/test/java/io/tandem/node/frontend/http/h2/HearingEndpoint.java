// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.node.loop.Loop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes down what it hears and what it answers; data of one stream in one piece. Takes any stream above those before it. */
final class HearingEndpoint extends Endpoint implements Transport {
    private final List<String> events = new ArrayList<>();
    private final ByteBuf sent = Unpooled.buffer();
    private final StringBuilder data = new StringBuilder();
    private int dataOf;
    private int last;

    private HearingEndpoint(Loop loop, EndpointSettings settings) {
        super(loop, settings);
        start(this, false);
    }

    /** What was heard, and the frames that were answered, without windows and the first settings. */
    record Heard(List<String> events, List<String> answers) {}

    /** What is made of these bytes: the first {@code first} at once, then {@code rest} at a time. On the loop. */
    static Heard hear(Loop loop, EndpointSettings settings, byte[] bytes, int first, int rest) {
        HearingEndpoint endpoint = new HearingEndpoint(loop, settings);
        int at = 0;
        for (int length = Math.min(first, bytes.length);
                at < bytes.length;
                length = Math.min(rest, bytes.length - at)) {
            ByteBuf in = Unpooled.copiedBuffer(bytes, at, length);
            endpoint.take(in);
            while (endpoint.isHeld()) {
                HeldEndpoints.of(loop).giveTurns(); // held or not, the same is heard
            }
            if (in.isReadable()) {
                throw new IllegalStateException(in.readableBytes() + " bytes were left");
            }
            in.release();
            at += length;
        }
        return endpoint.ended();
    }

    private Heard ended() {
        flushStaged();
        told("");
        List<String> answers = SlowFrames.answers(sent.toString(StandardCharsets.ISO_8859_1));
        sent.release();
        dispose();
        return new Heard(events, answers);
    }

    private void told(String event) {
        if (dataOf != 0) {
            events.add("data " + dataOf + " " + data);
            data.setLength(0);
            dataOf = 0;
        }
        if (!event.isEmpty()) {
            events.add(event);
        }
    }

    private void heard(int stream, String bytes) {
        if (dataOf != stream) {
            told("");
            dataOf = stream;
        }
        data.append(bytes);
    }

    @Override
    protected void take(ByteBuf in) {
        receive(in);
    }

    @Override
    protected void onHeaders(int id, byte[] block, int from, int to, boolean endStream) {
        StreamBase stream = stream(id);
        told((stream != null ? "trailers " : id > last ? "head " : "late ") + id);
        boolean good = decode(
                block,
                from,
                to,
                (nameBytes, nameStart, nameEnd, valueBytes, valueStart, valueEnd) ->
                        told(new String(nameBytes, nameStart, nameEnd - nameStart, StandardCharsets.ISO_8859_1) + "="
                                + new String(
                                        valueBytes, valueStart, valueEnd - valueStart, StandardCharsets.ISO_8859_1)));
        if (!good) {
            return;
        }
        if (stream == null && id > last) {
            last = id;
            stream = new Stream(this, id);
            add(stream, id);
            stream.receiving(false); // it gets no window back: what is too much does not depend on pieces
        }
        if (stream != null && endStream && !stream.hasRemoteEnded()) {
            stream.markRemoteEnded();
            told("end " + id);
        }
    }

    @Override
    protected void onGoAway(int last, int code) {
        told("good-bye " + last + " " + code);
    }

    @Override
    protected boolean isIdle(int stream) {
        return stream > last;
    }

    @Override
    protected void onLocalEnd(StreamBase stream) {
        told("local end");
    }

    @Override
    protected int lastStream() {
        return last;
    }

    @Override
    public void write(ByteBuf out) {
        sent.writeBytes(out);
        out.release();
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void reading(boolean on) {}

    @Override
    public void closeWhenWritten() {
        told("FAILED");
    }

    private static final class Stream extends StreamBase {
        private final HearingEndpoint listener;
        private final int number;

        Stream(HearingEndpoint listener, int number) {
            super(listener);
            this.listener = listener;
            this.number = number;
        }

        @Override
        protected boolean onData(ByteBuf in, int length) {
            listener.heard(number, in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1));
            return true;
        }

        @Override
        protected void onEnd() {
            listener.told("end " + number);
        }

        @Override
        protected void onDataFlush() {}

        @Override
        protected void onProgress() {}

        @Override
        protected void onWritable() {}

        @Override
        protected void onReset(int code) {
            listener.told("reset " + number + " " + code);
        }

        @Override
        protected void onConnectionWritable(boolean writable) {}
    }
}
