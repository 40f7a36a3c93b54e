// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.frontend.Peer;
import io.tandem.node.proxyprotocol.HeaderDecoder.Outcome;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class ProxyDecoderTest {
    private static final int MOST = 16_384;
    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final byte[] TCP4 = {1, 2, 3, 4, 5, 6, 7, 8, 4, 87, 8, (byte) 174};

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] second(int command, int family, byte[]... parts) {
        byte[] body = join(parts);
        ByteBuffer head = ByteBuffer.allocate(16)
                .put(SIGNATURE)
                .put((byte) (0x20 | command))
                .put((byte) family);
        head.putShort((short) body.length);
        return join(head.array(), body);
    }

    private static byte[] tlv(int type, byte[] value) {
        ByteBuffer head = ByteBuffer.allocate(3).put((byte) type).putShort((short) value.length);
        return join(head.array(), value);
    }

    private static byte[] sealed(int command, int family, byte[]... parts) {
        byte[] header = second(command, family, join(parts), tlv(3, new byte[4]));
        CRC32C sum = new CRC32C();
        sum.update(header);
        ByteBuffer.wrap(header).putInt(header.length - 4, (int) sum.getValue());
        return header;
    }

    private static Outcome decode(byte[] bytes, Announcement into) {
        return ProxyDecoder.INSTANCE.decode(bytes, bytes.length, MOST, into);
    }

    private static Outcome outcome(byte[] bytes) {
        return decode(bytes, new Announcement());
    }

    private static String text(Peer peer) throws UnknownHostException {
        return peer.length() == 0
                ? ""
                : InetAddress.getByAddress(peer.copyOfAddress()).getHostAddress() + ":" + peer.port();
    }

    @Test
    void bothVersionsNameTheTwoEndsOfTheConnection() throws Exception {
        for (byte[] header : new byte[][] {bytes("PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n"), second(1, 0x11, TCP4)}) {
            Announcement said = new Announcement();

            assertThat(decode(header, said)).isEqualTo(Outcome.DONE);
            assertThat(text(said.source)).isEqualTo("1.2.3.4:1111");
            assertThat(text(said.destination)).isEqualTo("5.6.7.8:2222");
            assertThat(said.length()).isEqualTo(header.length);
        }
    }

    @Test
    void addressesOfVersionSixInTextKeepTheirSixteenBytes() throws Exception {
        Announcement said = new Announcement();

        assertThat(decode(bytes("PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1 65535\r\n"), said))
                .isEqualTo(Outcome.DONE);

        assertThat(said.source.length()).isEqualTo(16);
        assertThat(said.destination.copyOfAddress()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 1, 2, 3, 4);
    }

    @Test
    void aProxyThatSpeaksForItselfOrDoesNotKnowNamesNobody() {
        for (byte[] header : new byte[][] {
            bytes("PROXY UNKNOWN\r\n"),
            bytes("PROXY UNKNOWN ffff::1 ffff::1 65535 65535\r\n"),
            second(0, 0x11, TCP4, tlv(2, bytes("a"))),
            second(0, 0x99, bytes("anything"))
        }) {
            Announcement said = new Announcement();

            assertThat(decode(header, said)).isEqualTo(Outcome.DONE);
            assertThat(said.hasAddresses()).isFalse();
            assertThat(said.authority()).isNull();
        }
    }

    @Test
    void whatTheSenderKnewBesidesIsKeptAndTheLastOfAKindCounts() {
        Announcement said = new Announcement();

        assertThat(decode(
                        sealed(
                                1,
                                0x11,
                                TCP4,
                                tlv(2, bytes("first")),
                                tlv(2, bytes("example.com")),
                                tlv(5, bytes("id\u0001")),
                                tlv(0x30, bytes("blue")),
                                tlv(0x20, bytes("\u0001")),
                                tlv(0xe0, bytes("own"))),
                        said))
                .isEqualTo(Outcome.DONE);

        assertThat(said.authority()).isEqualTo(bytes("example.com"));
        assertThat(said.uniqueId()).isEqualTo(bytes("id\u0001"));
        assertThat(said.namespace()).isEqualTo(bytes("blue"));
    }

    @Test
    void oneBitChangedIsNoticedByTheChecksum() {
        byte[] header = sealed(1, 0x11, TCP4, tlv(2, bytes("example.com")));
        int type = header.length - 7; // of the checksum itself: changed, there is none
        for (int i = 16; i < header.length; i += i + 1 == type ? 2 : 1) {
            byte[] changed = header.clone();
            changed[i] ^= 0x10;
            assertThat(outcome(changed)).as("byte " + i).isNotEqualTo(Outcome.DONE);
        }
    }

    @Test
    void everyWayToBreakAHeaderHasItsName() {
        assertThat(outcome(bytes("GET / HTTP/1.1\r\n"))).isEqualTo(Outcome.FOREIGN);
        assertThat(outcome(bytes("PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n"))).isEqualTo(Outcome.UNHANDLED);
        for (String line : new String[] {
            "TCP4  1.2.3.4 5.6.7.8 1 2",
            "TCP4 1.2.3.4 5.6.7.8 1",
            "TCP4 1.2.3.4 5.6.7.8 1 2 ",
            "TCP4 1.2.3 5.6.7.8 1 2",
            "TCP4 1.2.3.400 5.6.7.8 1 2",
            "TCP4 1.2.3.4 5.6.7.8 65536 2",
            "TCP4 1.2.3.4 5.6.7.8 01 2",
            "TCP4 1.2.3.4 5.6.7.8 1a 2",
            "TCP4 ::1 ::1 1 2",
            "TCP6 1.2.3.4 5.6.7.8 1 2",
            "TCP6 ::1 :::1 1 2"
        }) {
            assertThat(outcome(bytes("PROXY " + line + "\r\n"))).as(line).isEqualTo(Outcome.INVALID);
        }
        assertThat(outcome(bytes("PROXY UNKNOWN " + "x".repeat(92) + "\r\n"))).isEqualTo(Outcome.INVALID);
        assertThat(outcome(bytes("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n"))).isEqualTo(Outcome.INVALID);
        assertThat(outcome(second(2, 0x11, TCP4))).isEqualTo(Outcome.INVALID);
        assertThat(outcome(second(1, 0x31, new byte[216]))).isEqualTo(Outcome.INVALID);
        assertThat(outcome(second(1, 0x11, Arrays.copyOf(TCP4, 11)))).isEqualTo(Outcome.INVALID);
        assertThat(outcome(second(1, 0x11, TCP4, bytes("\u0002\u0000")))).isEqualTo(Outcome.INVALID);
        assertThat(outcome(second(1, 0x11, TCP4, tlv(5, new byte[129])))).isEqualTo(Outcome.INVALID);
        assertThat(outcome(second(1, 0x11, TCP4, tlv(2, new byte[256])))).isEqualTo(Outcome.INVALID);
        assertThat(outcome(second(1, 0x11, TCP4, tlv(9, new byte[MOST])))).isEqualTo(Outcome.TOO_LONG);
    }

    @Test
    void aHeaderCutAtEveryByteIsWaitedForAndReadTheSame() throws Exception {
        for (byte[] header : new byte[][] {
            bytes("PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n"), sealed(1, 0x11, TCP4, tlv(2, bytes("example.com")))
        }) {
            byte[] whole = join(header, bytes("GET / HTTP/1.1\r\n\r\n"));
            for (int length = 0; length < whole.length; length++) {
                Announcement said = new Announcement();
                Outcome outcome = ProxyDecoder.INSTANCE.decode(whole, length, MOST, said);
                assertThat(outcome).isEqualTo(length < header.length ? Outcome.MORE : Outcome.DONE);
                if (outcome == Outcome.DONE) {
                    assertThat(text(said.source)).isEqualTo("1.2.3.4:1111");
                    assertThat(said.length()).isEqualTo(header.length);
                }
            }
        }
    }
}
