// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.GoldenPacketTest.ip;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ArpPacketTest {
    private static final MacAddress OWN = new MacAddress(0x02_00_00_00_00_01L);
    private static final MacAddress OTHER = new MacAddress(0x02_00_00_00_00_02L);
    private static final InetAddress VIP = ip("10.99.0.50");

    @Test
    void whatIsSentReadsBack() {
        byte[] frame = ArpPacket.gratuitousReply(OWN, VIP);

        assertThat(ArpPacket.decode(frame, frame.length)).isEqualTo(new ArpPacket(ArpPacket.REPLY, OWN, VIP, OWN, VIP));
    }

    @Test
    void gratuitousArpClaimsItsSendersAddress() {
        assertThat(claim(ArpPacket.gratuitousRequest(OTHER, VIP))).isEqualTo(new Claim(VIP, OTHER));
        assertThat(claim(ArpPacket.gratuitousReply(OTHER, VIP))).isEqualTo(new Claim(VIP, OTHER));
    }

    @Test
    void anOrdinaryRequestForAnAddressClaimsTheAskersOwn() {
        byte[] frame = ArpPacket.gratuitousRequest(OTHER, ip("10.99.0.7"));
        System.arraycopy(VIP.getAddress(), 0, frame, 38, 4);

        assertThat(claim(frame)).isEqualTo(new Claim(ip("10.99.0.7"), OTHER));
    }

    @Test
    void otherProtocolsAreNoArp() {
        byte[] frame = ArpPacket.probe(OTHER, VIP);
        frame[13] = 0;

        assertThat(ArpPacket.decode(frame, frame.length)).isNull();
        assertThat(ArpPacket.decode(ArpPacket.probe(OTHER, VIP), 41)).isNull();
    }

    private static Claim claim(byte[] frame) {
        return Objects.requireNonNull(ArpPacket.decode(frame, frame.length)).claim();
    }
}
