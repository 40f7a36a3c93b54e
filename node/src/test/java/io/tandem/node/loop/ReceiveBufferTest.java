// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.RecvByteBufAllocator.Handle;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** How much one event may read. */
@SuppressWarnings("deprecation") // Netty's newer handle extends the older type
class ReceiveBufferTest {
    private static final int SIZE = 1024;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Handle handle = new ReceiveBuffer(SIZE).newHandle();

    @Test
    void aFullBufferLetsTheNextOneBeReadUntilTheEventIsLong() {
        handle.reset(channel.config());
        int reads = 0;
        do {
            read(SIZE);
            reads++;
        } while (handle.continueReading());
        assertThat(reads).isEqualTo(16);
    }

    @Test
    void aShortReadIsTheLast() {
        handle.reset(channel.config());
        read(SIZE - 1);
        assertThat(handle.continueReading()).isFalse();
    }

    @Test
    void whoeverWantsNoMoreGetsNoMoreWithinTheEvent() {
        handle.reset(channel.config());
        read(SIZE);
        channel.config().setAutoRead(false);
        assertThat(handle.continueReading()).isFalse();
        channel.config().setAutoRead(true);
        assertThat(handle.continueReading()).isTrue();
    }

    private void read(int bytes) {
        handle.attemptedBytesRead(SIZE);
        handle.lastBytesRead(bytes);
        handle.incMessagesRead(1);
    }
}
