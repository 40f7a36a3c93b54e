// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.util.Locale;

/**
 * What the machine did besides the bench and the program it measures, since one moment.
 *
 * @param pid the program's
 */
record Foreign(long pid, Cpu.Snapshot before, long machineMicros, long ourMicros, long startNs) {
    private static final double MOST_CORES = 0.10;

    static Foreign since(long pid) throws IOException {
        return new Foreign(pid, Cpu.of(pid), Cpu.ofMachine(), Cpu.ofOurselves(), System.nanoTime());
    }

    /** Why the measurement does not count: others used more than a tenth of a core; empty if it does. */
    String trouble() throws IOException {
        return trouble(Cpu.of(pid).microsSince(before), (System.nanoTime() - startNs) / 1000.0);
    }

    /**
     * As {@link #trouble()} by figures that the caller has.
     *
     * @param usedMicros by the program since then
     * @param wallMicros since then
     */
    String trouble(double usedMicros, double wallMicros) throws IOException {
        double others = Cpu.ofMachine() - machineMicros - usedMicros - (Cpu.ofOurselves() - ourMicros);
        double cores = others / wallMicros;
        return cores > MOST_CORES ? String.format(Locale.ROOT, "foreign load %.2f", cores) : "";
    }
}
