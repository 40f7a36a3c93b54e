// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the process real-time and keeps it in memory, as far as the kernel permits.
 *
 * <p>All of its threads: a collection or another safepoint stops the reactor until the JVM's own threads have run, and a
 * killed process closes its sockets only when its last thread has been scheduled once more. On a busy machine that costs
 * tens of milliseconds at ordinary priority. The guardian computes next to nothing, so nobody else suffers.
 */
public final class RealTime {
    private static final int SCHED_FIFO_RESET_ON_FORK = 1 | 0x40000000;
    private static final int REACTOR_PRIORITY = 50;
    private static final int OTHERS_PRIORITY = 40;
    private static final int PR_SET_TIMERSLACK = 29;
    private static final int MCL_CURRENT_FUTURE_ONFAULT = 1 | 2 | 4;

    private static volatile boolean granted; // written by the reactor's thread, read by any

    private RealTime() {}

    /** Whether the reactor has real-time scheduling. */
    public static boolean isGranted() {
        return granted;
    }

    /**
     * For the reactor's thread, at its start.
     *
     * @return what was refused and what that means, one sentence; empty if all was granted
     */
    static String claim() {
        List<String> refused = new ArrayList<>();
        if (schedule(0, REACTOR_PRIORITY) != 0) {
            refused.add("SCHED_FIFO: " + Errno.explain(Libc.errno(), "CAP_SYS_NICE"));
            C.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
        } else {
            granted = true;
        }
        // On fault: a plain lock would pull the whole 130 MB of the JDK's module file into memory. What the warm-up has
        // touched stays.
        if (C.mlockall(MCL_CURRENT_FUTURE_ONFAULT) != 0) {
            refused.add("mlockall: " + Errno.explain(Libc.errno(), "CAP_IPC_LOCK"));
        }
        return refused.isEmpty()
                ? ""
                : "guardian real-time refused " + String.join(", ", refused)
                        + "; a busy machine may delay its timers by tens of milliseconds";
    }

    /**
     * Raises the threads that exist by now, the JVM's included; they start at ordinary priority. Does nothing where {@link
     * #isGranted} is false. For a process that is a guardian and nothing else.
     */
    public static void raiseOtherThreads() {
        if (!granted) {
            return;
        }
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                int thread = Integer.parseInt(String.valueOf(task.getFileName()));
                if (C.sched_getscheduler(thread) == 0) {
                    schedule(thread, OTHERS_PRIORITY);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Without /proc they stay as they are.
        }
    }

    /** Children start at ordinary priority again. */
    private static int schedule(int thread, int priority) {
        NativeBuffer parameter = new NativeBuffer(4);
        parameter.bytes().putInt(0, priority);
        return C.sched_setscheduler(thread, SCHED_FIFO_RESET_ON_FORK, parameter.address());
    }
}
