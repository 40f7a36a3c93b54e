// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.fuzz.Http2Grammar;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Loops;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Conversations in frames that are nearly right, whole, byte by byte and in every two pieces: what is heard and answered is what a
 * slow reading says.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrameFuzzTest {
    /** Small windows and lists, so that they are soon too small. */
    private static final EndpointSettings SETTINGS = new EndpointSettings(4096, 100, 100, 16_384, 120, 0, 0, true, 0);

    private final Loops loops = Loops.start(1);

    @AfterAll
    void stop() {
        loops.close();
    }

    @Test
    void conversations() {
        Loop loop = loops.get(0);
        Fuzz.run("frames", random -> {
            try {
                loop.eventLoop().submit(() -> round(loop, random)).get();
            } catch (ExecutionException wrong) {
                if (wrong.getCause() instanceof AssertionError difference) {
                    throw difference;
                }
                throw new IllegalStateException(wrong.getCause());
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(end);
            }
        });
    }

    private static void round(Loop loop, Random random) {
        String text = Http2Grammar.conversation(random);
        for (int i = random.nextInt(3); i > 0; i--) {
            text = Fuzz.mutate(random, text, Http2Grammar.words());
        }
        byte[] bytes = Fuzz.bytes(text);
        HearingEndpoint.Heard slow = SlowFrames.read(bytes, SETTINGS);
        for (int cut = 1; cut <= bytes.length; cut++) {
            HearingEndpoint.Heard heard = HearingEndpoint.hear(loop, SETTINGS, bytes, cut, bytes.length);
            if (!heard.equals(slow)) {
                assertThat(heard).as("cut at %d: %s", cut, Fuzz.show(bytes)).isEqualTo(slow);
            }
        }
        assertThat(HearingEndpoint.hear(loop, SETTINGS, bytes, 1, 1))
                .as("byte by byte: %s", Fuzz.show(bytes))
                .isEqualTo(slow);
    }
}
