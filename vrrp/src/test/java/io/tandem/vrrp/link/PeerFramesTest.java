// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerFramesTest {
    private final PeerFrames receiver = new PeerFrames(1);

    @Test
    void theSecondCopyOfAFrameIsNothingAndSoIsAnEarlierOneThatComesLate() {
        PeerFrames sender = new PeerFrames(7);
        byte[] first = sender.empty();
        byte[] second = sender.empty();
        receiver.restart("one");
        receiver.restart("other");

        assertThat(accepts("one", first)).isTrue();
        assertThat(accepts("other", first)).isFalse();
        assertThat(accepts("other", second)).isTrue();
        assertThat(accepts("one", second)).isFalse();
        assertThat(accepts("one", first)).isFalse();
    }

    @Test
    void anotherProcessIsBelievedOnItsNewWayAndTheOldOneNoMore() {
        PeerFrames old = new PeerFrames(7);
        PeerFrames young = new PeerFrames(8);
        receiver.restart("old way");
        assertThat(accepts("old way", old.empty())).isTrue();

        receiver.restart("new way");
        assertThat(accepts("new way", young.empty())).isTrue();
        assertThat(accepts("old way", old.empty())).isFalse();
        assertThat(accepts("new way", young.empty())).isTrue();
    }

    @Test
    void aLinkThatIsBackSaysWhetherItIsTheSameProcess() {
        assertThat(receiver.heardIncarnation()).isZero();
        PeerFrames first = new PeerFrames(7);
        receiver.restart("a way");
        accepts("a way", first.empty());
        assertThat(receiver.heardIncarnation()).isEqualTo(7);

        receiver.restart("the same way again");
        accepts("the same way again", first.empty());
        assertThat(receiver.heardIncarnation()).isEqualTo(7);

        receiver.restart("another process");
        accepts("another process", new PeerFrames(8).empty());
        assertThat(receiver.heardIncarnation()).isEqualTo(8);
    }

    @Test
    void anythingElseIsRefusedWithoutAnException() {
        Random random = new Random(42);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            boolean accepted = new PeerFrames(1).accept("a way", ByteBuffer.wrap(bytes));
            assertThat(accepted).isEqualTo(bytes.length >= 16);
        }
    }

    private boolean accepts(Object way, byte[] frame) {
        return receiver.accept(way, ByteBuffer.wrap(frame));
    }
}
