// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.peers.table.DataType;
import io.tandem.peers.table.StickTable;
import java.util.List;

/**
 * What fetches and converters ask of an entry.
 *
 * @param name as in {@code sc_NAME}, {@code src_NAME} and {@code table_NAME}
 * @param type where it is stored
 * @param effect what asking does
 * @param kilo whether it is told in units of 1024
 * @param element whether the first argument says which element of an array
 */
record TableField(String name, DataType type, Effect effect, boolean kilo, boolean element) {
    /** What asking for a value does to it. */
    enum Effect {
        NONE,
        /** Adds one, and answers the new value. */
        INCREASE,
        /** Sets it to 0, and answers the value it had. */
        CLEAR
    }

    static final List<TableField> ALL = List.of(
            plain("conn_cnt", DataType.CONN_CNT),
            plain("conn_cur", DataType.CONN_CUR),
            plain("conn_rate", DataType.CONN_RATE),
            plain("sess_cnt", DataType.SESS_CNT),
            plain("sess_rate", DataType.SESS_RATE),
            plain("http_req_cnt", DataType.HTTP_REQ_CNT),
            plain("http_req_rate", DataType.HTTP_REQ_RATE),
            plain("http_err_cnt", DataType.HTTP_ERR_CNT),
            plain("http_err_rate", DataType.HTTP_ERR_RATE),
            plain("http_fail_cnt", DataType.HTTP_FAIL_CNT),
            plain("http_fail_rate", DataType.HTTP_FAIL_RATE),
            plain("bytes_in_rate", DataType.BYTES_IN_RATE),
            plain("bytes_out_rate", DataType.BYTES_OUT_RATE),
            new TableField("kbytes_in", DataType.BYTES_IN_CNT, Effect.NONE, true, false),
            new TableField("kbytes_out", DataType.BYTES_OUT_CNT, Effect.NONE, true, false),
            plain("glitch_cnt", DataType.GLITCH_CNT),
            plain("glitch_rate", DataType.GLITCH_RATE),
            plain("get_gpc0", DataType.GPC0),
            plain("get_gpc1", DataType.GPC1),
            plain("get_gpt0", DataType.GPT0),
            plain("gpc0_rate", DataType.GPC0_RATE),
            plain("gpc1_rate", DataType.GPC1_RATE),
            new TableField("inc_gpc0", DataType.GPC0, Effect.INCREASE, false, false),
            new TableField("inc_gpc1", DataType.GPC1, Effect.INCREASE, false, false),
            new TableField("clr_gpc0", DataType.GPC0, Effect.CLEAR, false, false),
            new TableField("clr_gpc1", DataType.GPC1, Effect.CLEAR, false, false),
            new TableField("get_gpc", DataType.GPC, Effect.NONE, false, true),
            new TableField("get_gpt", DataType.GPT, Effect.NONE, false, true),
            new TableField("gpc_rate", DataType.GPC_RATE, Effect.NONE, false, true),
            new TableField("inc_gpc", DataType.GPC, Effect.INCREASE, false, true),
            new TableField("clr_gpc", DataType.GPC, Effect.CLEAR, false, true));

    private static TableField plain(String name, DataType type) {
        return new TableField(name, type, Effect.NONE, false, false);
    }

    /** Puts the value of a held entry into {@code out}; false where the table does not store it. */
    boolean read(StickTable table, int entry, int element, long nowMs, Sample out) {
        int field = element() ? table.field(type, element) : table.field(type);
        if (field == StickTable.NOT_STORED) {
            return false;
        }
        if (effect == Effect.INCREASE) {
            table.add(entry, field, 1, nowMs);
            count(table, entry, element, nowMs);
        }
        long value = table.value(entry, field, nowMs);
        if (effect == Effect.CLEAR) {
            table.set(entry, field, 0, nowMs);
        }
        out.set(kilo ? value >> 10 : value);
        return true;
    }

    /** An increase also counts in the rate of the same counter. */
    private void count(StickTable table, int entry, int element, long nowMs) {
        int rate =
                switch (type) {
                    case GPC0 -> table.field(DataType.GPC0_RATE);
                    case GPC1 -> table.field(DataType.GPC1_RATE);
                    case GPC -> table.field(DataType.GPC_RATE, element);
                    default -> StickTable.NOT_STORED;
                };
        if (rate != StickTable.NOT_STORED) {
            table.add(entry, rate, 1, nowMs);
        }
    }
}
