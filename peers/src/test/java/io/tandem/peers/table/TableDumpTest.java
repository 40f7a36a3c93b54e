// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableDumpTest {
    private final Tables tables = new Tables(1, 0);

    @Test
    void linesAreHaproxysAndSortedByKey() throws Exception {
        StickTable table = tables.declare(TableDefinition.of(
                "tbl",
                KeyType.IP,
                4,
                1024,
                600_000,
                Column.of(DataType.SERVER_ID),
                Column.of(DataType.GPC0),
                Column.rate(DataType.CONN_RATE, 10_000),
                Column.of(DataType.SERVER_KEY)));
        for (String address : List.of("200.0.0.1", "9.0.0.1", "127.0.0.1")) {
            byte[] key = InetAddress.getByName(address).getAddress();
            int entry = table.findOrCreate(key, 0, 4, 1000);
            table.add(entry, table.field(DataType.CONN_RATE), 83, 1000);
            if (address.startsWith("127")) {
                table.setServerKey(entry, "api1", 1000);
                table.set(entry, table.field(DataType.SERVER_ID), 1, 1000);
            }
            table.release(entry);
        }

        StringBuilder out = new StringBuilder();
        TableDump.header(table, out);
        TableDump dump = new TableDump(table, EntryFilter.ALL);
        while (dump.append(out, 1, 1164)) {}
        assertThat(out.toString().replaceAll("0x[0-9a-f]+", "0x"))
                .isEqualTo(
                        """
                        # table: tbl, type: ip, size:1024, used:3
                        0x: key=9.0.0.1 use=0 exp=599836 server_id=0 gpc0=0 conn_rate(10000)=83 server_key=-
                        0x: key=127.0.0.1 use=0 exp=599836 server_id=1 gpc0=0 conn_rate(10000)=83 server_key=api1
                        0x: key=200.0.0.1 use=0 exp=599836 server_id=0 gpc0=0 conn_rate(10000)=83 server_key=-
                        """);
    }

    @Test
    void onlyEntriesForWhichEveryConditionHoldsAreShown() {
        StickTable table =
                tables.declare(TableDefinition.of("t", KeyType.INTEGER, 4, 1024, 0, Column.of(DataType.GPC0)));
        int gpc0 = table.field(DataType.GPC0);
        for (byte key = 0; key < 10; key++) {
            int entry = table.findOrCreate(new byte[] {0, 0, 0, key}, 0, 4, 0);
            table.add(entry, gpc0, key, 0);
            table.release(entry);
        }
        EntryFilter filter = new EntryFilter(List.of(
                new EntryFilter.Condition(gpc0, EntryFilter.Operator.GT, 5),
                new EntryFilter.Condition(gpc0, EntryFilter.Operator.NE, 7)));

        StringBuilder out = new StringBuilder();
        new TableDump(table, filter).append(out, 10_000, 0);
        assertThat(out.toString().lines().map(line -> line.substring(line.indexOf("gpc0="))))
                .containsExactly("gpc0=6", "gpc0=8", "gpc0=9");
    }

    @Test
    void addressesAreWrittenAsTheSystemWritesThem() throws Exception {
        for (String text : List.of(
                "::",
                "::1",
                "::1.2.3.4",
                "1:0:0:2::3",
                "2001:db8::1",
                "fe80:0:1::1:0:0",
                "1:2:3:4:5:6:7:8",
                "1:0:2:3:4:5:6:7")) {
            assertThat(Ipv6Text.of(InetAddress.getByName(text).getAddress())).isEqualTo(text);
        }
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 1, 2, 3, 4};
        assertThat(Ipv6Text.of(mapped)).isEqualTo("::ffff:1.2.3.4");
    }
}
