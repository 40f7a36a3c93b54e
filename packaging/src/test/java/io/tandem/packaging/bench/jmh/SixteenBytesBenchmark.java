// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Makes the smallest object there is: by it the guard shows that it would notice. */
@State(Scope.Benchmark)
@Fork(1)
public class SixteenBytesBenchmark {
    /** One object. */
    @Benchmark
    public Object make() {
        return new Object();
    }
}
