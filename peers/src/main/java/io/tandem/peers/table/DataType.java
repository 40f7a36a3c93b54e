// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stick table can store with a key. The ordinal is HAProxy's number: the bit in its table definition and the
 * order of values on the wire and in {@code show table}.
 */
public enum DataType {
    SERVER_ID(Wire.SIGNED, Merge.REGISTER, Args.NONE),
    GPT0(Wire.U32, Merge.REGISTER, Args.NONE),
    GPC0(Wire.U32, Merge.SUM, Args.NONE),
    GPC0_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    CONN_CNT(Wire.U32, Merge.SUM, Args.NONE),
    CONN_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    CONN_CUR(Wire.U32, Merge.GAUGE, Args.NONE),
    SESS_CNT(Wire.U32, Merge.SUM, Args.NONE),
    SESS_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    HTTP_REQ_CNT(Wire.U32, Merge.SUM, Args.NONE),
    HTTP_REQ_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    HTTP_ERR_CNT(Wire.U32, Merge.SUM, Args.NONE),
    HTTP_ERR_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    BYTES_IN_CNT(Wire.U64, Merge.SUM, Args.NONE),
    BYTES_IN_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    BYTES_OUT_CNT(Wire.U64, Merge.SUM, Args.NONE),
    BYTES_OUT_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    GPC1(Wire.U32, Merge.SUM, Args.NONE),
    GPC1_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    SERVER_KEY(Wire.DICTIONARY, Merge.REGISTER, Args.NONE),
    HTTP_FAIL_CNT(Wire.U32, Merge.SUM, Args.NONE),
    HTTP_FAIL_RATE(Wire.RATE, Merge.SUM, Args.PERIOD),
    GPT(Wire.U32, Merge.REGISTER, Args.ELEMENTS),
    GPC(Wire.U32, Merge.SUM, Args.ELEMENTS),
    GPC_RATE(Wire.RATE, Merge.SUM, Args.ELEMENTS_AND_PERIOD),
    GLITCH_CNT(Wire.U32, Merge.SUM, Args.NONE),
    GLITCH_RATE(Wire.RATE, Merge.SUM, Args.PERIOD);

    /** How a value travels. */
    public enum Wire {
        SIGNED,
        U32,
        U64,
        /** Age of the period, events in it, events in the one before. */
        RATE,
        /** A string sent once and then by its number. */
        DICTIONARY
    }

    /** How the values of several nodes become one. */
    public enum Merge {
        /** Each node counts what it saw; the value is the sum. */
        SUM,
        /** As a sum, but over the nodes that live. */
        GAUGE,
        /** The latest write wins. */
        REGISTER
    }

    /** What stands in parentheses after the name. */
    public enum Args {
        NONE,
        PERIOD,
        ELEMENTS,
        ELEMENTS_AND_PERIOD
    }

    /** Largest array of gpt, gpc and gpc_rate. */
    public static final int MAX_ELEMENTS = 100;

    private static final DataType[] VALUES = values();
    private static final Map<String, DataType> BY_WORD = new HashMap<>();

    static {
        for (DataType type : VALUES) {
            BY_WORD.put(type.word, type);
        }
    }

    private final String word = name().toLowerCase(Locale.ROOT);
    private final Wire wire;
    private final Merge merge;
    private final Args args;

    DataType(Wire wire, Merge merge, Args args) {
        this.wire = wire;
        this.merge = merge;
        this.args = args;
    }

    /** The name in {@code store} and in {@code show table}. */
    public String word() {
        return word;
    }

    public Wire wire() {
        return wire;
    }

    public Merge merge() {
        return merge;
    }

    public Args args() {
        return args;
    }

    /** HAProxy's number. */
    @SuppressWarnings("EnumOrdinal") // the order of the constants is the protocol's
    public int number() {
        return ordinal();
    }

    public boolean isRate() {
        return wire == Wire.RATE;
    }

    public boolean isArray() {
        return args == Args.ELEMENTS || args == Args.ELEMENTS_AND_PERIOD;
    }

    /** The type of that name, or null. */
    public static @Nullable DataType named(String word) {
        return BY_WORD.get(word);
    }

    /** The type of that number, or null. */
    public static @Nullable DataType numbered(int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }
}
