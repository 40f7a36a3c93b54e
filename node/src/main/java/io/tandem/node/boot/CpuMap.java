// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.node.language.Arguments;
import io.tandem.node.loop.Loop;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code cpu-map}: the processors that each event loop may run on. Written while lines are read, applied once by the thread
 * that starts; the runtime's other threads stay where the kernel puts them.
 */
final class CpuMap {
    private static final int MOST = 64;
    private static final long ODD = 0x5555_5555_5555_5555L;
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,3})(?:-([0-9]{1,3}))?");

    /** Processors by loop, bit 0 for the first one; 0 where nothing is said. */
    private final long[] processors = new long[MOST];

    /** Reads {@code [auto:]<process>[/<threads>] <processors> …}; a number without a slash is a thread. */
    void read(Arguments line) {
        String word = line.next();
        if (word.isEmpty() || !line.hasNext()) {
            throw line.error("cpu-map expects a process number  ('all', 'odd', 'even', a number from 1 to " + MOST
                    + " or a range),  followed by a list of CPU ranges with numbers from 0 to 63.");
        }
        boolean auto = word.startsWith("auto:");
        String set = auto ? word.substring(5) : word;
        int slash = set.indexOf('/');
        if (slash >= 0 && mask(set.substring(0, slash), 1) == null) {
            throw line.error("cpu-map : '" + set.substring(0, slash) + "' is not a valid number/range.");
        }
        String threadSet = set.substring(slash + 1);
        Long threads = mask(threadSet, 1);
        if (threads == null) {
            throw line.error("cpu-map : '" + threadSet + "' is not a valid number/range.");
        }
        long all = 0;
        while (line.hasNext()) {
            String text = line.next();
            Long found = text.matches("[0-9].*") ? mask(text, 0) : null;
            if (found == null) {
                throw line.error("cpu-map : '" + text + "' is not a CPU range.");
            }
            all |= found;
        }
        if (auto) {
            oneByOne(threads, all, line);
        } else {
            for (int i = 0; i < MOST; i++) {
                processors[i] = (threads >>> i & 1) != 0 ? all : processors[i];
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CpuMap map && Arrays.equals(processors, map.processors);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(processors);
    }

    private void oneByOne(long threads, long all, Arguments line) {
        if (Long.bitCount(threads) != Long.bitCount(all)) {
            throw line.error(
                    "cpu-map : PROC/THREAD range and CPU sets must have the same size to be automatically bound");
        }
        long left = all;
        for (int i = 0; i < MOST; i++) {
            if ((threads >>> i & 1) != 0) {
                processors[i] = Long.lowestOneBit(left);
                left &= left - 1;
            }
        }
    }

    /** Takes a set of threads, or refuses it with {@code complaint}. */
    static long threads(String complaint, Arguments line) {
        String text = line.next();
        Long threads = mask(text, 1);
        if (threads == null) {
            throw line.error(complaint + " '" + text + "' (valid range is 1 to " + MOST + ")");
        }
        return threads;
    }

    /** @param first the number that bit 0 stands for */
    private static @Nullable Long mask(String text, int first) {
        switch (text) {
            case "all":
                return -1L;
            case "odd":
                return ODD;
            case "even":
                return ~ODD;
            default:
                Matcher range = RANGE.matcher(text);
                if (!range.matches()) {
                    return null;
                }
                int low = Integer.parseInt(range.group(1)) - first;
                int high = range.group(2) == null ? low : Integer.parseInt(range.group(2)) - first;
                return low < 0 || high < low || high >= MOST
                        ? null
                        : Long.valueOf((-1L << low) & (-1L >>> MOST - 1 - high));
        }
    }

    /**
     * Pins the loops' threads.
     *
     * @throws IOException if none of the processors is there
     */
    static void apply(CpuMap map, List<Loop> loops) throws IOException {
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (Loop loop : loops) {
            long wanted = map.processors[loop.index()];
            if (wanted != 0) {
                CompletableFuture<Integer> result = new CompletableFuture<>();
                results.add(result);
                loop.eventLoop().execute(() -> result.complete(pin(wanted)));
            }
        }
        for (CompletableFuture<Integer> result : results) {
            int errno = result.join();
            if (errno != 0) {
                throw new IOException("cpu-map: sched_setaffinity: " + Errno.name(errno));
            }
        }
    }

    /** Pins the calling thread; answers errno, or 0. */
    private static int pin(long wanted) {
        NativeBuffer mask = new NativeBuffer(8);
        mask.bytes().putLong(0, wanted);
        try {
            return C.sched_setaffinity(0, 8, mask.address()) == 0 ? 0 : Libc.errno();
        } finally {
            Reference.reachabilityFence(mask);
        }
    }
}
