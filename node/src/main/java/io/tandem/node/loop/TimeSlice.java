// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.NativeBuffer;
import java.lang.ref.Reference;

/**
 * How much the calling thread wants to run at a time ({@code sched_setattr}, the runtime of SCHED_OTHER).
 *
 * <p>Since Linux 6.6 a thread that wakes up waits until whoever has the processor has had its slice, some milliseconds, how ever
 * nice that one is. One that asks for shorter slices than the other interrupts it, from 6.12 on. Older kernels take the number
 * and do nothing with it: there a thread that has slept goes first anyway.
 */
final class TimeSlice {
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final int SYS_SCHED_SETATTR = ARM ? 274 : 314;
    private static final int SYS_SCHED_GETATTR = ARM ? 275 : 315;
    private static final int SCHED_OTHER = 0;

    // struct sched_attr: size 0, policy 4, flags 8, nice 16, priority 20, runtime 24, deadline 32, period 40
    private static final int BYTES = 48;
    private static final int POLICY = 4;
    private static final int RUNTIME = 24;

    private TimeSlice() {}

    /**
     * Asks for slices of {@code ns}, 100 µs to 100 ms, or for the kernel's choice by 0. Nothing happens under another policy than
     * SCHED_OTHER: whoever has set that has said what is urgent.
     */
    static void ask(long ns) {
        NativeBuffer attributes = new NativeBuffer(BYTES);
        try {
            if (C.syscall(SYS_SCHED_GETATTR, 0, attributes.address(), BYTES, 0) == 0
                    && attributes.bytes().getInt(POLICY) == SCHED_OTHER) {
                attributes.bytes().putLong(RUNTIME, ns);
                C.syscall(SYS_SCHED_SETATTR, 0, attributes.address(), 0, 0);
            }
        } finally {
            Reference.reachabilityFence(attributes);
        }
    }
}
