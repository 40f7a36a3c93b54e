// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.host;

import io.tandem.vrrp.netlink.Libc;
import java.util.List;

/** Sends signals: kill(2), without a process of its own in between. */
public enum Signals {
    KILL(9),
    TERM(15),
    CONT(18),
    STOP(19);

    private final int number;

    Signals(int number) {
        this.number = number;
    }

    /** To all of them, one right after the other; those that have gone already are passed over. */
    public void sendTo(List<RunningProgram> programs) {
        for (RunningProgram program : programs) {
            Libc.C.kill((int) program.pid(), number);
        }
    }
}
