// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real keepalived as the other router, in every form that both speak and in either role: whatever happens to the better
 * router, the address is where it belongs within the standard's time, and never at two places for longer than an interval.
 */
class KeepalivedInteropTest {
    /** Most of a run is waiting. */
    private static final int AT_A_TIME = 5;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    @Timeout(240)
    @Tag("vrrp-case-53")
    void inEveryFormAndRoleTheAddressMovesInTimeAndIsNeverInTwoPlacesForLong() throws Exception {
        Keepalived.need();
        ExecutorService runs = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Future<List<InteropRun.Cell>>> results = new ArrayList<>();
            for (InteropKind kind : InteropKind.values()) {
                for (boolean tandemIsPreferred : new boolean[] {true, false}) {
                    Path own = Files.createDirectory(directory.resolve(kind + "-" + tandemIsPreferred));
                    results.add(runs.submit(() -> new InteropRun(kind, tandemIsPreferred).run(own)));
                }
            }
            List<InteropRun.Cell> cells = new ArrayList<>();
            for (Future<List<InteropRun.Cell>> result : results) {
                cells.addAll(result.get());
            }
            cells.forEach(System.out::println);
            assertThat(cells).hasSize(InteropKind.values().length * 2 * 7);
            assertThat(cells).allMatch(InteropRun.Cell::isGood);
        } finally {
            runs.shutdownNow();
        }
    }
}
