// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.GoldenPacketTest.ip;
import static io.tandem.vrrp.packet.GoldenPacketTest.router;
import static io.tandem.vrrp.packet.Packets.GROUP;
import static io.tandem.vrrp.packet.Packets.PEER;
import static io.tandem.vrrp.packet.Packets.resummed;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Admission;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The receive checks as a whole: their order, their edges, and what they cost. */
class ReceiveChecksTest {
    private static final int VRRP = 20;

    /** In keepalived's order. Whatever else is wrong, the first in this order is the reason that is counted. */
    private static final Map<DropReason, Consumer<byte[]>> FAULTS = new LinkedHashMap<>();

    static {
        FAULTS.put(DropReason.LENGTH, packet -> packet[VRRP + 3]++);
        FAULTS.put(DropReason.TTL, packet -> packet[8] = (byte) 254);
        FAULTS.put(DropReason.VERSION, packet -> packet[VRRP] = (byte) (0x50 | packet[VRRP] & 0xf));
        FAULTS.put(DropReason.AUTH_TYPE, packet -> packet[VRRP + 4] = 2);
        FAULTS.put(DropReason.PASSWORD, packet -> packet[packet.length - 1] ^= 1);
        FAULTS.put(DropReason.INTERVAL, packet -> packet[VRRP + 5] = 9);
        FAULTS.put(DropReason.TYPE, packet -> packet[VRRP] = (byte) (packet[VRRP] & 0xf0 | 2));
        FAULTS.put(DropReason.IP_LENGTH, packet -> packet[3]--);
        FAULTS.put(DropReason.CHECKSUM, packet -> packet[VRRP + 6] ^= 0x55);
        FAULTS.put(DropReason.DESTINATION, packet -> packet[16] = 10);
    }

    @Test
    void ofTwoFaultsTheOneThatKeepalivedLooksAtFirstIsTheReason() {
        judgeInPairs(
                router(2).password("kaTest12").build(),
                List.of(
                        DropReason.LENGTH,
                        DropReason.TTL,
                        DropReason.AUTH_TYPE,
                        DropReason.PASSWORD,
                        DropReason.INTERVAL,
                        DropReason.TYPE,
                        DropReason.IP_LENGTH,
                        DropReason.CHECKSUM,
                        DropReason.DESTINATION));
        judgeInPairs(
                router(3).rfcChecksum(true).build(),
                List.of(
                        DropReason.LENGTH,
                        DropReason.TTL,
                        DropReason.VERSION,
                        DropReason.TYPE,
                        DropReason.IP_LENGTH,
                        DropReason.CHECKSUM,
                        DropReason.DESTINATION));
    }

    private static void judgeInPairs(VirtualRouterConfig router, List<DropReason> order) {
        for (int first = 0; first < order.size(); first++) {
            for (int second = first; second < order.size(); second++) {
                byte[] packet = Packets.ipv4(router, 100);
                FAULTS.getOrDefault(order.get(second), bytes -> {}).accept(packet);
                if (second != first) {
                    FAULTS.getOrDefault(order.get(first), bytes -> {}).accept(packet);
                }
                assertThat(drop(router, packet))
                        .as("%s and %s", order.get(first), order.get(second))
                        .isEqualTo(order.get(first));
            }
        }
    }

    @Test
    void theSignatureIsLookedAtAfterTheVersionAndBeforeTheRest() {
        VirtualRouterConfig signed = router(3)
                .admission(new Admission(
                        new AdvertHmac(
                                List.of(new AdvertHmac.Key(1, "k".repeat(32))),
                                1,
                                AdvertHmac.AntiReplay.TIME,
                                Duration.ofSeconds(5),
                                AdvertHmac.Mode.ENFORCE),
                        List.of(),
                        false))
                .build();
        byte[] packet = Packets.ipv4(router(3).build(), 100);
        packet[VRRP] = 0x32;
        assertThat(drop(signed, packet)).isEqualTo(DropReason.HMAC_MISSING);
        packet[VRRP] = 0x52;
        assertThat(drop(signed, packet)).isEqualTo(DropReason.VERSION);
    }

    @Test
    void aStrangerWithABadChecksumIsABadChecksum() {
        VirtualRouterConfig unicast = withTtl(0, 255);
        byte[] packet = Packets.ipv4(unicast, 100, ip("10.99.0.66"), ip("10.99.0.11"), 255, 0);
        assertThat(drop(unicast, packet)).isEqualTo(DropReason.SOURCE);
        packet[VRRP + 6] ^= 1;
        assertThat(drop(unicast, packet)).isEqualTo(DropReason.CHECKSUM);
    }

    @Test
    @Tag("vrrp-case-30")
    void aUnicastPeerWithATtlRangeIsHeardWithinItOnly() {
        VirtualRouterConfig unicast = withTtl(253, 254);
        for (int ttl : new int[] {253, 254}) {
            assertThat(decode(unicast, fromPeer(unicast, PEER, ttl))).isInstanceOf(Decoded.Accepted.class);
        }
        for (int ttl : new int[] {0, 1, 252, 255}) {
            assertThat(drop(unicast, fromPeer(unicast, PEER, ttl))).isEqualTo(DropReason.TTL);
        }
    }

