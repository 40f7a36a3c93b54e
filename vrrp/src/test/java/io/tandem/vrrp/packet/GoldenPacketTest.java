// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes captured from keepalived 2.2.7. */
class GoldenPacketTest {
    private static final InetAddress SOURCE = ip("10.99.0.11");
    private static final InetAddress GROUP = ip("224.0.0.18");

    @Test
    @Tag("vrrp-case-31")
    void version2WithPasswordIsWhatKeepalivedSends() {
        AdvertisementFormat format =
                AdvertisementFormat.of(router(2).password("kaTest12").build());

        assertThat(encode(format, 150)).isEqualTo("213396010101d8c70a6300326b61546573743132");
    }

    @Test
    void version2WithoutPasswordStillHasEightZeroBytes() {
        AdvertisementFormat format = AdvertisementFormat.of(router(2).build());

        assertThat(encode(format, 150)).isEqualTo("2133960100013e350a6300320000000000000000");
    }

    @Test
    void version3SumsThePseudoHeaderAsKeepalivedDoes() {
        AdvertisementFormat format = AdvertisementFormat.of(router(3).build());

        assertThat(encode(format, 150)).isEqualTo("31339601006442d50a630032");
        assertThat(encode(format, 0)).isEqualTo("313300010064d8d50a630032");
        assertThat(encode(format, 150)).as("the array is reused").isEqualTo("31339601006442d50a630032");
    }

    @Test
    void version3SumsTheMessageOnlyInTheFormOfTheRfc() {
        AdvertisementFormat format =
                AdvertisementFormat.of(router(3).rfcChecksum(true).build());

        assertThat(encode(format, 150)).isEqualTo("3133960100642dd20a630032");
        assertThat(encode(format, 0)).isEqualTo("313300010064c3d20a630032");
    }

    @Test
    void version3OverIpv6() {
        AdvertisementFormat format = AdvertisementFormat.of(router(3)
                .family(AddressFamily.INET6)
                .addresses(List.of(vip("fe80::50", 128), vip("fd99::50", 128)))
                .build());

        byte[] bytes = new AdvertisementEncoder(format, ip("fe80::7ce6:8dff:fe47:cd6a"), ip("ff02::12")).encode(150);

        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(
                        "31339602006466e4" + "fe800000000000000000000000000050" + "fd990000000000000000000000000050");
    }

    @Test
    void encodingIntoABufferAppendsTheSameBytes() {
        AdvertisementFormat format = AdvertisementFormat.of(router(3).build());
        ByteBuffer out = ByteBuffer.allocate(64);

        new AdvertisementEncoder(format, SOURCE, GROUP).encode(150, out);

        assertThat(HexFormat.of().formatHex(Arrays.copyOf(out.array(), out.position())))
                .isEqualTo("31339601006442d50a630032");
    }

    @Test
    void gratuitousArpRequestIsWhatKeepalivedSends() {
        assertThat(hex(ArpPacket.gratuitousRequest(new MacAddress(0x7ee68d47cd6aL), ip("10.99.0.50"))))
                .isEqualTo("ffffffffffff7ee68d47cd6a0806" + "0001080006040001" + "7ee68d47cd6a0a630032"
                        + "ffffffffffff0a630032");
    }

    @Test
    void gratuitousArpReplyNamesTheNewHolderTwice() {
        assertThat(hex(ArpPacket.gratuitousReply(new MacAddress(0x7ee68d47cd6aL), ip("10.99.0.50"))))
                .isEqualTo("ffffffffffff7ee68d47cd6a0806" + "0001080006040002" + "7ee68d47cd6a0a630032"
                        + "7ee68d47cd6a0a630032");
    }

    @Test
    void arpProbeClaimsNothing() {
        assertThat(hex(ArpPacket.probe(new MacAddress(0x7ee68d47cd6aL), ip("10.99.0.50"))))
                .isEqualTo("ffffffffffff7ee68d47cd6a0806" + "0001080006040001" + "7ee68d47cd6a00000000"
                        + "0000000000000a630032");
    }

    @Test
    void neighborAdvertisementIsWhatKeepalivedSends() {
        String vip = "fe800000000000000000000000000050";

        assertThat(hex(NeighborAdvertisement.encode(
                        new MacAddress(0x7ee68d47cd6aL), (Inet6Address) ip("fe80::50"), false)))
                .isEqualTo("3333000000017ee68d47cd6a86dd" + "6000000000203aff" + vip
                        + "ff020000000000000000000000000001" + "88007f6520000000" + vip + "02017ee68d47cd6a");
    }

    @Test
    void virtualRouterMacNamesFamilyAndVrid() {
        assertThat(MacAddress.ofVirtualRouter(AddressFamily.INET, 51)).hasToString("00:00:5e:00:01:33");
        assertThat(MacAddress.ofVirtualRouter(AddressFamily.INET6, 255)).hasToString("00:00:5e:00:02:ff");
    }

    static VirtualRouterConfigBuilder router(int version) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(version)
                .priority(150)
                .advertInterval(Duration.ofSeconds(1))
                .addresses(List.of(vip("10.99.0.50", 32)));
    }

    static VirtualAddress vip(String address, int prefixLength) {
        return new VirtualAddress(ip(address), prefixLength, null, null, 0);
    }

    static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static String encode(AdvertisementFormat format, int priority) {
        return hex(new AdvertisementEncoder(format, SOURCE, GROUP).encode(priority));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
