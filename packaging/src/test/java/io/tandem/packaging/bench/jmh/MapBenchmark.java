// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.pattern.PatternReference;
import io.tandem.node.rules.pattern.PatternStore;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Look-ups in maps of 100 000 lines, each with the fetch that brings the key. */
@SuppressWarnings("NullAway.Init") // by load
public class MapBenchmark extends NanosecondsBenchmark {
    private static final int LINES = 100_000;

    /** A power of two, and more than the caches of a core hold nodes for. */
    private static final int KEYS = 1 << 16;

    private final byte[][] addresses = new byte[KEYS][];
    private final byte[][] paths = new byte[KEYS][];
    private Path directory;
    private Facts facts;
    private Expression prefixes;
    private Expression texts;
    private Expression beginnings;
    private PatternReference edited;
    private final byte[][] captured = new byte[1][];
    private int turn;

    /** Networks of the lengths that routes have, and paths. */
    @Setup
    public void load() throws IOException {
        directory = Files.createTempDirectory("tandem-maps");
        Random random = new Random(1);
        StringBuilder networks = new StringBuilder();
        StringBuilder customers = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            int length = random.nextInt(10) < 6 ? 24 : 12 + random.nextInt(21);
            int address = random.nextInt();
            networks.append(text(address))
                    .append('/')
                    .append(length)
                    .append(" v")
                    .append(i)
                    .append('\n');
            customers
                    .append("/customer/")
                    .append(i)
                    .append("/files/ v")
                    .append(i)
                    .append('\n');
            if (i < KEYS) {
                addresses[i] = bytes(address ^ random.nextInt(1 << 10));
                paths[i] = Text.bytes("/customer/" + random.nextInt(2 * LINES) + "/files/");
            }
        }
        Subject subject = new Subject("");
        facts = subject.request("a").facts;
        facts.requestCaptures = captured;
        prefixes = subject.expression("src,map_ip(" + file("networks", networks) + ")");
        Path file = file("customers", customers);
        texts = subject.expression("capture.req.hdr(0),map_str(" + file + ")");
        beginnings = subject.expression("capture.req.hdr(0),map_beg(" + file + ")");
        edited = Objects.requireNonNull(
                subject.frontend().facet(PatternStore.KEY).ofFile(file.toString()));
        edited.editable();
    }

    private Path file(String name, CharSequence text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static byte[] bytes(int address) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(address).array();
    }

    private static String text(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }

    /** An address among 100 000 networks. */
    @Benchmark
    public boolean prefix() {
        facts.scratch.reset();
        facts.source.set(addresses[turn++ & KEYS - 1], 40_000);
        return prefixes.evaluate(facts, facts.scratch.value);
    }

    /** A path among 100 000 whole ones; half of them are there. */
    @Benchmark
    public boolean text() {
        return mapped(texts);
    }

    /** A path among 100 000 beginnings. */
    @Benchmark
    public boolean beginning() {
        return mapped(beginnings);
    }

    private boolean mapped(Expression expression) {
        facts.scratch.reset();
        captured[0] = paths[turn++ & KEYS - 1];
        return expression.evaluate(facts, facts.scratch.value);
    }

    /** What an operator does on the admin socket: set, add and delete, in both indexes of the file. */
    @Benchmark
    public boolean edit() {
        int number = turn++ % LINES;
        edited.set("/customer/" + number + "/files/", "w");
        edited.add("/more/" + number, "x");
        return edited.delete("/more/" + number);
    }

    /** Deletes the files. */
    @TearDown
    public void clear() throws IOException {
        Files.delete(directory.resolve("networks"));
        Files.delete(directory.resolve("customers"));
        Files.delete(directory);
    }
}