    @Test
    @Tag("vrrp-case-41")
    void aTtlRangeTurnsTheCheckOfSourcesOn() {
        VirtualRouterConfig unicast = withTtl(0, 255);

        assertThat(drop(unicast, fromPeer(unicast, ip("10.99.0.66"), 255))).isEqualTo(DropReason.SOURCE);
    }

    private static VirtualRouterConfig withTtl(int min, int max) {
        return router(3)
                .unicastPeers(List.of(PEER))
                .admission(new Admission(null, List.of(new PeerTtl(PEER, min, max)), false))
                .build();
    }

    private static byte[] fromPeer(VirtualRouterConfig unicast, InetAddress peer, int ttl) {
        return Packets.ipv4(unicast, 100, peer, ip("10.99.0.11"), ttl, 0);
    }

    @Test
    @Tag("vrrp-case-31")
    void sumsOfOddLengthCountTheLastByteAsAnUpperHalf() {
        byte[] odd = {0x12, 0x34, 0x56};
        byte[] even = {0x12, 0x34, 0x56, 0};

        assertThat(InternetChecksum.finish(InternetChecksum.add(0, odd, 0, 3)))
                .isEqualTo(InternetChecksum.finish(InternetChecksum.add(0, even, 0, 4)));
    }

    @Test
    @Tag("vrrp-case-31")
    void aSumOfAllOnesBecomesZeroAndIsGoodAndTheOtherZeroIsNotTakenForIt() {
        // An address for which the field is 0x0000 on the wire; then the other zero of ones' complement.
        VirtualRouterConfig router = router(3).rfcChecksum(true).build();
        byte[] packet = Packets.ipv4(router, 0);
        int wire = checksum(packet);
        for (int step = 0; wire != 0 && step < 4; step++) {
            int word = ((packet[VRRP + 10] & 0xff) << 8 | (packet[VRRP + 11] & 0xff)) + wire;
            packet[VRRP + 10] = (byte) (word >>> 8);
            packet[VRRP + 11] = (byte) word;
            wire = checksum(resummed(packet));
        }
        assertThat(wire).as("the field is zero").isZero();
        assertThat(decode(router, packet)).isInstanceOf(Decoded.Accepted.class);

        packet[VRRP + 6] = (byte) 0xff;
        packet[VRRP + 7] = (byte) 0xff;
        assertThat(decode(router, packet)).as("0xffff is the same number").isInstanceOf(Decoded.Accepted.class);
        packet[VRRP + 7] = (byte) 0xfe;
        assertThat(drop(router, packet)).isEqualTo(DropReason.CHECKSUM);
    }

    private static int checksum(byte[] packet) {
        return (packet[VRRP + 6] & 0xff) << 8 | (packet[VRRP + 7] & 0xff);
    }

    @Test
    @Tag("vrrp-case-34")
    void paddingIsThatOfEthernetWithUpToTwoVlanTagsAndNothingElse() {
        VirtualRouterConfig router = router(3).build();
        byte[] packet = Packets.ipv4(router, 100);
        List<Integer> good = new ArrayList<>();
        for (int length = packet.length; length <= 60; length++) {
            if (decode(router, Packets.padded(packet, length)) instanceof Decoded.Accepted) {
                good.add(length);
            }
        }
        assertThat(good).containsExactly(32, 34, 38, 42, 46);
    }

    @Test
    @Tag("vrrp-case-39")
    void eachInstanceOnASocketTakesItsOwn() {
        VirtualRouterConfig router = router(3).build();
        byte[] packet = Packets.ipv4(router, 100);
        for (int vrid = 0; vrid <= 255; vrid++) {
            packet[VRRP + 1] = (byte) vrid;
            if (vrid != 51) {
                assertThat(drop(router, packet)).isEqualTo(DropReason.VRID);
            }
            assertThat(AdvertisementDecoder.peekVridIpv4(packet, packet.length)).isEqualTo(vrid);
        }
    }

    @Test
    @Tag("vrrp-case-43")
    void badPacketsLeaveNextToNoGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        VirtualRouterConfig router = router(2).password("kaTest12").build();
        AdvertisementDecoder decoder = new AdvertisementDecoder(AdvertisementFormat.of(router));
        Random random = new Random(43);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            byte[] packet = new byte[random.nextInt(1501)];
            random.nextBytes(packet);
            packets.add(packet);
            packets.add(Packets.ipv4(router(2).password("wrong").build(), 100));
            packets.add(Packets.ipv4(router, 100, PEER, GROUP, 64, 0));
        }
        long taken = 0;
        for (int round = 0; round < 40; round++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (byte[] packet : packets) {
                decoder.decodeIpv4(packet, packet.length, 0);
            }
            taken = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        }
        assertThat(taken / packets.size())
                .as("bytes a packet, in the last round")
                .isLessThan(200);
    }

    private static Decoded decode(VirtualRouterConfig router, byte[] packet) {
        return new AdvertisementDecoder(AdvertisementFormat.of(router)).decodeIpv4(packet, packet.length, 0);
    }

    private static DropReason drop(VirtualRouterConfig router, byte[] packet) {
        assertThat(decode(router, packet)).isInstanceOf(Decoded.Dropped.class);
        return ((Decoded.Dropped) decode(router, packet)).reason();
    }
}
