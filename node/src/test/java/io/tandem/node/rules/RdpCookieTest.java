// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.rules.sample.RdpCookie;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The first packet of a remote desktop client. */
class RdpCookieTest {
    private static final byte[] MSTSHASH = text("mstshash");

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] packet(String payload) {
        byte[] packet = Arrays.copyOf(new byte[] {3, 0, 0, 40, 35, (byte) 0xE0}, 11 + payload.length());
        System.arraycopy(text(payload), 0, packet, 11, payload.length());
        return packet;
    }

    private static String find(byte[] packet, byte[] name) {
        RdpCookie cookie = new RdpCookie();
        RdpCookie.Result result = cookie.find(packet, 0, packet.length, name);
        return result == RdpCookie.Result.FOUND
                ? new String(packet, cookie.start, cookie.end - cookie.start, StandardCharsets.ISO_8859_1)
                : result.name();
    }

    @Test
    void theValueIsFoundByNameIgnoringCase() {
        byte[] packet = packet("Cookie: mstshash=alice\r\n\1\0\b\0\0\0\0\0");
        assertThat(find(packet, MSTSHASH)).isEqualTo("alice");
        assertThat(find(packet, text("MSTSHash"))).isEqualTo("alice");
        assertThat(find(packet, new byte[0])).isEqualTo("alice");
        assertThat(find(packet, text("msts"))).isEqualTo("ABSENT");
    }

    @Test
    void everyBeginningOfAPacketIsIncomplete() {
        byte[] packet = packet("Cookie: mstshash=alice\r\n");
        for (int length = 0; length < packet.length; length++) {
            assertThat(find(Arrays.copyOf(packet, length), MSTSHASH))
                    .as("%s bytes", length)
                    .isEqualTo("INCOMPLETE");
        }
    }

    @Test
    void whatIsNoConnectionRequestHasNone() {
        assertThat(find(text("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), MSTSHASH)).isEqualTo("ABSENT");
        assertThat(find(packet("nothing of the kind\r\n"), MSTSHASH)).isEqualTo("ABSENT");
    }

    @Property(tries = 500)
    void noBytesBringAnException(@ForAll byte[] bytes) {
        assertThat(find(bytes, MSTSHASH)).isNotNull();
    }
}
