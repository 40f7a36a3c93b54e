// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.node.differential.Http2Text;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Loops;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A conversation with every kind of frame, cut into pieces: however it comes, the same is heard and answered. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrameCutTest {
    private static final String BLOCK = "\u0082\u0086\u0084\0\1a\1b\0\1c\1d";
    private static final String CONVERSATION = Http2Text.frame(4, 0, 0, "\0\4\0\0\u0010\0")
            + Http2Text.request("POST", "http", "a", "/", false, "x", "y")
            + Http2Text.frame(6, 0, 0, "12345678")
            + Http2Text.data(1, false, "hello")
            + Http2Text.frame(0, 8, 1, "\3abc\0\0\0")
            + Http2Text.frame(0, 8, 1, "\0abc")
            + Http2Text.frame(0, 8, 1, "\2\0\0")
            + Http2Text.data(1, false, "")
            + Http2Text.frame(8, 0, 1, "\0\0\1\0")
            + Http2Text.frame(2, 0, 3, "\0\0\0\1\7")
            + Http2Text.frame(77, 3, 0, "whatever")
            + Http2Text.frame(1, 0x28, 3, "\2\0\0\0\1\7" + BLOCK.substring(0, 4) + "\0\0")
            + Http2Text.frame(9, 0, 3, BLOCK.substring(4, 9))
            + Http2Text.frame(9, 4, 3, BLOCK.substring(9))
            + Http2Text.headers(1, true, "trailer", "t")
            + Http2Text.data(3, false, "more")
            + Http2Text.frame(3, 0, 3, "\0\0\0\10")
            + Http2Text.frame(7, 0, 0, "\0\0\0\0\0\0\0\0bye");

    private final Loops loops = Loops.start(1);
    private List<String> expected = List.of();

    @BeforeAll
    void hearItWhole() throws Exception {
        expected = heard(List.of(CONVERSATION));
        assertThat(expected)
                .contains("data 1 helloabcabc", "trailers 1", "head 3", "end 1", "reset 3 8", "good-bye")
                .noneMatch(event -> event.startsWith("FAILED"));
    }

    @AfterAll
    void stop() {
        loops.close();
    }

    @Test
    void inTwoPiecesCutAnywhere() throws Exception {
        for (int cut = 1; cut < CONVERSATION.length(); cut++) {
            assertThat(heard(List.of(CONVERSATION.substring(0, cut), CONVERSATION.substring(cut))))
                    .as("cut behind %d bytes", cut)
                    .isEqualTo(expected);
        }
    }

    @Test
    void byteByByte() throws Exception {
        assertThat(heard(CONVERSATION.chars().mapToObj(Character::toString).toList()))
                .isEqualTo(expected);
    }

    private List<String> heard(List<String> pieces) throws Exception {
        Loop loop = loops.get(0);
        Callable<List<String>> task = () -> {
            Listener endpoint = new Listener(loop);
            for (String piece : pieces) {
                ByteBuf in = Unpooled.copiedBuffer(piece, StandardCharsets.ISO_8859_1);
                endpoint.receive(in);
                assertThat(in.isReadable()).isFalse();
                in.release();
            }
            return endpoint.ended();
        };
        return loop.eventLoop().submit(task).get();
    }

    /** Writes down what it hears; data of one frame in one piece. */
    private static final class Listener extends Endpoint implements Transport {
        private static final EndpointSettings SETTINGS = new EndpointSettings(4096, 65_535, 100, 16_384, 16_384, 0, 0);

        private final List<String> events = new ArrayList<>();
        private final ByteBuf sent = Unpooled.buffer();
        private final StringBuilder data = new StringBuilder();
        private int last;

        Listener(Loop loop) {
            super(loop, SETTINGS);
            start(this, false);
        }

        List<String> ended() {
            flushStaged();
            told("answered " + ByteBufUtil.hexDump(sent));
            sent.release();
            dispose();
            return events;
        }

        private void told(String event) {
            if (data.length() > 0) {
                events.add("data " + data);
                data.setLength(0);
            }
            events.add(event);
        }

        @Override
        protected void onHeaders(int id, byte[] block, int from, int to, boolean endStream) {
            told((stream(id) == null ? "head " : "trailers ") + id);
            decode(
                    block,
                    from,
                    to,
                    (nameBytes, nameStart, nameEnd, valueBytes, valueStart, valueEnd) -> told(new String(
                                    nameBytes, nameStart, nameEnd - nameStart, StandardCharsets.ISO_8859_1)
                            + ": "
                            + new String(valueBytes, valueStart, valueEnd - valueStart, StandardCharsets.ISO_8859_1)));
            if (stream(id) == null) {
                last = id;
                add(new Stream(this, id), id);
            }
            if (endStream) {
                told("end " + id);
            }
        }

        @Override
        protected void onGoAway(int last, int code) {
            told("good-bye");
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
    }

    private static final class Stream extends StreamBase {
        private final Listener listener;

        private final int number;

        Stream(Listener listener, int number) {
            super(listener);
            this.listener = listener;
            this.number = number;
        }

        @Override
        protected boolean onData(ByteBuf in, int length) {
            if (listener.data.length() == 0) {
                listener.data.append(id()).append(' ');
            }
            listener.data.append(in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1));
            return true;
        }

        @Override
        protected void onEnd() {
            listener.told("end " + id());
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
