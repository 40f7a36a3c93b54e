// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread {@code tandem-log}: takes what is to be told to other hosts off the threads that noticed it. Started when it is
 * first asked for. Thread-safe.
 */
public final class Courier implements AutoCloseable {
    private @Nullable EventLoopGroup group; // guarded by this

    /** Its event loop. */
    public synchronized EventLoop loop() {
        EventLoopGroup present = group;
        if (present == null) {
            present = new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("tandem-log", true), EpollIoHandler.newFactory());
            group = present;
        }
        return present.next();
    }

    @Override
    public synchronized void close() {
        EventLoopGroup present = group;
        if (present != null) {
            present.shutdownGracefully(0, 200, TimeUnit.MILLISECONDS);
        }
    }
}
