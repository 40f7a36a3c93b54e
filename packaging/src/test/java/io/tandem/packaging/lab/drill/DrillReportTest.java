// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tandem.packaging.lab.LabOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrillReportTest {
    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Statistics.median(new long[] {4, 1, 3, 2})).isEqualTo(2.5);
        assertThat(Statistics.median(new long[] {9, 1, 5})).isEqualTo(5);
        assertThatThrownBy(() -> Statistics.median(new long[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void jsonHasTheDocumentedNamesAndSumsAndMaxima() {
        DrillReport report = new DrillReport(
                Fault.CRASH,
                LabOptions.DEFAULT,
                List.of(trial(10, 100, 99, 200, 200, 3), trial(20, 50, 50, 200, 199, 7)));

        String json = report.json();

        assertThat(json).doesNotContain("\n").startsWith("{\"fault\": \"crash\", \"trials\": 2, ");
        Config read = ConfigFactory.parseString(json);
        assertThat(read.getDouble("outage_ms_median")).isEqualTo(15);
        assertThat(read.getDouble("outage_ms_max")).isEqualTo(20);
        assertThat(read.getInt("requests_ok")).isEqualTo(200);
        assertThat(read.getInt("requests_failed")).isEqualTo(6);
        assertThat(read.getInt("requests_failed_in_flight")).isEqualTo(4);
        assertThat(read.getInt("entries_before")).isEqualTo(150);
        assertThat(read.getInt("entries_after")).isEqualTo(149);
        assertThat(read.getDouble("persistence_kept_pct")).isEqualTo(99.75);
        assertThat(read.getDouble("duplicate_address_ms_max")).isEqualTo(7);
        assertThat(read.getDoubleList("outages_ms")).containsExactly(10.0, 20.0);
        assertThat(read.getString("timers")).isEqualTo("quick");
    }

    @Test
    void theTableHasALineForEachTrialBelowItsHead() {
        String line = DrillReport.tableLine(3, trial(10, 100, 99, 200, 200, 3));
        assertThat(line).hasSameSizeAs(DrillReport.TABLE_HEAD).contains("lb1", "lb2", "99/100", "200/200", "10.0");
    }

    @Test
    void aReportWithoutTrialsIsRefused() {
        assertThatThrownBy(() -> new DrillReport(Fault.STOP, LabOptions.DEFAULT, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static TrialResult trial(
            int outageMs, int entriesBefore, int entriesAfter, int clients, int kept, int duplicateMs) {
        return new TrialResult(
                "lb1",
                "lb2",
                outageMs * 1_000_000L,
                2_000_000,
                1_000_000,
                new LoadCounts(100, 3, 2),
                entriesBefore,
                entriesAfter,
                clients,
                kept,
                duplicateMs * 1_000_000L,
                500_000_000);
    }
}
