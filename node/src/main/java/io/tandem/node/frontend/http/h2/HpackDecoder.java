// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

/**
 * Decodes header blocks (RFC 7541) that lie whole in an array, and keeps the dynamic table of one direction of one
 * connection.
 *
 * <p>Names and values are shown where they lie, in the block, in the tables or in the scratch array: decoding allocates
 * nothing. The table's bytes are appended to an array of twice its size and moved to its front when the end is reached.
 * Not thread-safe.
 */
public final class HpackDecoder {
    /** Takes the fields of a block in order. */
    public interface Sink {
        /** One field; the arrays may be looked at during the call only. */
        void field(byte[] nameBytes, int nameStart, int nameEnd, byte[] bytes, int valueStart, int valueEnd);
    }

    private static final int ENTRY_OVERHEAD = 32;
    private static final int INITIAL_TABLE = 4096;
    private static final int TOO_LARGE = 4;
    private static final int SMALLEST_LIMIT = 64 * 1024;

    private final int largestTable;
    private final int largestList;
    private final byte[] scratch;
    private int maxSize;
    private int size;

    /** Bytes of the table's entries, the oldest first. */
    private byte[] store = new byte[0];

    private int storeEnd;
    /** Start, name length and value length of each entry, in a ring. */
    private int[] entries = new int[3 * 16];

    private int oldest;
    private int count;

    // where the string read last lies
    private byte[] textBytes = store;
    private int textStart;
    private int textEnd;

    private int position;
    private int number;
    /** How much longer the fields of the present block may become. */
    private int room;

    /**
     * @param tableSize the dynamic table's size as announced to the peer, bytes
     * @param largestList how large the fields of one block may be together, in bytes as RFC 9113 section 6.5.2 counts them. What
     *     is four times larger is not even read to its end: a byte can stand for thousands, which cost us and not the peer
     * @param scratch for strings that must be decoded: longer ones are refused. May be shared by decoders of one loop
     */
    public HpackDecoder(int tableSize, int largestList, byte[] scratch) {
        this.largestList = (int) Math.min(Integer.MAX_VALUE, Math.max((long) TOO_LARGE * largestList, SMALLEST_LIMIT));
        largestTable = Math.max(tableSize, INITIAL_TABLE); // what the peer may use before it has heard of less
        maxSize = largestTable;
        this.scratch = scratch;
    }

    /**
     * Decodes a whole block.
     *
     * @return false if it is malformed, or longer than any block may be: the connection's compression state is lost
     */
    public boolean decode(byte[] block, int from, int to, Sink sink) {
        position = from;
        room = largestList;
        boolean fields = false;
        while (position < to) {
            int first = block[position] & 0xff;
            if (first >= 0x80) {
                if (!number(block, to, 7) || !indexed(number, sink)) {
                    return false;
                }
            } else if (first >= 0x40) {
                if (!literal(block, to, 6, true, sink)) {
                    return false;
                }
            } else if (first >= 0x20) {
                if (fields || !number(block, to, 5) || number > largestTable) {
                    return false; // section 4.2: size updates stand at the beginning
                }
                maxSize = number;
                evict(0);
                continue;
            } else if (!literal(block, to, 4, false, sink)) {
                return false;
            }
            fields = true;
        }
        return true;
    }

    /** An integer with that many bits in its first byte (section 5.1). */
    private boolean number(byte[] block, int to, int bits) {
        int mask = (1 << bits) - 1;
        int value = block[position++] & mask;
        if (value == mask) {
            int shift = 0;
            int b;
            do {
                if (position >= to || shift > 21) {
                    return false;
                }
                b = block[position++] & 0xff;
                value += (b & 0x7f) << shift;
                shift += 7;
            } while (b >= 0x80);
        }
        number = value;
        return true;
    }

    private boolean indexed(int index, Sink sink) {
        if (index == 0) {
            return false;
        }
        if (index <= StaticTable.LENGTH) {
            byte[] name = StaticTable.name(index);
            byte[] value = StaticTable.value(index);
            if (!fits(name.length, value.length)) {
                return false;
            }
            sink.field(name, 0, name.length, value, 0, value.length);
            return true;
        }
        int entry = entry(index);
        if (entry < 0 || !fits(entries[entry + 1], entries[entry + 2])) {
            return false;
        }
        int start = entries[entry];
        int nameEnd = start + entries[entry + 1];
        sink.field(store, start, nameEnd, store, nameEnd, nameEnd + entries[entry + 2]);
        return true;
    }

    /** Where the entry of an index above the static ones is described, or -1; the newest comes first. */
    private int entry(int index) {
        int age = index - StaticTable.LENGTH - 1;
        return age < count ? (oldest + count - 1 - age) % (entries.length / 3) * 3 : -1;
    }

