// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.GoldenPacketTest.ip;
import static io.tandem.vrrp.packet.GoldenPacketTest.router;
import static io.tandem.vrrp.packet.GoldenPacketTest.vip;
import static io.tandem.vrrp.packet.Packets.GROUP;
import static io.tandem.vrrp.packet.Packets.PEER;
import static io.tandem.vrrp.packet.Packets.resummed;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Tuning;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class AdvertisementDecoderTest {
    private static final VirtualRouterConfig V2 = router(2).password("kaTest12").build();
    private static final VirtualRouterConfig V3 = router(3).build();
    private static final VirtualRouterConfig V6 = router(3)
            .family(AddressFamily.INET6)
            .addresses(List.of(vip("fe80::50", 128), vip("fd99::50", 128)))
            .build();
    private static final int VRRP = 20;

    @Test
    void keepalivedsOwnPacketIsAccepted() {
        byte[] packet = HexFormat.of()
                .parseHex("45c0002800010000ff70d0240a63000be0000012" + "213396010101d8c70a6300326b61546573743132");

        assertThat(decode(V2, packet))
                .isEqualTo(new Decoded.Accepted(
                        ip("10.99.0.11"), new Advertisement(2, 51, 150, 100, List.of(ip("10.99.0.50"))), Set.of()));
    }

    @Test
    void whatOneRouterSendsTheOtherAccepts() {
        for (VirtualRouterConfig router : List.of(V2, V3, router(2).build())) {
            for (int priority = 0; priority <= 255; priority++) {
                Decoded.Accepted accepted = (Decoded.Accepted) decode(router, Packets.ipv4(router, priority));
                assertThat(accepted.source()).isEqualTo(PEER);
                assertThat(accepted.advertisement().priority()).isEqualTo(priority);
                assertThat(accepted.advertisement().intervalNs()).isEqualTo(1_000_000_000L);
                assertThat(accepted.remarks()).isEmpty();
            }
        }
    }

    @Test
    @Tag("vrrp-case-31")
    void ipv6IsAcceptedWithItsPseudoHeaderOnly() {
        byte[] message = HexFormat.of()
                .parseHex("31339602006466e4" + "fe800000000000000000000000000050" + "fd990000000000000000000000000050");
        AdvertisementDecoder decoder = new AdvertisementDecoder(AdvertisementFormat.of(V6));
        InetAddress source = ip("fe80::7ce6:8dff:fe47:cd6a");

        assertThat(decoder.decodeIpv6(message, message.length, 255, source, ip("ff02::12"), 0))
                .isInstanceOf(Decoded.Accepted.class);
        assertThat(decoder.decodeIpv6(message, message.length, 254, source, ip("ff02::12"), 0))
                .isEqualTo(new Decoded.Dropped(DropReason.TTL));
        assertThat(decoder.decodeIpv6(message, message.length, 255, ip("fe80::1"), ip("ff02::12"), 0))
                .isEqualTo(new Decoded.Dropped(DropReason.CHECKSUM));
        assertThat(decoder.decodeIpv6(message, 7, 255, source, ip("ff02::12"), 0))
                .isEqualTo(new Decoded.Dropped(DropReason.TOO_SHORT));
    }

    @Test
    @Tag("vrrp-case-30")
    void aTtlBelow255IsDroppedByMulticastAndIgnoredByUnicast() {
        assertThat(drop(V3, Packets.ipv4(V3, 100, PEER, GROUP, 254, 0))).isEqualTo(DropReason.TTL);

        VirtualRouterConfig unicast = router(3).unicastPeers(List.of(PEER)).build();
        assertThat(decode(unicast, Packets.ipv4(unicast, 100, PEER, ip("10.99.0.11"), 17, 0)))
                .isInstanceOf(Decoded.Accepted.class);
    }

    @Test
    @Tag("vrrp-case-31")
    void bothChecksumsOfVersion3AreAcceptedAndToldApart() {
        VirtualRouterConfig rfc = router(3).rfcChecksum(true).build();

        assertThat(remarks(V3, Packets.ipv4(rfc, 100))).containsExactly(Remark.OTHER_CHECKSUM_FORM);
        assertThat(remarks(rfc, Packets.ipv4(V3, 100))).containsExactly(Remark.OTHER_CHECKSUM_FORM);
        assertThat(remarks(rfc, Packets.ipv4(rfc, 100))).isEmpty();
    }

    @Test
    void aDamagedPacketIsDroppedWhicheverByteItIs() {
        for (VirtualRouterConfig router : List.of(V2, V3)) {
            byte[] good = Packets.ipv4(router, 100);
            for (int at = VRRP; at < good.length; at++) {
                byte[] damaged = good.clone();
                damaged[at] ^= 0x40;
                assertThat(decode(router, damaged)).as("byte %d", at).isInstanceOf(Decoded.Dropped.class);
            }
        }
    }

    @Test
    @Tag("vrrp-case-31")
    void aChecksumOfZeroIsVerifiedAsAnyOther() {
        byte[] packet = Packets.ipv4(V3, 100);
        packet[VRRP + 6] = 0;
        packet[VRRP + 7] = 0;

        assertThat(drop(V3, packet)).isEqualTo(DropReason.CHECKSUM);
    }

    @Test
    @Tag("vrrp-case-32")
    void theOtherVersionIsDropped() {
        assertThat(drop(V3, Packets.ipv4(V2, 100))).isEqualTo(DropReason.VERSION);
        assertThat(drop(V2, Packets.ipv4(V3, 100))).isEqualTo(DropReason.VERSION);

        byte[] four = Packets.ipv4(V3, 100);
        four[VRRP] = 0x41;
        assertThat(drop(V3, resummed(four))).isEqualTo(DropReason.VERSION);
    }

    @Test
    @Tag("vrrp-case-33")
    void anythingButAnAdvertisementIsDropped() {
        byte[] packet = Packets.ipv4(V3, 100);
        packet[VRRP] = 0x32;

        assertThat(drop(V3, resummed(packet))).isEqualTo(DropReason.TYPE);
    }

    @Test
    @Tag("vrrp-case-37")
    void authenticationMustBeOfTheSameKindAndHoldTheSamePassword() {
        VirtualRouterConfig none = router(2).build();
        assertThat(drop(V2, Packets.ipv4(none, 100))).isEqualTo(DropReason.AUTH_TYPE);
        assertThat(drop(none, Packets.ipv4(V2, 100))).isEqualTo(DropReason.AUTH_TYPE);
        assertThat(drop(V2, Packets.ipv4(router(2).password("kaTest13").build(), 100)))
                .isEqualTo(DropReason.PASSWORD);
        assertThat(drop(V2, Packets.ipv4(router(2).password("kaTest1").build(), 100)))
                .as("eight bytes, filled with zeros")
                .isEqualTo(DropReason.PASSWORD);
        VirtualRouterConfig shorter = router(2).password("ab").build();
        assertThat(decode(shorter, Packets.ipv4(shorter, 100))).isInstanceOf(Decoded.Accepted.class);
    }

    @Test
    @Tag("vrrp-case-35")
    void version2DropsAnotherIntervalAndVersion3OnlyRemarksIt() {
        Duration three = Duration.ofSeconds(3);

        assertThat(drop(
                        V2,
                        Packets.ipv4(
                                router(2)
                                        .password("kaTest12")
                                        .advertInterval(three)
                                        .build(),
                                100)))
                .isEqualTo(DropReason.INTERVAL);
        byte[] packet = Packets.ipv4(router(3).advertInterval(three).build(), 100);
        assertThat(remarks(V3, packet)).containsExactly(Remark.INTERVAL_DIFFERS);
        assertThat(accepted(V3, packet).advertisement().intervalCs()).isEqualTo(300);
    }

    @Test
    @Tag("vrrp-case-36")
    void theReservedBitsOfVersion3AreIgnored() {
        byte[] packet = Packets.ipv4(router(3).rfcChecksum(true).build(), 100);
        packet[VRRP + 4] |= (byte) 0xf0;

        assertThat(accepted(V3, resummed(packet)).advertisement().intervalCs()).isEqualTo(100);
    }

    @Test
    @Tag("vrrp-case-36")
    void anIntervalOfZeroIsReadAsItStands() {
        byte[] packet = Packets.ipv4(router(3).rfcChecksum(true).build(), 100);
        packet[VRRP + 5] = 0;

        assertThat(accepted(V3, resummed(packet)).advertisement().intervalNs()).isZero();
    }

    @Test
    @Tag("vrrp-case-34")
    void otherAddressesAreRemarkedAndAccepted() {
        byte[] other =
                Packets.ipv4(router(3).addresses(List.of(vip("10.99.0.51", 32))).build(), 100);
        byte[] none = Packets.ipv4(router(3).addresses(List.of()).build(), 100);
        byte[] two = Packets.ipv4(
                router(3)
                        .addresses(List.of(vip("10.99.0.50", 32), vip("10.99.0.50", 32)))
                        .build(),
                100);

        assertThat(remarks(V3, other)).containsExactly(Remark.ADDRESSES_DIFFER);
        assertThat(remarks(V3, none)).containsExactly(Remark.ADDRESSES_DIFFER);
        assertThat(remarks(V3, two)).containsExactly(Remark.ADDRESSES_DIFFER);
    }

    @Test
    void theOrderOfTheAddressesDoesNotMatter() {
        VirtualRouterConfig one = router(3)
                .addresses(List.of(vip("10.99.0.50", 32), vip("10.99.0.51", 32)))
                .build();
        VirtualRouterConfig other = router(3)
                .addresses(List.of(vip("10.99.0.51", 32), vip("10.99.0.50", 32)))
                .build();

        assertThat(remarks(one, Packets.ipv4(other, 100))).isEmpty();
    }

    @Test
    @Tag("vrrp-case-34")
    void aCountThatDoesNotFitTheLengthIsDropped() {
        byte[] packet = Packets.ipv4(V3, 100);
        packet[VRRP + 3] = 2;

        assertThat(drop(V3, resummed(packet))).isEqualTo(DropReason.LENGTH);
    }

    @Test
    @Tag("vrrp-case-34")
    void truncatedAndShortPacketsAreDropped() {
        byte[] packet = Packets.ipv4(V3, 100);

        assertThat(drop(V3, Packets.padded(packet, packet.length - 1))).isEqualTo(DropReason.LENGTH);
        assertThat(drop(V3, Packets.padded(packet, 27))).isEqualTo(DropReason.TOO_SHORT);
        assertThat(drop(V3, new byte[0])).isEqualTo(DropReason.TOO_SHORT);
    }

    @Test
    @Tag("vrrp-case-34")
    void ethernetPaddingIsNoPartOfThePacket() {
        assertThat(decode(V3, Packets.padded(Packets.ipv4(V3, 100), 46))).isInstanceOf(Decoded.Accepted.class);
        assertThat(decode(V3, Packets.padded(Packets.ipv4(V3, 100), 42)))
                .as("under a VLAN tag")
                .isInstanceOf(Decoded.Accepted.class);
        assertThat(drop(V3, Packets.padded(Packets.ipv4(V3, 100), 64))).isEqualTo(DropReason.LENGTH);
    }

    @Test
    @Tag("vrrp-case-42")
    void ipOptionsAreSkipped() {
        assertThat(decode(V3, Packets.ipv4(V3, 100, PEER, GROUP, 255, 8))).isInstanceOf(Decoded.Accepted.class);
        assertThat(AdvertisementDecoder.peekVridIpv4(Packets.ipv4(V3, 100, PEER, GROUP, 255, 8), 40))
                .isEqualTo(51);
    }

    @Test
    @Tag("vrrp-case-39")
    void anotherVirtualRouterOnTheSameSocketIsNoFault() {
        byte[] packet = Packets.ipv4(V3, 100);
        packet[VRRP + 1] = 52;

        assertThat(drop(V3, packet)).isEqualTo(DropReason.VRID);
        assertThat(AdvertisementDecoder.peekVridIpv4(packet, packet.length)).isEqualTo(52);
        assertThat(AdvertisementDecoder.peekVridIpv4(packet, 21)).isEqualTo(-1);
    }

    @Test
    @Tag("vrrp-case-40")
    void multicastAndUnicastDoNotMix() {
        VirtualRouterConfig unicast = router(3).unicastPeers(List.of(PEER)).build();

        assertThat(drop(unicast, Packets.ipv4(V3, 100))).isEqualTo(DropReason.DESTINATION);
        assertThat(drop(V3, Packets.ipv4(V3, 100, PEER, ip("10.99.0.11"), 255, 0)))
                .isEqualTo(DropReason.DESTINATION);
    }

    @Test
    @Tag("vrrp-case-41")
    void strangersAreDroppedWhereTheSourceIsChecked() {
        VirtualRouterConfig checking = router(3)
                .unicastPeers(List.of(PEER))
                .tuning(new Tuning(3, true, true))
                .build();
        VirtualRouterConfig trusting = router(3).unicastPeers(List.of(PEER)).build();
        byte[] stranger = Packets.ipv4(V3, 100, ip("10.99.0.66"), ip("10.99.0.11"), 255, 0);

        assertThat(drop(checking, stranger)).isEqualTo(DropReason.SOURCE);
        assertThat(decode(trusting, stranger)).isInstanceOf(Decoded.Accepted.class);
        assertThat(decode(checking, Packets.ipv4(V3, 100, PEER, ip("10.99.0.11"), 255, 0)))
                .isInstanceOf(Decoded.Accepted.class);
    }

    private static Decoded decode(VirtualRouterConfig router, byte[] packet) {
        return new AdvertisementDecoder(AdvertisementFormat.of(router)).decodeIpv4(packet, packet.length, 0);
    }

    private static Decoded.Accepted accepted(VirtualRouterConfig router, byte[] packet) {
        assertThat(decode(router, packet)).isInstanceOf(Decoded.Accepted.class);
        return (Decoded.Accepted) decode(router, packet);
    }

    private static Set<Remark> remarks(VirtualRouterConfig router, byte[] packet) {
        return accepted(router, packet).remarks();
    }

    private static DropReason drop(VirtualRouterConfig router, byte[] packet) {
        assertThat(decode(router, packet)).isInstanceOf(Decoded.Dropped.class);
        return ((Decoded.Dropped) decode(router, packet)).reason();
    }
}
