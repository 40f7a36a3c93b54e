// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.GoldenPacketTest.ip;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class ArpPacketTest {
    private static final MacAddress OWN = new MacAddress(0x02_00_00_00_00_01L);
    private static final MacAddress OTHER = new MacAddress(0x02_00_00_00_00_02L);
    private static final MacAddress VIRTUAL = new MacAddress(0x00_00_5e_00_01_33L);
    private static final InetAddress VIP = ip("10.99.0.50");

    @Test
    void whatIsSentReadsBack() {
        byte[] frame = ArpPacket.gratuitousReply(OWN, VIP);

        assertThat(ArpPacket.decode(frame, frame.length)).isEqualTo(new ArpPacket(ArpPacket.REPLY, OWN, VIP, OWN, VIP));
    }

    @Test
    void anothersGratuitousArpIsAClaim() {
        assertThat(claims(ArpPacket.gratuitousRequest(OTHER, VIP))).isTrue();
        assertThat(claims(ArpPacket.gratuitousReply(OTHER, VIP))).isTrue();
        assertThat(claims(ArpPacket.gratuitousReply(OTHER, ip("10.99.0.51")))).isFalse();
    }

    @Test
    void anothersProbeForTheAddressIsAClaimToBe() {
        assertThat(claims(ArpPacket.probe(OTHER, VIP))).isTrue();
        assertThat(claims(ArpPacket.probe(OTHER, ip("10.99.0.51")))).isFalse();
    }

    @Test
    void ourOwnFramesAreNone() {
        assertThat(claims(ArpPacket.gratuitousRequest(OWN, VIP))).isFalse();
        assertThat(claims(ArpPacket.gratuitousReply(VIRTUAL, VIP))).isFalse();
        assertThat(claims(ArpPacket.probe(OWN, VIP))).isFalse();
    }

    @Test
    void anOrdinaryRequestForTheAddressIsNone() {
        byte[] frame = ArpPacket.gratuitousRequest(OTHER, ip("10.99.0.7"));
        System.arraycopy(VIP.getAddress(), 0, frame, 38, 4);

        assertThat(claims(frame)).isFalse();
    }

    @Test
    void otherProtocolsAreNoArp() {
        byte[] frame = ArpPacket.probe(OTHER, VIP);
        frame[13] = 0;

        assertThat(ArpPacket.decode(frame, frame.length)).isNull();
        assertThat(ArpPacket.decode(ArpPacket.probe(OTHER, VIP), 41)).isNull();
    }

    private static boolean claims(byte[] frame) {
        ArpPacket packet = ArpPacket.decode(frame, frame.length);
        return packet != null && packet.claims(VIP, OWN, VIRTUAL);
    }
}
