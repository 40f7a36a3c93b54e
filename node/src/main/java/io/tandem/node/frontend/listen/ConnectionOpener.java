// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.Channel;
import io.tandem.node.loop.Loop;

/** What becomes of an accepted connection. */
public interface ConnectionOpener {
    /**
     * Takes a connection over. Called on {@code loop}; the channel is registered with it and has no handlers yet.
     *
     * @param onEnd to be run once when the connection has ended, on its loop
     */
    void open(Channel channel, Loop loop, ListenTarget target, Runnable onEnd);
}
