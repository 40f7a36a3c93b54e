// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Bytes that an operation allocates by JMH's GC profile, all threads of this JVM together. A number of operations is run, not a
 * time, and without the optimising compiler, which removes objects (the tests' JVM has none): a busy machine changes nothing, and
 * what passes here passes once compiled.
 */
class AllocationBenchmarkTest {
    /** Half of the smallest object there is: whatever is made for each operation shows. */
    private static final double LEAST = 8;

    private static final int EXCHANGES = 5_000;
    private static final int LOOK_UPS = 20_000;

    /** The least of them counts: what is made for each operation is in all, what JMH loads and a new second are not. */
    private static final int ITERATIONS = 3;

    @TempDir
    private Path directory;

    private static final ResourceLeakDetector.Level LEVEL = ResourceLeakDetector.getLevel();

    /** Others on the machine may run benchmarks too: bytes do not mind. Stacks of every 128th buffer would be seen. */
    @BeforeAll
    static void prepare() {
        System.setProperty("jmh.ignoreLock", "true");
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterAll
    static void turnLeakDetectionOn() {
        ResourceLeakDetector.setLevel(LEVEL);
    }

    @Test
    void theProfileSeesTheSmallestObject() throws RunnerException {
        assertThat(bytesPerOperation(SixteenBytesBenchmark.class, "make", LOOK_UPS))
                .hasSize(1)
                .allSatisfy((name, bytes) -> assertThat(bytes).isBetween(16.0, 16 + LEAST));
    }

    @Test
    void anExchangeWithASetHeaderAndAnAccessLineAllocatesNothing() throws RunnerException {
        assertThat(bytesPerOperation(ExchangeBenchmark.class, "exchange", EXCHANGES))
                .hasSize(ExchangeBenchmark.Protocol.values().length)
                .allSatisfy((name, bytes) -> assertThat(bytes).as(name).isLessThan(LEAST));
    }

    @Test
    void anAclOnAHeaderAllocatesNothing() throws RunnerException {
        assertThat(bytesPerOperation(AclBenchmark.class, "judge", LOOK_UPS))
                .hasSize(4)
                .allSatisfy((name, bytes) -> assertThat(bytes).as(name).isLessThan(LEAST));
    }

    @Test
    void aLookUpInAMapAllocatesNothing() throws RunnerException {
        assertThat(bytesPerOperation(MapBenchmark.class, "(prefix|text|beginning)", LOOK_UPS))
                .hasSize(3)
                .allSatisfy((name, bytes) -> assertThat(bytes).as(name).isLessThan(LEAST));
    }

    @Test
    void anAccessLineAllocatesNothing() throws RunnerException {
        assertThat(bytesPerOperation(LogLineBenchmark.class, "format", LOOK_UPS))
                .hasSize(1)
                .allSatisfy((name, bytes) -> assertThat(bytes).as(name).isLessThan(LEAST));
    }

    @Test
    void aRegularExpressionAllocatesNothing() throws RunnerException {
        assertThat(bytesPerOperation(RegexBenchmark.class, "find", LOOK_UPS))
                .hasSize(12)
                .allSatisfy((name, bytes) -> assertThat(bytes).as(name).isLessThan(LEAST));
    }

    /** By the benchmark's parameters. */
    private Map<String, Double> bytesPerOperation(Class<?> benchmark, String method, int operations)
            throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
                        .mode(Mode.SingleShotTime)
                        .warmupIterations(1)
                        .warmupBatchSize(operations / 2)
                        .measurementIterations(ITERATIONS)
                        .measurementBatchSize(operations)
                        .forks(0)
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .output(directory.resolve("log").toString())
                        .build())
                .run();
        Map<String, Double> bytes = new TreeMap<>();
        for (RunResult result : results) {
            double least = result.getBenchmarkResults().stream()
                    .flatMap(run -> run.getIterationResults().stream())
                    .mapToDouble(AllocationBenchmarkTest::bytes)
                    .min()
                    .orElse(Double.NaN);
            bytes.put(name(result), least / operations);
        }
        System.out.println("bytes an operation: " + bytes);
        return bytes;
    }

    private static String name(RunResult result) {
        String benchmark = result.getParams().getBenchmark();
        String className = benchmark.substring(0, benchmark.lastIndexOf('.'));
        StringBuilder name = new StringBuilder(benchmark.substring(className.lastIndexOf('.') + 1));
        for (String key : result.getParams().getParamsKeys()) {
            name.append(' ').append(key).append('=').append(result.getParams().getParam(key));
        }
        return name.toString();
    }

    /** What the profile says; no number where it says nothing. */
    private static double bytes(IterationResult iteration) {
        Result<?> measured = iteration.getSecondaryResults().get("gc.alloc.rate.norm");
        return measured == null ? Double.NaN : measured.getScore();
    }
}
