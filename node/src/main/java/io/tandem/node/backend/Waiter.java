// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Who stands in a queue for a slot at a server. */
public interface Waiter {
    /** Where it is to be told. */
    Executor loop();

    /** Which of {@code backend}'s servers that is, in the configuration it began with; null if there it has none such. */
    @Nullable Server serverOf(ServerState server);

    /** A slot at {@code server} is taken for it; on its loop. */
    void onSlot(Server server);

    /** The server it waits for is gone: it shall look for another one; on its loop. */
    void onServerGone();
}
