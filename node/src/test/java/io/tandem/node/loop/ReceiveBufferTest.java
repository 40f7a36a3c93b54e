// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
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
    void aNewConnectionIsReadAsHaproxyReadsFirstAndInWholeBuffersWhenThatCostLittle() {
        ReceiveBuffer buffer = new ReceiveBuffer(loop, 8 * ReceiveBuffer.PORTION);
        Handle reader = buffer.newHandle();
        Turn.Source client = source();
        Turn turn = new Turn();
        turn.heard(client);
        buffer.turn(turn);

        reader.reset(channel.config());
        assertThat(read(reader, 0)).isEqualTo(ReceiveBuffer.FIRST);
        int more = 0;
        for (int i = 0; i < 10_000 && more < 8 * ReceiveBuffer.PORTION; i++) { // code that is cold takes long as well
            reader.continueReading();
            reader.reset(channel.config());
            more = read(reader, 0);
        }
        assertThat(more).isEqualTo(8 * ReceiveBuffer.PORTION);

        reader.reset(channel.config());
        read(reader, 1_000_000);
        assertThat(reader.continueReading()).as("that took long").isFalse();
        reader.reset(channel.config());
        assertThat(read(reader, 0)).isEqualTo(ReceiveBuffer.PORTION);
    }

    /** Reads a whole buffer, which takes so long; how many bytes that were. */
    private int read(Handle reader, long takesNs) {
        ByteBuf in = reader.allocate(UnpooledByteBufAllocator.DEFAULT);
        int size = in.writableBytes();
        in.release();
        reader.attemptedBytesRead(size);
        reader.lastBytesRead(size);
        reader.incMessagesRead(1);
        loop.tick();
        long until = System.nanoTime() + takesNs;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
        return size;
    }

    private static Turn.Source source() {
        return new Turn.Source() {
            @Override
            void take(int bits) {
                throw new UnsupportedOperationException("nobody tells it anything");
            }
        };
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
