// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StickTableTest {
    private static final Column GPC0 = Column.of(DataType.GPC0);
    private static final Column RATE = Column.rate(DataType.HTTP_REQ_RATE, 10_000);

    private final Tables tables = new Tables(42, 0);

    @Test
    void aRateDecaysAsHaproxysDoes() {
        StickTable table = integers(10, 0, RATE);
        int rate = table.field(DataType.HTTP_REQ_RATE);
        int entry = create(table, 1, 50_000);
        table.add(entry, rate, 100, 50_000);

        // HAProxy was read some milliseconds after each full second, hence the odd one.
        assertThat(table.value(entry, rate, 55_000)).isEqualTo(100);
        assertThat(table.value(entry, rate, 59_999)).isEqualTo(100);
        assertThat(table.value(entry, rate, 61_001)).isEqualTo(89);
        assertThat(table.value(entry, rate, 63_001)).isEqualTo(69);
        assertThat(table.value(entry, rate, 66_001)).isEqualTo(39);
        assertThat(table.value(entry, rate, 69_001)).isEqualTo(9);
        assertThat(table.value(entry, rate, 71_000)).isZero();
    }

    @Test
    void aRateCarriesThePreviousPeriodIntoTheNext() {
        StickTable table = integers(10, 0, RATE);
        int rate = table.field(DataType.HTTP_REQ_RATE);
        int entry = create(table, 1, 0);
        table.add(entry, rate, 100, 0);
        table.add(entry, rate, 10, 15_000);

        assertThat(table.value(entry, rate, 15_000)).isEqualTo(10 + 50);
        assertThat(table.value(entry, rate, 20_000)).isEqualTo(10);
        assertThat(table.value(entry, rate, 25_000)).isEqualTo(5);
    }

    @Test
    void aFullTablePurgesTheEntryRefreshedLongestAgo() {
        StickTable table = integers(2, 60_000, GPC0);
        table.release(create(table, 1, 0));
        table.release(create(table, 2, 1));
        table.release(create(table, 1, 2));
        table.release(create(table, 3, 3));

        assertThat(keys(table)).containsExactlyInAnyOrder(1, 3);
        assertThat(table.used()).isEqualTo(2);
    }

    @Test
    void aFullTableWithoutExpiryPurgesTheEntryUsedLongestAgo() {
        StickTable table = integers(3, 0, GPC0);
        for (int key = 1; key <= 3; key++) {
            table.release(create(table, key, key));
        }
        table.release(create(table, 1, 10));
        table.release(create(table, 4, 11));

        assertThat(keys(table)).containsExactlyInAnyOrder(1, 3, 4);
    }

    @Test
    void aHeldEntryIsNeverPurged() {
        StickTable table = integers(2, 60_000, GPC0);
        int held = create(table, 1, 0);
        int alsoHeld = create(table, 2, 0);

        assertThat(create(table, 3, 1)).isEqualTo(StickTable.NONE);
        table.release(alsoHeld);
        assertThat(create(table, 3, 2)).isNotEqualTo(StickTable.NONE);
        assertThat(keys(table)).containsExactlyInAnyOrder(1, 3);
        assertThat(table.use(held)).isEqualTo(1);
    }

    @Test
    void nopurgeRefusesUntilSomethingExpires() {
        TableDefinition definition =
                new TableDefinition("t", KeyType.INTEGER, 4, 2, 1000, true, false, true, List.of(GPC0));
        StickTable table = tables.declare(definition);
        table.release(create(table, 1, 0));
        table.release(create(table, 2, 500));

        assertThat(create(table, 3, 501)).isEqualTo(StickTable.NONE);
        assertThat(create(table, 3, 1100)).isNotEqualTo(StickTable.NONE);
        assertThat(keys(table)).containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void anEntryExpiresToTheMillisecondAndBeginsAnew() {
        StickTable table = integers(10, 1000, GPC0);
        int gpc0 = table.field(DataType.GPC0);
        int entry = create(table, 7, 0);
        table.add(entry, gpc0, 5, 0);
        table.release(entry);

        assertThat(find(table, 7, 999)).isNotEqualTo(StickTable.NONE);
        table.release(find(table, 7, 999));
        table.release(find(table, 7, 999));
        int again = find(table, 7, 999);
        table.release(again);
        // The look-ups above did not refresh it, and each hold was released once too few.
        assertThat(table.use(again)).isEqualTo(1);
        table.release(again);
        assertThat(find(table, 7, 1000)).isEqualTo(StickTable.NONE);

        int fresh = create(table, 7, 1000);
        assertThat(table.value(fresh, gpc0, 1000)).isZero();
        assertThat(table.remainingMs(fresh, 1000)).isEqualTo(1000);
        assertThat(table.used()).isEqualTo(1);
    }

    @Test
    void expireRemovesWhatIsPastItsDeadlineAndKeepsWhatWasRefreshed() {
        StickTable table = integers(100_000, 10_000, GPC0);
        for (int key = 0; key < 10_000; key++) {
            table.release(create(table, key, key / 10));
        }
        for (int key = 0; key < 5_000; key++) {
            table.release(create(table, key, 9_000));
        }
        for (long nowMs = 9_000; nowMs < 12_000; nowMs += 50) {
            table.expire(nowMs);
        }
        assertThat(table.used()).isEqualTo(5_000);
        for (long nowMs = 12_000; nowMs < 20_000; nowMs += 50) {
            table.expire(nowMs);
        }
        assertThat(table.used()).isZero();
        assertThat(table.entries()).isEmpty();
    }

    @Test
    void aStringIsCutAtItsLengthAndAtANul() {
        StickTable table = tables.declare(TableDefinition.of("s", KeyType.STRING, 10, 10, 0, GPC0));
        byte[] longKey = "abcdefghijklmnop".getBytes(ISO_8859_1);
        int entry = table.findOrCreate(longKey, 0, longKey.length, 0);
        byte[] stored = new byte[10];

        assertThat(new String(stored, 0, table.key(entry, stored), ISO_8859_1)).isEqualTo("abcdefghij");
        assertThat(table.find(longKey, 0, 10, 0)).isEqualTo(entry);
        byte[] withNul = "abc\0def".getBytes(ISO_8859_1);
        int cut = table.findOrCreate(withNul, 0, withNul.length, 0);
        assertThat(table.find(withNul, 0, 3, 0)).isEqualTo(cut);
    }

    @Test
    void aKeyOfTheWrongLengthIsNoAddress() {
        StickTable table = tables.declare(TableDefinition.of("s", KeyType.IPV6, 16, 10, 0, GPC0));
        assertThat(table.findOrCreate(new byte[16], 0, 4, 0)).isEqualTo(StickTable.NONE);
    }

    @Test
    void arraysAnswerForTheOldNames() {
        StickTable table = integers(10, 0, new Column(DataType.GPC, 3, 0), new Column(DataType.GPT, 1, 0));

        assertThat(table.field(DataType.GPC0)).isEqualTo(table.field(DataType.GPC, 0));
        assertThat(table.field(DataType.GPC1)).isEqualTo(table.field(DataType.GPC, 1));
        assertThat(table.field(DataType.GPC, 3)).isEqualTo(StickTable.NOT_STORED);
        assertThat(table.field(DataType.CONN_CNT)).isEqualTo(StickTable.NOT_STORED);
    }

    @Test
    void setWritesCountersRatesAndRegisters() {
        StickTable table = integers(10, 0, GPC0, RATE, Column.of(DataType.SERVER_KEY));
        int entry = create(table, 1, 5_000);
        table.add(entry, table.field(DataType.GPC0), 3, 5_000);
        table.set(entry, table.field(DataType.GPC0), 100, 5_000);
        table.set(entry, table.field(DataType.HTTP_REQ_RATE), 40, 5_000);
        table.setServerKey(entry, "web1", 5_000);

        assertThat(table.value(entry, table.field(DataType.GPC0), 5_000)).isEqualTo(100);
        assertThat(table.value(entry, table.field(DataType.HTTP_REQ_RATE), 9_000))
                .isEqualTo(40);
        assertThat(table.serverKey(entry, 5_000)).isEqualTo("web1");
    }

    @Test
    void aReloadKeepsTablesWhoseDefinitionIsUnchanged() {
        StickTable before = integers(10, 1000, GPC0);
        assertThat(integers(10, 1000, GPC0)).isSameAs(before);
        assertThat(integers(10, 2000, GPC0)).isNotSameAs(before);
        tables.retainOnly(Set.of());
        assertThat(tables.get("t")).isNull();
    }

    @Test
    void severalThreadsCountExactlyWhileEntriesComeAndGo() throws Exception {
        StickTable table = integers(4096, 0, GPC0, RATE);
        int gpc0 = table.field(DataType.GPC0);
        int rate = table.field(DataType.HTTP_REQ_RATE);
        int[] counted = new int[64];
        for (int key = 0; key < counted.length; key++) {
            counted[key] = create(table, key, 0); // held: must survive the churn below
        }
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int id = t;
            threads.add(new Thread(() -> {
                byte[] key = new byte[4];
                for (int i = 0; i < 100_000; i++) {
                    ByteBuffer.wrap(key).putInt(i % counted.length);
                    int entry = table.findOrCreate(key, 0, 4, 0);
                    table.add(entry, gpc0, 1, 0);
                    table.add(entry, rate, 1, 0);
                    table.release(entry);
                    ByteBuffer.wrap(key).putInt(1_000 + id * 1_000_000 + i);
                    int passing = table.findOrCreate(key, 0, 4, 0);
                    if (passing != StickTable.NONE) {
                        table.release(passing);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        long total = 0;
        long rates = 0;
        for (int entry : counted) {
            total += table.value(entry, gpc0, 0);
            rates += table.value(entry, rate, 0);
            assertThat(table.use(entry)).isEqualTo(1);
        }
        assertThat(total).isEqualTo(400_000);
        assertThat(rates).isEqualTo(400_000);
        assertThat(table.used()).isEqualTo(4096).isEqualTo(keys(table).size());
    }

    private StickTable integers(long size, int expireMs, Column... columns) {
        return tables.declare(TableDefinition.of("t", KeyType.INTEGER, 4, size, expireMs, columns));
    }

    private static int create(StickTable table, int key, long nowMs) {
        return table.findOrCreate(ByteBuffer.allocate(4).putInt(key).array(), 0, 4, nowMs);
    }

    private static int find(StickTable table, int key, long nowMs) {
        return table.find(ByteBuffer.allocate(4).putInt(key).array(), 0, 4, nowMs);
    }

    private static Set<Integer> keys(StickTable table) {
        Set<Integer> keys = new HashSet<>();
        byte[] key = new byte[4];
        for (int entry : table.entries()) {
            table.key(entry, key);
            keys.add(ByteBuffer.wrap(key).getInt());
        }
        return keys;
    }
}
