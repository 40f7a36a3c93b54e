// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a peer that does not read costs. */
class SendBufferTest {
    private final SendBuffer buffer = new SendBuffer();

    @Test
    void aMessageTheSocketTookLeavesItsRoomToTheNext() {
        ByteBuf first = buffer.take();
        first.writeZero(100).release();
        ByteBuf second = buffer.take();

        assertThat(second).isSameAs(first);
        assertThat(second.readableBytes()).isZero();
        second.release();
    }

    @Test
    void messagesThatWaitForASocketHoldLittleMoreThanTheirBytes() {
        List<ByteBuf> waiting = new ArrayList<>();
        long capacity = 0;
        for (int i = 0; i < 5000; i++) {
            ByteBuf message = buffer.take().writeZero(10);
            waiting.add(message);
            capacity += message.capacity();
        }

        assertThat(capacity).isLessThan(5000L * 1024);
        waiting.forEach(ByteBuf::release);
        assertThat(waiting).allMatch(message -> message.refCnt() <= 1);
    }

    @Test
    void memoryThatWasUsedUpOnceIsAskedForAgain() {
        ScarceMemory memory = new ScarceMemory();
        SendBuffer scarce = new SendBuffer(memory);
        ByteBuf kept = scarce.take();
        for (int i = 0; i < 256; i++) { // so long the shared one is waited for
            scarce.take().release();
        }
        memory.usedUp = true;
        assertThatThrownBy(scarce::take).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(scarce::take).isInstanceOf(OutOfMemoryError.class);
        assertThat(kept.refCnt()).as("whoever holds it, holds it").isOne();

        memory.usedUp = false;
        ByteBuf next = scarce.take();
        assertThat(next).isNotSameAs(kept);
        assertThat(next.refCnt()).isEqualTo(2);
        next.release(2);
        kept.release();
    }
}
