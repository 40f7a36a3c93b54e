// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TimeSliceTest {
    private static final Path OF_THIS_THREAD = Path.of("/proc/thread-self/sched");

    /** The slice of the calling thread, as the kernel shows it; empty where it shows none. */
    private static Optional<String> slice() {
        try {
            return Files.readAllLines(OF_THIS_THREAD).stream()
                    .filter(line -> line.startsWith("se.slice "))
                    .map(line -> line.replaceFirst(".*: *", ""))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sliceOf(Loop loop) throws Exception {
        return loop.eventLoop().submit(() -> slice().orElseThrow()).get(20, TimeUnit.SECONDS);
    }

    @Test
    void loopsAskForShortSlicesForATime() throws Exception {
        Assumptions.assumeTrue(Files.exists(OF_THIS_THREAD) && slice().isPresent(), "a kernel that shows slices");
        try (Loops loops = Loops.start(2)) {
            String usual = sliceOf(loops.get(1));

            loops.interruptOthers(true);
            assertThat(sliceOf(loops.get(0))).isEqualTo("300000");
            assertThat(sliceOf(loops.get(1))).isEqualTo("300000");
            loops.interruptOthers(false);
            assertThat(sliceOf(loops.get(1))).isEqualTo(usual).isNotEqualTo("300000");
        }
    }
}
