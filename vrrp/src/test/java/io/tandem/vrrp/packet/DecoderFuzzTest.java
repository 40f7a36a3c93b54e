// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.GoldenPacketTest.ip;
import static io.tandem.vrrp.packet.GoldenPacketTest.router;
import static io.tandem.vrrp.packet.GoldenPacketTest.vip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualRouterConfig;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random bytes and damaged packets, against a slow decoder that reads like the table of the RFC. */
class DecoderFuzzTest {
    private static final int ROUNDS = 60_000;
    private static final List<VirtualRouterConfig> ROUTERS = List.of(
            router(2).build(),
            router(2).password("kaTest12").build(),
            router(3).build(),
            router(3)
                    .rfcChecksum(true)
                    .addresses(List.of(vip("10.0.0.1", 32), vip("10.0.0.2", 32)))
                    .build(),
            router(3).unicastPeers(List.of(Packets.PEER)).build());

    @Test
    @Tag("vrrp-case-43")
    void randomBytesNeverThrowAndAreJudgedAsByTheReference() {
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] packet = new byte[random.nextInt(1501)];
            random.nextBytes(packet);
            judge(seed, ROUTERS.get(random.nextInt(ROUTERS.size())), packet);
        }
    }

    @Test
    @Tag("vrrp-case-43")
    void damagedPacketsNeverThrowAndAreJudgedAsByTheReference() {
        int accepted = 0;
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            VirtualRouterConfig router = ROUTERS.get(random.nextInt(ROUTERS.size()));
            VirtualRouterConfig sender = random.nextInt(4) == 0 ? ROUTERS.get(random.nextInt(ROUTERS.size())) : router;
            byte[] packet = Packets.ipv4(
                    sender,
                    random.nextInt(256),
                    Packets.PEER,
                    sender.unicastPeers().isEmpty() ? Packets.GROUP : ip("10.99.0.11"),
                    random.nextInt(8) == 0 ? 64 : 255,
                    4 * random.nextInt(3));
            for (int i = random.nextInt(4); i > 0; i--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt();
            }
            if (random.nextBoolean()) {
                packet = Arrays.copyOf(packet, random.nextInt(3) == 0 ? random.nextInt(80) : packet.length);
            }
            if (random.nextBoolean() && packet.length >= (packet.length > 0 ? packet[0] & 0xf : 0) * 4 + 8) {
                packet = Packets.resummed(packet);
            }
            accepted += judge(seed, router, packet) ? 1 : 0;
        }
        assertThat(accepted).as("enough get through").isGreaterThan(ROUNDS / 10);
    }

    @Test
    void ipv6MessagesNeverThrow() {
        VirtualRouterConfig six = router(3)
                .family(AddressFamily.INET6)
                .addresses(List.of(vip("fe80::50", 128)))
                .build();
        AdvertisementDecoder decoder = new AdvertisementDecoder(AdvertisementFormat.of(six));
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] message = new byte[random.nextInt(100)];
            random.nextBytes(message);
            if (message.length > 3 && random.nextBoolean()) {
                message[0] = 0x31;
                message[1] = 51;
                message[3] = (byte) random.nextInt(4);
            }
            assertThat(decoder.decodeIpv6(message, random.nextInt(120), 255, ip("fe80::1"), ip("ff02::12"), 0))
                    .as("seed %d", seed)
                    .isInstanceOf(Decoded.Dropped.class);
        }
    }

    @Test
    void framesNeverThrow() {
        byte[] good = ArpPacket.gratuitousReply(new MacAddress(0x7ee68d47cd6aL), ip("10.99.0.50"));
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] frame = Arrays.copyOf(good, random.nextInt(2) == 0 ? random.nextInt(1501) : good.length);
            for (int i = random.nextInt(6); i > 0 && frame.length > 0; i--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            ArpPacket packet = ArpPacket.decode(frame, frame.length);
            if (packet != null) {
                assertThat(packet.operation()).isIn(ArpPacket.REQUEST, ArpPacket.REPLY);
            }
        }
    }

    private static boolean judge(long seed, VirtualRouterConfig router, byte[] packet) {
        Decoded decoded = new AdvertisementDecoder(AdvertisementFormat.of(router)).decodeIpv4(packet, packet.length, 0);
        boolean accepted = decoded instanceof Decoded.Accepted;
        assertThat(accepted).as("seed %d: %s", seed, decoded).isEqualTo(isFine(router, packet));
        if (decoded instanceof Decoded.Accepted fine) {
            int header = (packet[0] & 0xf) * 4;
            assertThat(fine.advertisement().priority()).as("seed %d", seed).isEqualTo(packet[header + 2] & 0xff);
            assertThat(fine.advertisement().addresses()).hasSize(packet[header + 3] & 0xff);
        }
        return accepted;
    }

    /** The whole truth in one expression after another, with no thought of speed. */
    private static boolean isFine(VirtualRouterConfig router, byte[] packet) {
        BigInteger bits = new BigInteger(1, packet);
        int n = packet.length;
        if (n < 28 || field(bits, n, 0, 4) != 4 || field(bits, n, 72, 8) != 112) {
            return false;
        }
        int header = 4 * field(bits, n, 4, 4);
        int total = field(bits, n, 16, 16);
        if (header < 20 || total < header + 8 || total > n || (total < n && (n > 46 || (46 - n) % 4 != 0))) {
            return false;
        }
        int at = 8 * header;
        int version = field(bits, n, at, 4);
        int count = field(bits, n, at + 24, 8);
        boolean unicast = !router.unicastPeers().isEmpty();
        boolean shape = version == router.version()
                && field(bits, n, at + 4, 4) == 1
                && field(bits, n, at + 8, 8) == router.vrid()
                && total - header == 8 + 4 * count + (version == 2 ? 8 : 0)
                && (unicast || field(bits, n, 64, 8) == 255)
                && (field(bits, n, 128, 4) == 14) != unicast;
        if (!shape) {
            return false;
        }
        long message = 0;
        for (int i = header; i < total; i++) {
            message += (long) (packet[i] & 0xff) * ((i - header) % 2 == 0 ? 256 : 1);
        }
        long pseudo = message + 112 + (total - header);
        for (int i = 12; i < 20; i++) {
            pseudo += (long) (packet[i] & 0xff) * (i % 2 == 0 ? 256 : 1);
        }
        if (version == 3) {
            return isSummed(message) || isSummed(pseudo);
        }
        byte[] password = new byte[8];
        String given = router.password();
        for (int i = 0; given != null && i < given.length(); i++) {
            password[i] = (byte) given.charAt(i);
        }
        return isSummed(message)
                && field(bits, n, at + 32, 8) == (given == null ? 0 : 1)
                && field(bits, n, at + 40, 8) == router.advertInterval().toSeconds()
                && (given == null || Arrays.equals(password, Arrays.copyOfRange(packet, total - 8, total)));
    }

    /** A sum that is a multiple of 65535, and not zero, holds its own complement. */
    private static boolean isSummed(long sum) {
        return sum > 0 && sum % 65_535 == 0;
    }

    private static int field(BigInteger bits, int bytes, int from, int length) {
        return bits.shiftRight(8 * bytes - from - length)
                .and(BigInteger.ONE.shiftLeft(length).subtract(BigInteger.ONE))
                .intValueExact();
    }
}
