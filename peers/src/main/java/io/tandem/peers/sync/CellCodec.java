// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tandem.peers.table.Cell;
import io.tandem.peers.table.Column;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.Dictionary;
import io.tandem.peers.table.HybridClock;
import io.tandem.peers.table.KeyType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Cells as bytes, about 13 for a counter and a rate.
 *
 * <pre>
 * key (fixed length; block for string and binary) | varint mask·4 + hasSequence·2 + hasEpoch | varint lifetime
 *     [i64 epoch] [varint sequence] | values of the mask's columns, ascending, all elements
 * lifetime  0: for ever · n: (n − 1)·16 ms left
 * counter   varint own total             gauge     zigzag
 * rate      varint current, previous, age in ms
 * register  i64 stamp, zigzag value      text      i64 stamp, varint n: 0 none, known numbers, or the next with a block
 * </pre>
 *
 * Texts are numbered within one message. One instance for each message; one thread.
 */
final class CellCodec {
    private static final long MAX_LIFETIME_UNITS = 1L << 32;
    private static final int MAX_TEXT_BYTES = 2048;

    private final Dictionary dictionary;
    private final Map<Integer, Integer> numberInMessage = new HashMap<>();
    private final List<Integer> numberHere = new ArrayList<>();

    CellCodec(Dictionary dictionary) {
        this.dictionary = dictionary;
    }

    /** Begins a new message. */
    void reset() {
        numberInMessage.clear();
        numberHere.clear();
    }

    void encode(ByteWriter out, Schema schema, Cell cell, boolean withSequence) {
        if (hasFixedKey(schema.keyType())) {
            out.raw(cell.key, 0, cell.keyLength);
        } else {
            out.block(cell.key, 0, cell.keyLength);
        }
        boolean withEpoch = cell.epoch != 0;
        out.varint((cell.mask & 0xFFFF_FFFFL) << 2 | (withSequence ? 2 : 0) | (withEpoch ? 1 : 0));
        out.varint(cell.remainingMs < 0 ? 0 : 1 + (cell.remainingMs + 15) / 16);
        if (withEpoch) {
            out.i64(cell.epoch);
        }
        if (withSequence) {
            out.varint(cell.sequence);
        }
        for (int c = 0; c < schema.columns().size(); c++) {
            if (cell.has(c)) {
                encodeColumn(out, schema.columns().get(c), cell, c);
            }
        }
    }

    private void encodeColumn(ByteWriter out, Column column, Cell cell, int c) {
        int width = Cell.width(column);
        for (int at = 0; at < column.elements() * width; at += width) {
            DataType type = column.type();
            if (type.isRate()) {
                out.varint(cell.get(c, at));
                out.varint(cell.get(c, at + 1));
                out.varint(Math.max(0, cell.get(c, at + 2)));
            } else if (type.merge() == DataType.Merge.REGISTER) {
                out.i64(cell.get(c, at));
                if (type.wire() == DataType.Wire.DICTIONARY) {
                    encodeText(out, cell.get(c, at + 1));
                } else {
                    out.zigzag(cell.get(c, at + 1));
                }
            } else if (type.merge() == DataType.Merge.GAUGE) {
                out.zigzag(cell.get(c, at));
            } else {
                out.varint(cell.get(c, at));
            }
        }
    }

    private void encodeText(ByteWriter out, long number) {
        String text = dictionary.text(number);
        if (text == null) {
            out.varint(0);
            return;
        }
        Integer known = numberInMessage.get((int) number);
        if (known != null) {
            out.varint(known);
            return;
        }
        int next = numberInMessage.size() + 1;
        numberInMessage.put((int) number, next);
        out.varint(next);
        byte[] bytes = text.getBytes(UTF_8);
        out.block(bytes, 0, bytes.length);
    }

    /**
     * Reads one cell.
     *
     * @param places where each column of the schema goes in the cell, -1 to drop it
     * @param sequence of a cell that carries none
     * @return false when the bytes are no cell; nothing of the section can be read after it
     */
    boolean decode(ByteReader in, Schema schema, int[] places, long sequence, Cell into) {
        if (hasFixedKey(schema.keyType())) {
            into.keyLength = schema.keyBytes();
        } else {
            into.keyLength = in.bounded(schema.keyBytes());
        }
        in.raw(into.key, into.keyLength);
        long flags = in.varint();
        long mask = flags >>> 2;
        long lifetime = in.varint();
        into.epoch = (flags & 1) != 0 ? in.i64() : 0;
        into.sequence = (flags & 2) != 0 ? in.varint() : sequence;
        if (in.failed()
                || mask >>> schema.columns().size() != 0
                || lifetime < 0
                || lifetime > MAX_LIFETIME_UNITS
                || !HybridClock.isPlausible(into.epoch)
                || into.sequence < 0) {
            return false;
        }
        into.remainingMs = lifetime == 0 ? -1 : (lifetime - 1) * 16;
        into.mask = 0;
        for (int c = 0; c < places.length; c++) {
            if ((mask & 1L << c) != 0) {
                if (!decodeColumn(in, schema.columns().get(c), places[c], into)) {
                    return false;
                }
                into.mask |= places[c] >= 0 ? 1 << places[c] : 0;
            }
        }
        return !in.failed();
    }

    private boolean decodeColumn(ByteReader in, Column column, int place, Cell into) {
        int width = Cell.width(column);
        for (int at = 0; at < column.elements() * width; at += width) {
            DataType type = column.type();
            if (type.isRate()) {
                long current = in.varint();
                long previous = in.varint();
                long ageMs = in.varint();
                if ((current | previous | ageMs) >>> 32 != 0) {
                    return false;
                }
                put(into, place, at, current);
                put(into, place, at + 1, previous);
                put(into, place, at + 2, ageMs);
            } else if (type.merge() == DataType.Merge.REGISTER) {
                long stamp = in.i64();
                if (!HybridClock.isPlausible(stamp)) {
                    return false;
                }
                put(into, place, at, stamp);
                put(into, place, at + 1, type.wire() == DataType.Wire.DICTIONARY ? decodeText(in) : in.zigzag());
            } else if (type.merge() == DataType.Merge.GAUGE) {
                put(into, place, at, in.zigzag());
            } else {
                put(into, place, at, in.varint());
            }
        }
        return !in.failed();
    }

    private long decodeText(ByteReader in) {
        int number = in.bounded(numberHere.size() + 1);
        if (number == 0) {
            return Dictionary.NONE;
        }
        if (number > numberHere.size()) {
            byte[] text = in.block(MAX_TEXT_BYTES);
            if (in.failed()) {
                return Dictionary.NONE;
            }
            numberHere.add(dictionary.number(new String(text, UTF_8)));
        }
        return numberHere.get(number - 1);
    }

    private static void put(Cell into, int place, int index, long value) {
        if (place >= 0) {
            into.set(place, index, value);
        }
    }

    private static boolean hasFixedKey(KeyType type) {
        return type.fixedBytes() != 0;
    }
}
