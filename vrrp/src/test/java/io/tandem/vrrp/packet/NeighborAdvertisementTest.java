// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.GoldenPacketTest.ip;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NeighborAdvertisementTest {
    private static final int ICMP_AT = 54;
    private static final MacAddress MAC = new MacAddress(0x7ee68d47cd6aL);
    private static final Inet6Address VIP = (Inet6Address) ip("fd99::50");

    @Test
    void whatIsSentReadsBack() {
        byte[] message = message();

        assertThat(NeighborAdvertisement.decode(message, message.length)).isEqualTo(new Claim(VIP, MAC));
    }

    @Test
    void aMessageWithoutLinkLayerAddressClaimsNothing() {
        byte[] message = message();

        assertThat(NeighborAdvertisement.decode(message, 24)).isNull();
        message[24] = 1;
        assertThat(NeighborAdvertisement.decode(message, message.length)).isNull();
    }

    @Test
    void optionsBeforeItAreSkippedAndOneOfNoLengthEndsTheMessage() {
        byte[] message = Arrays.copyOf(message(), 40);
        System.arraycopy(message, 24, message, 32, 8);
        message[24] = 14;
        message[25] = 1;
        assertThat(NeighborAdvertisement.decode(message, message.length)).isEqualTo(new Claim(VIP, MAC));

        message[25] = 0;
        assertThat(NeighborAdvertisement.decode(message, message.length)).isNull();
    }

    @Test
    void randomMessagesNeverThrow() {
        byte[] good = message();
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] message = Arrays.copyOf(good, random.nextInt(2) == 0 ? random.nextInt(300) : good.length);
            for (int i = random.nextInt(6); i > 0 && message.length > 0; i--) {
                message[random.nextInt(message.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(message.length + 2);
            Claim claim = NeighborAdvertisement.decode(message, length);
            assertThat(claim == null || length >= 32).as("seed %d", seed).isTrue();
        }
    }

    @Test
    void aSolicitationGoesToTheGroupOfTheAddressAndNamesTheAsking() {
        byte[] frame = NeighborSolicitation.encode(MAC, ip("fe80::7ce6:8dff:fe47:cd6a"), ip("fd99::12:3456"));

        assertThat(GoldenPacketTest.hex(frame))
                .startsWith("3333ff1234567ee68d47cd6a86dd6000000000203afffe800000000000007ce68dfffe47cd6a"
                        + "ff0200000000000000000001ff1234568700")
                .endsWith("00000000fd99000000000000000000000012345601017ee68d47cd6a");
        long sum = InternetChecksum.pseudoHeader(
                Arrays.copyOfRange(frame, 22, 38), Arrays.copyOfRange(frame, 38, 54), 58, 32);
        assertThat(InternetChecksum.finish(InternetChecksum.add(sum, frame, ICMP_AT, 32)))
                .isZero();
    }

    private static byte[] message() {
        byte[] frame = NeighborAdvertisement.encode(MAC, VIP, false);
        return Arrays.copyOfRange(frame, ICMP_AT, frame.length);
    }
}
