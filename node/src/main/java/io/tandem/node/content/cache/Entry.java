// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Framing;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One stored response: its key, its head as HTTP/1 has it, its body, one behind the other in blocks of the {@link Arena}. Written by
 * one loop until it is complete, and not changed afterwards; who reads it has pinned it.
 */
final class Entry {
    private static final AtomicIntegerFieldUpdater<Entry> USERS =
            AtomicIntegerFieldUpdater.newUpdater(Entry.class, "users");
    private static final int DEAD = -1;

    private final Arena arena;
    /** Of its key. */
    final long hash;
    /** Which fields of the request it depends on, a sum of {@link Variants}' bits; 0 for none. */
    final int signature;
    /** Of these fields: the encodings a client must take, the referring page it must come from. */
    final int encodings;

    final long referer;

    private int[] blocks = new int[1];
    private int blockCount;
    private int length;
    private int keyLength;
    private int headLength;
    private int bodyLength;
    Framing framing = Framing.NONE;
    boolean http2;
    /** Seconds since 1970. */
    long storedAtS;

    long expiresAtS;
    /** How old it was when it came, seconds. */
    int age;
    /** How much HAProxy would count for it. */
    int countedSize;

    /** How many read or write it now; {@link #DEAD} once its blocks are somebody else's. */
    private volatile int users = 1;
    /** Set by the loop that stores it, when all of it is there. */
    volatile boolean complete;
    /** Whether it has been used since the cache last looked for something to throw away; written by any loop. */
    volatile boolean touched;

    // guarded by the cache
    /** The next one of its hash bucket; read by any loop. */
    volatile @Nullable Entry next;

    @Nullable Entry older;

    @Nullable Entry newer;

    boolean listed;

    Entry(Arena arena, long hash, int signature, int encodings, long referer) {
        this.arena = arena;
        this.hash = hash;
        this.signature = signature;
        this.encodings = encodings;
        this.referer = referer;
    }

    // ---- who uses it

    /** From now on its blocks stay; false if they are gone already. */
    boolean pin() {
        for (int now = users; now != DEAD; now = users) {
            if (USERS.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    /** What {@link #pin} has begun is over. */
    void unpin() {
        USERS.decrementAndGet(this);
    }

    /** Nobody uses it and nobody will: its blocks can be taken. */
    boolean kill() {
        return USERS.compareAndSet(this, 0, DEAD);
    }

    int users() {
        return Math.max(0, users);
    }

    // ---- what is in it

    int blockCount() {
        return blockCount;
    }

    int block(int index) {
        return blocks[index];
    }

    /** How many more bytes it has room for without another block. */
    int room() {
        return blockCount * Arena.BLOCK - length;
    }

    void add(int block) {
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * blockCount);
        }
        blocks[blockCount++] = block;
    }

    /** Appends bytes for which there is {@link #room}. */
    void append(byte[] bytes, int from, int count) {
        for (int done = 0; done < count; ) {
            int at = length % Arena.BLOCK;
            int now = Math.min(count - done, Arena.BLOCK - at);
            arena.write(blocks[length / Arena.BLOCK], at, bytes, from + done, now);
            done += now;
            length += now;
        }
    }

    void append(ByteBuf in, int count) {
        for (int done = 0; done < count; ) {
            int at = length % Arena.BLOCK;
            int now = Math.min(count - done, Arena.BLOCK - at);
            arena.write(blocks[length / Arena.BLOCK], at, in, in.readerIndex() + done, now);
            done += now;
            length += now;
        }
    }

    /** What has been appended so far is key and head; the rest will be the body. */
    void headEnds(int keyLength) {
        this.keyLength = keyLength;
        headLength = length - keyLength;
    }

    int headLength() {
        return headLength;
    }

    /** What has been appended so far ends with the body; the rest will be its trailers. */
    void bodyEnds() {
        bodyLength = length - keyLength - headLength;
    }

    int bodyLength() {
        return bodyLength;
    }

    int trailerLength() {
        return length - keyLength - headLength - bodyLength;
    }

    boolean hasKey(byte[] key, int count) {
        if (keyLength != count) {
            return false;
        }
        for (int at = 0; at < count; at += Arena.BLOCK) {
            int now = Math.min(count - at, Arena.BLOCK);
            if (!arena.matches(blocks[at / Arena.BLOCK], 0, key, at, now)) {
                return false;
            }
        }
        return true;
    }

    /** Copies the head to the beginning of {@code to}. */
    void readHead(byte[] to) {
        read(keyLength, to, headLength);
    }

    /** Copies the trailers to the beginning of {@code to}. */
    void readTrailers(byte[] to) {
        read(keyLength + headLength + bodyLength, to, trailerLength());
    }

    private void read(int from, byte[] to, int count) {
        int at = from;
        for (int done = 0; done < count; ) {
            int offset = at % Arena.BLOCK;
            int now = Math.min(count - done, Arena.BLOCK - offset);
            arena.read(blocks[at / Arena.BLOCK], offset, to, done, now);
            done += now;
            at += now;
        }
    }

    /** Copies {@code count} bytes of the body from {@code from} on. */
    void readBody(int from, ByteBuf to, int count) {
        int at = keyLength + headLength + from;
        for (int done = 0; done < count; ) {
            int offset = at % Arena.BLOCK;
            int now = Math.min(count - done, Arena.BLOCK - offset);
            arena.read(blocks[at / Arena.BLOCK], offset, to, now);
            done += now;
            at += now;
        }
    }
}
