// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import io.tandem.node.boot.TestProxy;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of the two that are compared, at work: the installed haproxy as a process, or ours within this one. */
public final class RunningProxy implements AutoCloseable {
    private final @Nullable InstalledHaproxy haproxy;
    private final @Nullable TestProxy tandem;

    public RunningProxy(String configuration, boolean oracle) throws IOException {
        haproxy = oracle ? new InstalledHaproxy(configuration) : null;
        tandem = oracle ? null : TestProxy.start(configuration, 1);
    }

    /** Ours; only where it was asked for. */
    public TestProxy tandem() {
        return Objects.requireNonNull(tandem);
    }

    /** How many requests wait for a server of the backend now, in its queue and in those of its servers. */
    public int waiting(String backend) throws IOException {
        if (haproxy == null) {
            return tandem().configuration()
                    .backend(backend)
                    .orElseThrow()
                    .state()
                    .queues()
                    .waiting();
        }
        List<String> rows = haproxy.command("show stat").lines().toList();
        int qcur = List.of(rows.get(0).split(",", -1)).indexOf("qcur");
        return rows.stream()
                .filter(row -> row.startsWith(backend + ","))
                .mapToInt(row -> Integer.parseInt(row.split(",", -1)[qcur]))
                .sum();
    }

    @Override
    public void close() {
        if (haproxy != null) {
            haproxy.close();
        }
        if (tandem != null) {
            tandem.close();
        }
    }
}
