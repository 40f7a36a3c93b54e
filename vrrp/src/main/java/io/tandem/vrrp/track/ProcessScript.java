// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.Script;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The scripts at a process's start and end, which are waited for. */
public final class ProcessScript {
    private static final int SIGKILL = 9;

    private ProcessScript() {}

    /**
     * Runs it and waits for its end; ends it when its time is up.
     *
     * @param what for the log: {@code startup} or {@code shutdown}
     */
    public static void run(String what, Script script, Duration limit, EventLog log) {
        try {
            Process process = Scripts.start(script, false);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                Scripts.signal(process, SIGKILL);
                log.warning("vrrp " + what + " script took longer than " + limit.toSeconds() + " s: ended");
            } else if (process.exitValue() != 0) {
                log.warning("vrrp " + what + " script ended with status " + process.exitValue());
            }
        } catch (IOException e) {
            log.warning("vrrp " + what + " script: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
