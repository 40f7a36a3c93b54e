// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.vrrp.netlink.Libc;

/**
 * Puts a measuring thread before the programs that are measured. What it needs is small, and without it the restart of a
 * node on the same machine looks like an outage. An ordinary user may not: then the machine's load is part of the figures.
 * Not real time: a JVM's short spins would keep everybody else from the processor.
 */
final class Priority {
    /** Of x86-64, the only architecture there is a package for. */
    private static final long SYS_SETPRIORITY = 141;

    private static final int PRIO_PROCESS = 0;
    private static final int CALLING_THREAD = 0;
    private static final int NICE = -15;

    private Priority() {}

    /** Raises the calling thread, if that is permitted. */
    static void raise() {
        Libc.C.syscall(SYS_SETPRIORITY, PRIO_PROCESS, CALLING_THREAD, NICE, 0);
    }
}
