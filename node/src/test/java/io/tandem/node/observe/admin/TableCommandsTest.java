// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.Column;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.TableDefinition;
import io.tandem.peers.table.Tables;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Texts and effects as observed on HAProxy 2.6. */
class TableCommandsTest {
    private final Tables tables = new Tables(1, 0);
    private final Commands commands =
            new Commands(TableCommands.of(new NodeRuntime(1, "lb1", 0, new EventLog(), tables)));

    {
        tables.declare(new TableDefinition(
                "tbl",
                KeyType.IP,
                4,
                1024,
                600_000,
                false,
                false,
                false,
                List.of(Column.of(DataType.GPC0), Column.rate(DataType.HTTP_REQ_RATE, 10_000))));
    }

    private String run(String line) {
        String answer = new Session(commands, Level.ADMIN).receive(line + "\n");
        return answer.substring(0, answer.length() - 1);
    }

    @Test
    void aTableIsShownWithItsEntriesInOrderOfTheirKeys() {
        run("set table tbl key 10.0.0.2 data.gpc0 7");
        run("set table tbl key 9.0.0.1 data.gpc0 3 data.http_req_rate 4");

        assertThat(run("show table")).isEqualTo("# table: tbl, type: ip, size:1024, used:2\n");
        assertThat(run("show table tbl").lines().map(TableCommandsTest::withoutPointerAndAge))
                .containsExactly(
                        "# table: tbl, type: ip, size:1024, used:2",
                        "key=9.0.0.1 use=0 gpc0=3 http_req_rate(10000)=4",
                        "key=10.0.0.2 use=0 gpc0=7 http_req_rate(10000)=0");
    }

    private static String withoutPointerAndAge(String line) {
        return line.replaceFirst("^0x[0-9a-f]+: ", "").replaceFirst("exp=\\d+ ", "");
    }

    @Test
    void filtersCompareValues() {
        run("set table tbl key 10.0.0.1 data.gpc0 1");
        run("set table tbl key 10.0.0.2 data.gpc0 5");

        assertThat(run("show table tbl data.gpc0 gt 2")).contains("10.0.0.2").doesNotContain("10.0.0.1");
        run("clear table tbl data.gpc0 gt 2");
        assertThat(run("show table tbl")).contains("10.0.0.1").doesNotContain("10.0.0.2");
    }

    @Test
    void mistakesAreAnsweredAsHaproxyAnswersThem() {
        assertThat(run("show table nope")).isEqualTo("No such table\n");
        assertThat(run("show table tbl data.nope eq 1")).isEqualTo("Filter entry #1: Unknown data type\n");
        assertThat(run("show table tbl data.gpc1 eq 1"))
                .isEqualTo("Filter entry #1: Data type not stored in this table\n");
        assertThat(run("show table tbl data.gpc0 above 1"))
                .isEqualTo(
                        "Filter entry #1: Require and operator among \"eq\", \"ne\", \"le\", \"ge\", \"lt\", \"gt\"\n");
        assertThat(run("show table tbl data.gpc0 eq x"))
                .isEqualTo("Filter entry #1: Require a valid integer value to compare against\n");
        assertThat(run("set table tbl key 1.2.3.4 data.gpc0 x")).isEqualTo("Require a valid integer value to store\n");
        assertThat(run("set table tbl"))
                .isEqualTo("Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n");
        assertThat(run("show table tbl")).doesNotContain("key=");
    }

    @Test
    void clearingAKeyNobodyKnowsIsSilent() {
        assertThat(run("clear table tbl key 1.2.3.4")).isEmpty();
    }
}
