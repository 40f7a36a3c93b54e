// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes the calling thread real-time and keeps the process in memory, as far as the kernel permits. */
final class RealTime {
    private static final int SCHED_FIFO_RESET_ON_FORK = 1 | 0x40000000;
    private static final int PRIORITY = 50;
    private static final int PR_SET_TIMERSLACK = 29;
    private static final int MCL_CURRENT_FUTURE_ONFAULT = 1 | 2 | 4;

    private RealTime() {}

    /**
     * For the reactor's thread, at its start.
     *
     * @return what was refused and what that means, one sentence; empty if all was granted
     */
    static String claim() {
        List<String> refused = new ArrayList<>();
        NativeBuffer parameter = new NativeBuffer(4);
        parameter.bytes().putInt(0, PRIORITY);
        if (C.sched_setscheduler(0, SCHED_FIFO_RESET_ON_FORK, parameter.address()) != 0) {
            refused.add("SCHED_FIFO: " + Errno.explain(Libc.errno(), "CAP_SYS_NICE"));
            C.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
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
}
