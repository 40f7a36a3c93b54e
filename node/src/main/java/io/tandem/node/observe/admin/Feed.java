// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

/**
 * An answer in parts: the next one is asked for when the operator's program has taken those before. Used by the admin
 * socket's thread.
 */
public interface Feed {
    /**
     * Appends what there is, but not much more than a buffer's worth.
     *
     * @return false once there is and will be no more
     */
    boolean read(StringBuilder answer);

    /** Has {@code watcher} run, by any thread, when there is more. */
    void watch(Runnable watcher);

    void unwatch(Runnable watcher);
}
