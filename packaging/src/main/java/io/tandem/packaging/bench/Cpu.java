// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time as the kernel accounts it. */
final class Cpu {
    /** The kernel's ticks are a hundredth of a second on every machine this runs on. */
    private static final long MICROS_PER_TICK = 10_000;

    private Cpu() {}

    /** User and system time of all threads of a process so far, ended ones included, microseconds. */
    static long ofProcess(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
    }

    /** Busy time of one core so far, microseconds. */
    static long ofCore(int core) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.startsWith("cpu" + core + " ")) {
                String[] f = line.split(" +", -1);
                long busy = 0;
                for (int i = 1; i <= 7; i++) {
                    busy += i == 4 || i == 5 ? 0 : Long.parseLong(f[i]); // but idle and waiting for disks
                }
                return busy * MICROS_PER_TICK;
            }
        }
        throw new IOException("no core " + core + " in /proc/stat");
    }
}
