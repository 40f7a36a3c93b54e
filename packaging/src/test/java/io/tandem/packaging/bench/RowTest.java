// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowTest {
    private static final Row ROW = new Row(
            "tcp",
            "us/request",
            11.5,
            10,
            Double.NaN,
            Ratio.of(List.of(1.0, 1.1, 1.2)),
            Ratio.NONE,
            Ratio.NONE,
            3,
            1.05,
            "tandem \"cold\"",
            Map.of("extra", 2.0));

    @Test
    void itsJsonHasExactlyTheKeysThatOthersRead() {
        Config json = ConfigFactory.parseString(ROW.json());

        assertThat(json.root().keySet())
                .containsExactlyInAnyOrder(
                        "case", "tandem_us", "haproxy_us", "nginx_us", "ratio_haproxy", "ratio_nginx", "rounds");
        assertThat(json.getString("case")).isEqualTo("tcp");
        assertThat(json.getDouble("tandem_us")).isEqualTo(11.5);
        assertThat(json.getIsNull("nginx_us")).isTrue();
        assertThat(json.getDouble("ratio_haproxy")).isEqualTo(1.1);
        assertThat(json.getIsNull("ratio_nginx")).isTrue();
        assertThat(json.getInt("rounds")).isEqualTo(3);
    }

    @Test
    void itsDetailsHaveTheIntervalAndEveryRound() {
        Config details = ConfigFactory.parseString(ROW.details());

        assertThat(details.getDouble("ratio_haproxy_upper")).isEqualTo(1.2);
        assertThat(details.getDoubleList("ratio_haproxy_by_round")).containsExactly(1.0, 1.1, 1.2);
        assertThat(details.getDoubleList("ratio_nginx_by_round")).isEmpty();
        assertThat(details.getString("remark")).isEqualTo("tandem \"cold\"");
        assertThat(details.getDouble("extra")).isEqualTo(2);
    }

    @Test
    void aTargetIsHeldAgainstTheUpperEndOfTheInterval() {
        assertThat(ROW.markdown()).contains("≤ 1.05 missed");
    }
}
