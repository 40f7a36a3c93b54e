// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the kernel says about a link, read from bytes. */
class LinkNewsTest {
    @Test
    void aBondThatSpeaksByAnotherPortIsNews() {
        assertThat(Links.parse(message(3)).movedPort()).isTrue();
        assertThat(Links.parse(message(4)).movedPort()).isTrue();
        assertThat(Links.parse(message(2)).movedPort()).isFalse();
        assertThat(Links.parse(message(3)).name()).isEqualTo("bond0");
    }

    @Test
    void anyBytesAreReadWithoutAnException() {
        Random random = new Random(20261122);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[16 + random.nextInt(80)];
            random.nextBytes(bytes);
            ByteBuffer body = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            assertThat(Links.parse(body).name().length()).isLessThan(bytes.length);
            Addresses.parse(body);
        }
    }

    /** ifinfomsg, then the name and an event. */
    private static ByteBuffer message(int event) {
        ByteBuffer body = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        body.putInt(0).putInt(7).putInt(0x11043).putInt(0);
        body.putShort((short) 10)
                .putShort((short) 3)
                .put("bond0".getBytes(StandardCharsets.UTF_8))
                .put((byte) 0);
        body.putShort((short) 0);
        body.putShort((short) 8).putShort((short) 44).putInt(event);
        return body.flip();
    }
}
