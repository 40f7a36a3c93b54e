// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static CannedServer server;
    private static Generator generator;

    @BeforeAll
    static void start() throws Exception {
        server = new CannedServer();
        generator = new Generator();
    }

    @AfterAll
    static void stop() {
        generator.close();
        server.close();
    }

    @Test
    void aClosedLoopKeepsAllConnectionsBusyAndCountsEachAnswerOnce() throws Exception {
        Measured measured = generator.run(Plan.closedLoop(server.port(), false, 8, Duration.ofMillis(300)));

        assertThat(measured.clean()).as("%s", measured).isTrue();
        assertThat(measured.answered()).isGreaterThan(20);
        assertThat(measured.latencies().count()).isEqualTo(measured.answered());
    }

    @Test
    void aFixedRateIsKept() throws Exception {
        Plan plan =
                Plan.closedLoop(server.port(), false, 8, Duration.ofSeconds(1)).atRate(1000, 8);

        Measured measured = generator.run(plan);

        assertThat(measured.clean()).as("%s", measured).isTrue();
        // Never more than asked for; a busy machine may owe some when the time is over. A closed loop makes thousands.
        assertThat(measured.answered()).isBetween(500L, 1000L);
    }

    @Test
    void largeBodiesAreReadToTheirEnd() throws Exception {
        Plan plan = new Plan(
                new InetSocketAddress("127.0.0.1", server.port()),
                false,
                2,
                2,
                false,
                0,
                Duration.ofMillis(200),
                "GET /big HTTP/1.1\r\nHost: a\r\n\r\n",
                List.of());

        Measured measured = generator.run(plan);

        assertThat(measured.clean()).as("%s", measured).isTrue();
        assertThat(measured.answered()).isPositive();
    }

    @Test
    void aServerThatIsNotThereIsAFailureNotAHang() throws Exception {
        CannedServer gone = new CannedServer();
        int port = gone.port();
        gone.close();

        Measured measured = generator.run(
                Plan.closedLoop(port, false, 2, Duration.ofMillis(200)).atRate(100, 2));

        assertThat(measured.answered()).isZero();
        assertThat(measured.failed()).isPositive();
    }
}
