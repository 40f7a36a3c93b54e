// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

/** What the guardian has to tell its operator. Implementations never block: the caller is the real-time thread. */
public interface EventLog {
    /** One event, facts as {@code key=value}. */
    void info(String line);

    /** Something to look at. */
    void warning(String line);
}
