// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.loop.Loop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerCheckTest {
    private static final CheckReport OK = new CheckReport(Status.L4OK, 0, 0, "", true);

    private final DefaultEventLoop events = new DefaultEventLoop();

    @AfterEach
    void stop() {
        events.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void aMistakeOfOursInOneRoundEndsNotTheChecks() throws InterruptedException {
        Clumsy round = new Clumsy();
        ServerCheck check = new ServerCheck(new Loop(0, events), round, 0);

        check.start(1);

        assertThat(round.checked.await(30, TimeUnit.SECONDS)).isTrue();
        check.stop();
    }

    /** Cannot begin its first check, cannot use the report of the second, and is well from then on. */
    private static final class Clumsy implements Round {
        private final CountDownLatch checked = new CountDownLatch(2);
        private int begun;
        private int reported;
        private long dueNs;

        @Override
        public Running start(Consumer<CheckReport> report) {
            if (++begun == 1) {
                throw new IllegalStateException("it cannot begin");
            }
            report.accept(OK);
            return new Running() {
                @Override
                public void cancel() {}

                @Override
                public boolean isDone() {
                    return true;
                }
            };
        }

        @Override
        public void on(CheckReport report) {
            if (++reported == 1) {
                throw new IllegalStateException("it cannot be used");
            }
            checked.countDown();
        }

        @Override
        public boolean isPaused() {
            return false;
        }

        @Override
        public int intervalMs() {
            return 1;
        }

        @Override
        public long dueNs() {
            return dueNs;
        }

        @Override
        public void due(long atNs) {
            dueNs = atNs;
        }
    }
}
