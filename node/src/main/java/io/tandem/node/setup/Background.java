// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import static io.tandem.vrrp.netlink.Libc.C;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Work that may take its time: the kernel gives the processor to the event loops first.
 *
 * <p>Without CAP_SYS_NICE a thread that has stepped back stays there. So each piece of work has a thread of its own, which ends
 * with it, and which has the rights and the root directory of the thread that began it.
 */
public final class Background {
    /** By so many steps the threads stand behind the others: beside one that is busy they get a tenth of a processor. */
    private static final int STEPS = 10;

    private Background() {}

    /** Begins {@code work} and does not wait for it; what it throws ends its thread. Any thread. */
    public static void begin(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    C.nice(STEPS);
                    work.run();
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Does {@code work}, waits for it, and answers or throws what it does. Any thread but a loop.
     *
     * @throws IllegalStateException if the caller is interrupted meanwhile; the work goes on
     */
    public static <T> T call(String name, Supplier<T> work) {
        FutureTask<T> task = new FutureTask<>(work::get);
        begin(name, task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            if (failed.getCause() instanceof RuntimeException mistake) {
                throw mistake;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }
}
