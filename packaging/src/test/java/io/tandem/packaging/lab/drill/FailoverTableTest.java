// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FailoverTableTest {
    @Test
    void medianMaximumAndLimitOfEachFaultStandBesideKeepaliveds() {
        String text = table(
                fault("crash", "tandem", "quick", "9.0, 11.0, 30.0"),
                fault("crash", "haproxy+keepalived", "best", "37.0"),
                fault("crash", "haproxy+keepalived", "default", "3089.0, 3091.0"));

        assertThat(text)
                .containsPattern(
                        "crash: SIGKILL.* 3090.0 / 3091.0 \\(2\\) +37.0 / 37.0 \\(1\\) +11.0 / 30.0 \\(3\\) +15\\n")
                .containsPattern("drain by an operator's word +- +- +- +3\\n")
                .contains("\nno limit is missed\n")
                .containsPattern("not measured: .*drain by an operator's word.*\\n$");
    }

    @Test
    void whatMissesItsLimitIsNamedInTheLastLine() {
        String text = table(
                fault("link", "tandem", "quick", "39.0, 41.0, 42.0"),
                "{\"figure\": \"memory, MB\", \"value\": 58.5, \"limit\": 64}",
                "{\"figure\": \"processor, %\", \"value\": 1.5, \"limit\": 1}");

        assertThat(text)
                .containsPattern("memory, MB +58.50 +limit 64\\n")
                .contains("\nmissed: link down on the active node; processor, %\nnot measured: ");
    }

    private static String table(String... lines) {
        List<Config> results = Stream.of(lines).map(ConfigFactory::parseString).toList();
        return FailoverTable.text(results);
    }

    private static String fault(String fault, String engine, String timers, String outages) {
        return "{\"fault\": \"" + fault + "\", \"engine\": \"" + engine + "\", \"timers\": \"" + timers
                + "\", \"outages_ms\": [" + outages + "], \"duplicates_ms\": [0], \"take_back_gaps_ms\": [1]}";
    }
}
