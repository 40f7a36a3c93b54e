// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.node.frontend.http.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The store of a cache: what is found again, what goes when there is no room, and that no two entries share memory. */
class CacheTest {
    private static final int MEGABYTE = 1024 * 1024;
    private static final long NOW_S = 1000;

    private final Cache cache = new Cache(new CacheSettings("c", MEGABYTE, MEGABYTE / 2, 60, true, 2));
    private final Variants variants = new Variants();

    @AfterEach
    void close() {
        cache.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static long hash(byte[] key) {
        return Arrays.hashCode(key);
    }

    private static byte[] body(String key, int length) {
        byte[] body = new byte[length];
        new Random(key.hashCode()).nextBytes(body);
        return body;
    }

    private @Nullable Entry begin(String key, int signature) {
        return cache.begin(bytes(key), bytes(key).length, hash(bytes(key)), signature, variants, NOW_S);
    }

    /** Stores it in pieces; false where there was no room for it. */
    private boolean store(String key, byte[] body, int piece) {
        Entry entry = begin(key, 0);
        if (entry == null) {
            return false;
        }
        byte[] head = bytes("head of " + key);
        boolean fits = cache.reserve(entry, head.length);
        if (fits) {
            entry.append(head, 0, head.length);
            entry.headEnds(bytes(key).length);
            entry.expiresAtS = NOW_S + 10;
        }
        ByteBuf in = Unpooled.wrappedBuffer(body);
        while (fits && in.isReadable()) {
            int length = Math.min(piece, in.readableBytes());
            fits = cache.reserve(entry, length);
            if (fits) {
                entry.append(in, length);
                in.skipBytes(length);
            }
        }
        if (!fits) {
            cache.abandon(entry);
            return false;
        }
        entry.bodyEnds();
        cache.commit(entry, bytes(key), bytes(key).length);
        return true;
    }

    private @Nullable Entry find(String key, long nowS) {
        return cache.find(bytes(key), bytes(key).length, hash(bytes(key)), variants, nowS);
    }

    /** What is stored under a key; null for nothing. */
    private byte @Nullable [] read(String key) {
        Entry entry = find(key, NOW_S);
        if (entry == null) {
            return null;
        }
        ByteBuf to = Unpooled.buffer();
        for (int at = 0; at < entry.bodyLength(); ) {
            int length = Math.min(entry.bodyLength() - at, 700);
            entry.readBody(at, to, length);
            at += length;
        }
        byte[] head = new byte[entry.headLength()];
        entry.readHead(head);
        assertThat(new String(head, StandardCharsets.ISO_8859_1)).isEqualTo("head of " + key);
        entry.unpin();
        byte[] body = new byte[to.readableBytes()];
        to.readBytes(body);
        return body;
    }

    @Test
    void whatIsStoredIsFoundUntilItExpires() {
        assertThat(store("a", body("a", 5000), 333)).isTrue();

        assertThat(read("a")).isEqualTo(body("a", 5000));
        assertThat(find("a", NOW_S + 10)).isNull();
        assertThat(find("b", NOW_S)).isNull();
    }

    @Test
    void aKeyOfTheSameHashIsAnotherKey() {
        assertThat(hash(bytes("Aa"))).isEqualTo(hash(bytes("BB")));
        store("Aa", body("Aa", 10), 10);

        assertThat(read("BB")).isNull();
        store("BB", body("BB", 2000), 100);
        assertThat(read("Aa")).isEqualTo(body("Aa", 10));
        assertThat(read("BB")).isEqualTo(body("BB", 2000));
    }

    @Test
    void whatIsBeingStoredIsNotFoundAndNotStoredTwice() {
        Entry first = requireNonNull(begin("a", 0));

        assertThat(find("a", NOW_S)).isNull();
        assertThat(begin("a", 0)).isNull();
        cache.abandon(first);
        assertThat(store("a", body("a", 10), 10)).isTrue();
    }

    @Test
    void theNewerReplacesTheOlder() {
        store("a", body("x", 10), 10);
        store("a", body("y", 20), 10);

        assertThat(read("a")).isEqualTo(body("y", 20));
        List<Entry> entries = new ArrayList<>();
        assertThat(cache.dump(entries)).isEqualTo(1024);
        assertThat(entries).hasSize(1);
    }

    @Test
    void theOldestGoesFirstButNotWhatHasBeenUsed() {
        for (int i = 0; i < 10; i++) {
            assertThat(store("k" + i, body("k" + i, 100_000), 16_000)).isTrue();
        }
        assertThat(read("k0")).isNotNull();
        assertThat(store("new", body("new", 100_000), 16_000)).isTrue();

        assertThat(read("k0")).isNotNull();
        assertThat(read("k1")).isNull();
        assertThat(read("new")).isEqualTo(body("new", 100_000));
    }

    @Test
    void whatIsBeingReadStaysUntilItHasBeenRead() {
        store("a", body("a", 500_000), 16_000);
        Entry reading = requireNonNull(find("a", NOW_S));
        cache.invalidate(bytes("a"), 1, hash(bytes("a")));

        assertThat(find("a", NOW_S)).isNull();
        assertThat(store("b", body("b", 600_000), 16_000)).isFalse();
        ByteBuf to = Unpooled.buffer();
        reading.readBody(0, to, 500_000);
        assertThat(Arrays.copyOf(to.array(), 500_000)).isEqualTo(body("a", 500_000));
        reading.unpin();
        assertThat(store("b", body("b", 600_000), 16_000)).isTrue();
    }

    @Test
    void ofOneResourceThereAreOnlySoManyVariants() {
        Headers headers = new Headers();
        List<Entry> begun = new ArrayList<>();
        for (String referer : List.of("one", "two", "three")) {
            byte[] line = Arrays.copyOf(bytes("referer: " + referer), 100);
            headers.begin(line, 100);
            headers.received(0, 7, 9, 9 + referer.length(), 9 + referer.length());
            variants.ofRequest(headers);
            Entry entry = begin("a", Variants.BY_REFERER);
            if (entry != null) {
                begun.add(entry);
                entry.expiresAtS = NOW_S + 10;
                entry.bodyEnds();
                cache.commit(entry, bytes("a"), 1);
            }
        }

        assertThat(begun).hasSize(2);
    }

    @Test
    void severalThreadsNeverSeeAnotherKeysBytes() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<Integer>> found = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            int seed = t;
            Callable<Integer> worker = () -> work(new Random(seed));
            found.add(threads.submit(worker));
        }
        for (Future<Integer> future : found) {
            assertThat(future.get(60, TimeUnit.SECONDS)).isPositive();
        }
        threads.shutdown();
        Map<Integer, Entry> owners = new HashMap<>();
        List<Entry> entries = new ArrayList<>();
        assertThat(cache.dump(entries)).isEqualTo(1024);
        for (Entry entry : entries) {
            for (int i = 0; i < entry.blockCount(); i++) {
                assertThat(owners.put(entry.block(i), entry)).isNull();
            }
        }
    }

    /** Stores and reads what does not all fit at once; answers how often something was found. */
    private int work(Random random) {
        int found = 0;
        for (int i = 0; i < 3000; i++) {
            String key = "key" + random.nextInt(60);
            byte[] body = body(key, 1 + (key.hashCode() & 0x7fff));
            if (random.nextInt(3) == 0) {
                store(key, body, 1 + random.nextInt(5000));
            } else if (random.nextInt(20) == 0) {
                cache.invalidate(bytes(key), key.length(), hash(bytes(key)));
            } else {
                byte[] read = read(key);
                assertThat(read == null || Arrays.equals(read, body)).isTrue();
                found += read == null ? 0 : 1;
            }
        }
        return found;
    }
}
