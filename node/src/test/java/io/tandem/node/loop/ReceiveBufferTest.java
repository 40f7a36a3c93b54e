// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.RecvByteBufAllocator.Handle;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** How much one event may read. */
@SuppressWarnings("deprecation") // Netty's newer handle extends the older type
class ReceiveBufferTest {
    private static final int SIZE = 1024;

    private final Loop loop = new Loop(0, new DefaultEventLoop());
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Handle handle = new ReceiveBuffer(loop, SIZE).newHandle();

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

    @Test
    void memoryThatWasUsedUpOnceIsAskedForAgain() {
        ScarceMemory memory = new ScarceMemory();
        Handle scarce = new ReceiveBuffer(loop, SIZE, memory).newHandle();
        ByteBuf kept = scarce.allocate(memory); // somebody holds it, as a slow peer does
        memory.usedUp = true;
        assertThatThrownBy(() -> scarce.allocate(memory)).isInstanceOf(OutOfMemoryError.class);
        assertThat(kept.refCnt()).as("whoever holds it, holds it").isOne();
        assertThatThrownBy(() -> scarce.allocate(memory)).isInstanceOf(OutOfMemoryError.class);
        assertThat(kept.refCnt()).isOne();

        memory.usedUp = false;
        ByteBuf next = scarce.allocate(memory);
        assertThat(next.refCnt()).isEqualTo(2);
        assertThat(next).isNotSameAs(kept);
        next.release(2);
        kept.release();
    }

    private void read(int bytes) {
        loop.tick();
        handle.attemptedBytesRead(SIZE);
        handle.lastBytesRead(bytes);
        handle.incMessagesRead(1);
    }
}
