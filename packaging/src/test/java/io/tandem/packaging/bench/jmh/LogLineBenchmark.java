// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Format;
import org.openjdk.jmh.annotations.Benchmark;

/** An access line as {@code option httplog} has it (HAProxy manual 8.2.3), without sending it. */
public class LogLineBenchmark extends NanosecondsBenchmark {
    private static final long MS = 1_000_000;

    private static final String HTTPLOG = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc"
            + " %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r";

    private final Format format;
    private final Facts facts;

    /** An exchange that went well and took 12 ms. */
    public LogLineBenchmark() {
        Subject subject = new Subject("");
        format = subject.logFormat(HTTPLOG);
        facts = subject.request("a").facts;
        facts.backend = subject.loaded().backend("app");
        facts.server = facts.backend.servers().get(0);
        facts.acceptedAtMs = 1_795_262_400_123L;
        facts.requestAtMs = facts.acceptedAtMs;
        facts.acceptedNs = MS;
        facts.requestStartNs = MS;
        facts.requestHeadNs = 2 * MS;
        facts.queuedNs = 2 * MS;
        facts.connectingNs = 2 * MS;
        facts.connectedNs = 3 * MS;
        facts.responseHeadNs = 12 * MS;
        facts.endNs = 13 * MS;
        facts.status = 200;
        facts.bytesOut = 5_270;
    }

    /** One line. */
    @Benchmark
    public int format() {
        return format.render(facts).length();
    }
}
