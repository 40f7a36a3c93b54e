// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.rules.sample.Output;
import org.jspecify.annotations.Nullable;

/** A message of somebody else's on its way to the targets of {@code log} lines. Used by one thread. */
public interface Relay {
    /** 0..7, smaller is worse. */
    int level();

    /**
     * The message in the form of a target, header and all; valid until the next call.
     *
     * @param format perhaps {@link LogTarget.Format#AS_RECEIVED}
     * @param facility for a message that has none
     * @param level what {@link #level} has become
     * @param hostName for a message that has none; null where no name is to be sent
     */
    Output compose(LogTarget.Format format, int facility, int level, @Nullable String hostName);
}
