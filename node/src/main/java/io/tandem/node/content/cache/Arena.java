// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import com.kenai.jffi.MemoryIO;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a cache: blocks of a kilobyte each, numbered from 0, outside of the heap and of the JVM's own bound for direct
 * buffers. It is taken from the system by the megabyte as it is needed, given back all at once, and never becomes more than it may
 * be: there is nothing to fragment.
 *
 * <p>Taking and giving back of blocks is guarded by the cache. What is in a block is its owner's alone: it may be read by any
 * thread that has been handed the number of the block by its owner.
 */
final class Arena {
    static final int BLOCK = 1024;

    private static final int BLOCKS_PER_SEGMENT = 1024;
    private static final int SEGMENT = BLOCK * BLOCKS_PER_SEGMENT;
    private static final int SEGMENT_SHIFT = 10;

    /** What {@link #take} answers where the system has no memory left. */
    static final int NONE = -1;

    private int blocks;
    private final @Nullable ByteBuffer[] segments;
    private final long[] addresses;
    /** Blocks that were used before and are not now. */
    private int[] freed = new int[64];

    private int freedCount;
    /** Blocks from here on have never been used. */
    private int fresh;

    private boolean closed;

    /** @param blocks how many there may be, at least 1 */
    Arena(int blocks) {
        this.blocks = blocks;
        int count = (blocks + BLOCKS_PER_SEGMENT - 1) / BLOCKS_PER_SEGMENT;
        segments = new ByteBuffer[count];
        addresses = new long[count];
    }

    int blocks() {
        return blocks;
    }

    /** How many blocks can be taken. */
    int free() {
        return closed ? 0 : freedCount + blocks - fresh;
    }

    /**
     * Takes a block.
     *
     * @return its number; {@link #NONE} where the system has no memory for more, of which there will then be no more
     * @throws IllegalStateException if none is {@link #free}
     */
    int take() {
        if (free() == 0) {
            throw new IllegalStateException("no free block among " + blocks);
        }
        if (freedCount > 0) {
            return freed[--freedCount];
        }
        int segment = fresh >> SEGMENT_SHIFT;
        if (segments[segment] == null) {
            long address = allocate();
            if (address == 0) {
                blocks = fresh;
                return NONE;
            }
            addresses[segment] = address;
            segments[segment] = MemoryIO.getInstance().newDirectByteBuffer(address, SEGMENT);
        }
        return fresh++;
    }

    private static long allocate() {
        try {
            return MemoryIO.getInstance().allocateMemory(SEGMENT, false);
        } catch (OutOfMemoryError none) {
            return 0;
        }
    }

    void giveBack(int block) {
        if (freedCount == freed.length) {
            freed = Arrays.copyOf(freed, 2 * freedCount);
        }
        freed[freedCount++] = block;
    }

    /** Gives all memory back to the system: nobody may look at any block any more. */
    void close() {
        closed = true;
        for (int i = 0; i < segments.length; i++) {
            if (segments[i] != null) {
                segments[i] = null;
                MemoryIO.getInstance().freeMemory(addresses[i]);
            }
        }
    }

    private ByteBuffer segment(int block) {
        ByteBuffer segment = segments[block >> SEGMENT_SHIFT];
        if (segment == null) {
            throw new IllegalStateException("block " + block + " has no memory");
        }
        return segment;
    }

    private static int offset(int block) {
        return (block & (BLOCKS_PER_SEGMENT - 1)) * BLOCK;
    }

    /** Writes the readable bytes of {@code in} from its reader index on, which stays. */
    void write(int block, int at, ByteBuf in, int from, int length) {
        in.getBytes(
                from, segment(block).duplicate().position(offset(block) + at).limit(offset(block) + at + length));
    }

    void write(int block, int at, byte[] bytes, int from, int length) {
        segment(block).put(offset(block) + at, bytes, from, length);
    }

    void read(int block, int at, ByteBuf to, int length) {
        to.writeBytes(
                segment(block).duplicate().limit(offset(block) + at + length).position(offset(block) + at));
    }

    void read(int block, int at, byte[] to, int start, int length) {
        segment(block).get(offset(block) + at, to, start, length);
    }

    /** Whether the block has these bytes at {@code at}. */
    boolean matches(int block, int at, byte[] bytes, int from, int length) {
        ByteBuffer segment = segment(block);
        int start = offset(block) + at;
        for (int i = 0; i < length; i++) {
            if (segment.get(start + i) != bytes[from + i]) {
                return false;
            }
        }
        return true;
    }
}
