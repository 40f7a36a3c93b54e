// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.differential.Http2Text;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Loops;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

    private static final EndpointSettings SETTINGS =
            new EndpointSettings(4096, 65_535, 100, 16_384, 16_384, 0, 0, true, 0);

    private final Loops loops = Loops.start(1);
    private HearingEndpoint.Heard expected = new HearingEndpoint.Heard(List.of(), List.of());

    @BeforeAll
    void hearItWhole() throws Exception {
        expected = heard(CONVERSATION.length(), 1);
        assertThat(expected.events())
                .contains("data 1 helloabcabc", "trailers 1", "head 3", "end 1", "reset 3 8", "good-bye 0 0")
                .noneMatch(event -> event.startsWith("FAILED"));
        assertThat(expected.answers()).containsExactly("ack", "pong 12345678");
    }

    @AfterAll
    void stop() {
        loops.close();
    }

    @Test
    void inTwoPiecesCutAnywhere() throws Exception {
        for (int cut = 1; cut < CONVERSATION.length(); cut++) {
            assertThat(heard(cut, CONVERSATION.length()))
                    .as("cut behind %d bytes", cut)
                    .isEqualTo(expected);
        }
    }

    @Test
    void byteByByte() throws Exception {
        assertThat(heard(1, 1)).isEqualTo(expected);
    }

    private HearingEndpoint.Heard heard(int first, int rest) throws Exception {
        Loop loop = loops.get(0);
        byte[] bytes = CONVERSATION.getBytes(StandardCharsets.ISO_8859_1);
        return loop.eventLoop()
                .submit(() -> HearingEndpoint.hear(loop, SETTINGS, bytes, first, rest))
                .get();
    }
}
