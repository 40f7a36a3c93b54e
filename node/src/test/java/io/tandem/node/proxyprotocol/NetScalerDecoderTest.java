// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.proxyprotocol.HeaderDecoder.Outcome;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NetScalerDecoderTest {
    private static final int MAGIC = 0x05ca1ab1;
    private static final int MOST = 16_384;

    private final NetScalerDecoder decoder = new NetScalerDecoder(MAGIC);

    private static byte[] packet(int version, int words, int protocol) {
        ByteBuffer out = ByteBuffer.allocate(version == 4 ? words * 4 + 20 : 60);
        out.put(0, (byte) (version << 4 | words));
        if (version == 4) {
            out.put(9, (byte) protocol).put(12, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
            out.putShort(words * 4, (short) 1111).putShort(words * 4 + 2, (short) 2222);
        } else {
            out.put(6, (byte) protocol).put(23, (byte) 1).put(39, (byte) 2);
            out.putShort(40, (short) 1111).putShort(42, (short) 2222);
        }
        return out.array();
    }

    private static byte[] legacy(byte[] packet) {
        return ByteBuffer.allocate(8 + packet.length)
                .putInt(MAGIC)
                .putInt(packet.length)
                .put(packet)
                .array();
    }

    private static byte[] standard(byte[] packet) {
        return ByteBuffer.allocate(12 + packet.length)
                .putInt(MAGIC)
                .putInt(12 + packet.length)
                .putShort((short) 1)
                .putShort((short) packet.length)
                .put(packet)
                .array();
    }

    private Outcome decode(byte[] bytes, Announcement into) {
        return decoder.decode(bytes, bytes.length, MOST, into);
    }

    @Test
    void bothFormsNameTheClientForBothFamilies() {
        for (byte[] packet : new byte[][] {packet(4, 5, 6), packet(4, 7, 6), packet(6, 0, 6)}) {
            for (byte[] header : new byte[][] {legacy(packet), standard(packet)}) {
                Announcement said = new Announcement();

                assertThat(decode(header, said)).isEqualTo(Outcome.DONE);
                assertThat(said.source.port()).isEqualTo(1111);
                assertThat(said.destination.port()).isEqualTo(2222);
                assertThat(said.length()).isEqualTo(header.length);
                for (int length = 0; length < header.length; length++) {
                    assertThat(decode(Arrays.copyOf(header, length), new Announcement()))
                            .isEqualTo(Outcome.MORE);
                }
            }
        }
    }

    @Test
    void everyWayToBreakAHeaderHasItsName() {
        byte[] other = legacy(packet(4, 5, 6));
        other[0]++;
        assertThat(decode(other, new Announcement())).isEqualTo(Outcome.FOREIGN);
        assertThat(decode(legacy(packet(4, 5, 17)), new Announcement())).isEqualTo(Outcome.UNHANDLED);
        assertThat(decode(legacy(packet(5, 5, 6)), new Announcement())).isEqualTo(Outcome.UNHANDLED);
        assertThat(decode(legacy(new byte[10]), new Announcement())).isNotEqualTo(Outcome.DONE);
        assertThat(decode(
                        ByteBuffer.allocate(9)
                                .putInt(MAGIC)
                                .putInt(-1)
                                .put((byte) 0x45)
                                .array(),
                        new Announcement()))
                .isEqualTo(Outcome.TOO_LONG);
    }
}
