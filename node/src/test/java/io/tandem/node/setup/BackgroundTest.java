// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackgroundTest {
    private static final int LEAST = 19; // the kernel has nothing lower

    /** How nice the calling thread is: the 19th field, counted from behind the name in parentheses. */
    private static int niceness() {
        try {
            String line = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(line.substring(line.lastIndexOf(')') + 2).split(" ", 18)[16]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void itsThreadsStandBehindTheOthersAndTheCallerStaysWhereItIs() throws Exception {
        int mine = niceness();
        CompletableFuture<Integer> begun = new CompletableFuture<>();

        assertThat(Background.call("test", BackgroundTest::niceness)).isEqualTo(Math.min(LEAST, mine + 10));
        Background.begin("test", () -> begun.complete(niceness()));
        assertThat(begun.get(20, TimeUnit.SECONDS)).isEqualTo(Math.min(LEAST, mine + 10));
        assertThat(niceness()).isEqualTo(mine);
    }

    @Test
    void whatTheWorkThrowsReachesTheCaller() {
        assertThatThrownBy(() -> Background.call("test", () -> {
                    throw new IllegalArgumentException("a mistake");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a mistake");
        assertThatThrownBy(() -> Background.call("test", () -> {
                    throw new StackOverflowError("too deep");
                }))
                .isInstanceOf(StackOverflowError.class);
    }
}
