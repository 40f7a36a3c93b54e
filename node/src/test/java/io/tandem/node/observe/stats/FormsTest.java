// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The machine-readable statistics, as scrapers of HAProxy read them. */
class FormsTest {
    private static Row row() {
        Row row = new Row(Row.Kind.FRONTEND, "web", 2, "FRONTEND", 0);
        row.set("scur", 3);
        row.set("status", "OPEN");
        return row;
    }

    @Test
    void csvHasHaproxysHeaderAndOneFieldPerColumn() {
        StringBuilder text = new StringBuilder();
        Forms.csv(List.of(row()), text);
        List<String> lines = text.toString().lines().toList();

        assertThat(lines.get(0)).startsWith("# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,");
        assertThat(lines.get(0)).contains(",agg_check_status,-,ssl_sess,");
        assertThat(lines.get(0).split(",", -1)).hasSize(129);
        assertThat(lines.get(1).split(",", -1)).hasSize(129);
        assertThat(lines.get(1)).startsWith("web,FRONTEND,,,3,");
    }

    @Test
    void typedNamesKindProxyPositionAndType() {
        StringBuilder text = new StringBuilder();
        Forms.typed(List.of(row()), false, text);

        assertThat(text.toString().lines())
                .contains("F.2.0.0.pxname.1:KNS:str:web", "F.2.0.4.scur.1:MGP:u32:3", "F.2.0.17.status.1:SGP:str:OPEN");
    }

    @Test
    void aTextWithACommaIsQuoted() {
        Row row = new Row(Row.Kind.SERVER, "be", 3, "s1", 1);
        row.set("last_chk", "a \"b\", c");
        StringBuilder text = new StringBuilder();
        Forms.csv(List.of(row), text);

        assertThat(text).contains(",\"a \"\"b\"\", c\",");
    }
}