    private boolean fits(int nameLength, int valueLength) {
        room -= nameLength + valueLength + ENTRY_OVERHEAD;
        return room >= 0;
    }

    private boolean literal(byte[] block, int to, int bits, boolean index, Sink sink) {
        if (!number(block, to, bits)) {
            return false;
        }
        int scratchUsed = 0;
        byte[] nameBytes;
        int nameStart;
        int nameEnd;
        if (number == 0) {
            if (!string(block, to, 0)) {
                return false;
            }
            nameBytes = textBytes;
            nameStart = textStart;
            nameEnd = textEnd;
            if (nameStart == nameEnd) {
                return false; // no field is without a name
            }
            scratchUsed = nameBytes == scratch ? nameEnd : 0;
        } else if (number <= StaticTable.LENGTH) {
            nameBytes = StaticTable.name(number);
            nameStart = 0;
            nameEnd = nameBytes.length;
        } else {
            int entry = entry(number);
            if (entry < 0) {
                return false;
            }
            nameBytes = store;
            nameStart = entries[entry];
            nameEnd = nameStart + entries[entry + 1];
        }
        if (!string(block, to, scratchUsed) || !fits(nameEnd - nameStart, textEnd - textStart)) {
            return false;
        }
        sink.field(nameBytes, nameStart, nameEnd, textBytes, textStart, textEnd);
        if (index) {
            add(nameBytes, nameStart, nameEnd);
        }
        return true;
    }

    /** A string literal (section 5.2). */
    private boolean string(byte[] block, int to, int scratchFrom) {
        if (position >= to) {
            return false;
        }
        boolean huffman = block[position] < 0;
        if (!number(block, to, 7) || number > to - position) {
            return false;
        }
        int from = position;
        position += number;
        if (!huffman) {
            textBytes = block;
            textStart = from;
            textEnd = position;
            return true;
        }
        int end = Huffman.decode(block, from, position, scratch, scratchFrom);
        textBytes = scratch;
        textStart = scratchFrom;
        textEnd = end;
        return end >= 0;
    }

    /** Adds a field with the value read last to the table (section 4.4). */
    private void add(byte[] nameBytes, int nameStart, int nameEnd) {
        int nameLength = nameEnd - nameStart;
        int valueLength = textEnd - textStart;
        int needed = nameLength + valueLength + ENTRY_OVERHEAD;
        if (needed > maxSize) {
            evict(maxSize + 1);
            return;
        }
        int bytes = nameLength + valueLength;
        int capacity = Math.max(256, largestTable * 2);
        if (store.length == 0) {
            store = new byte[capacity];
        }
        int keptNameStart = nameStart;
        if (storeEnd + bytes > store.length) {
            int moved = compact();
            keptNameStart = nameBytes == store ? nameStart - moved : nameStart;
        }
        int start = storeEnd;
        // the name may be one of an entry that is evicted: its bytes stay until they are copied
        System.arraycopy(nameBytes, keptNameStart, store, start, nameLength);
        System.arraycopy(textBytes, textStart, store, start + nameLength, valueLength);
        storeEnd += bytes;
        evict(needed);
        if (count == entries.length / 3) {
            grow();
        }
        int at = (oldest + count) % (entries.length / 3) * 3;
        entries[at] = start;
        entries[at + 1] = nameLength;
        entries[at + 2] = valueLength;
        count++;
        size += needed;
    }

    /** Moves the live bytes to the front; answers by how much. */
    private int compact() {
        if (count == 0) {
            // a name out of an entry cannot be meant: there is none
            storeEnd = 0;
            return 0;
        }
        int from = entries[oldest * 3];
        System.arraycopy(store, from, store, 0, storeEnd - from);
        for (int i = 0; i < count; i++) {
            entries[(oldest + i) % (entries.length / 3) * 3] -= from;
        }
        storeEnd -= from;
        return from;
    }

    private void grow() {
        int slots = entries.length / 3;
        int[] larger = new int[entries.length * 2];
        for (int i = 0; i < count; i++) {
            System.arraycopy(entries, (oldest + i) % slots * 3, larger, i * 3, 3);
        }
        entries = larger;
        oldest = 0;
    }

    /** Makes room for {@code needed} more bytes of table. */
    private void evict(int needed) {
        while (count > 0 && size + needed > maxSize) {
            size -= entries[oldest * 3 + 1] + entries[oldest * 3 + 2] + ENTRY_OVERHEAD;
            oldest = (oldest + 1) % (entries.length / 3);
            count--;
        }
    }

    /** Bytes the table holds by the RFC's count. */
    int tableSize() {
        return size;
    }
}
