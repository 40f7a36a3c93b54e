// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a soak takes for an explanation, and what not. */
class SoakErrorsTest {
    private static final long MS = 1_000_000;

    private final SoakEvents events = new SoakEvents();
    private final SoakStalls stalls = new SoakStalls();
    private final SoakErrors errors = new SoakErrors("http", true, events);
    private final long nowNs = System.nanoTime();

    @Test
    void anErrorOutOfNothingIsUnexplained() {
        judge("status 503", 10);

        assertThat(errors.unexplained()).isOne();
        assertThat(errors.unexplainedOnes()).singleElement().asString().contains("status 503", "lost 0 ms");
    }

    @Test
    void aServerThatDiesMeanwhileExplainsAnything() {
        events.happened(SoakEvents.Kind.SERVER_DIED, nowNs);

        judge("closed before an answer", 10);

        assertThat(errors.byServers()).isOne();
    }

    @Test
    void aDeathLongAgoExplainsNothingUnlessTheMachineStalledInBetween() {
        events.happened(SoakEvents.Kind.SERVER_DIED, nowNs);
        long laterNs = System.nanoTime() + 600 * MS;

        errors.add("closed before an answer", laterNs, laterNs + MS);
        errors.judge(stalls);
        assertThat(errors.unexplained()).isOne();

        stalls.add(laterNs - 550 * MS, laterNs - 100 * MS, 450 * MS);
        errors.add("closed before an answer", laterNs, laterNs + MS);
        errors.judge(stalls);
        assertThat(errors.byServers()).isOne();
    }

    @Test
    void aStallExplainsTimeOutsButNoReset() {
        stalls.add(nowNs - 1000 * MS, nowNs - 500 * MS, 500 * MS);

        judge("status 503", 10);
        judge("status 504", 10);
        judge("java.net.SocketTimeoutException: Read timed out", 900);
        judge("reset", 10);
        judge("status 502", 10);

        assertThat(errors.byStalls()).isEqualTo(3);
        assertThat(errors.unexplained()).isEqualTo(2);
    }

    @Test
    void aShortStallDoesNotExplainALongWait() {
        stalls.add(nowNs - 1000 * MS, nowNs - 500 * MS, 500 * MS);

        judge("java.net.SocketTimeoutException: Read timed out", 20_000);

        assertThat(errors.unexplained()).isOne();
    }

    private void judge(String what, long tookMs) {
        errors.add(what, nowNs - tookMs * MS, nowNs);
        errors.judge(stalls);
    }
}
