// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverTableTest {
    @Test
    void whatWasNotMeasuredIsNotSaidToMeetItsLimit() {
        String table = FailoverTable.text(List.of(
                ConfigFactory.parseString("{fault: crash, engine: tandem, timers: quick, outages_ms: [9, 40, 20],"
                        + " duplicates_ms: [1, 2, 3], take_back_gaps_ms: [1, 1, 1]}"),
                ConfigFactory.parseString(
                        "{fault: crash, engine: \"haproxy+keepalived\", timers: best, outages_ms: [50],"
                                + " duplicates_ms: [0], take_back_gaps_ms: [0]}")));

        assertThat(table)
                .containsPattern("crash: SIGKILL of everything +- +50\\.0 \\[50\\.0\\.\\.50\\.0] \\(1\\) +20\\.0")
                .contains("\nmissed: crash: SIGKILL of everything\n")
                .contains("not measured: graceful stop; ");
    }
}
