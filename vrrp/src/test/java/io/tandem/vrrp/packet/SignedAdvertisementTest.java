// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.GoldenPacketTest.hex;
import static io.tandem.vrrp.packet.GoldenPacketTest.ip;
import static io.tandem.vrrp.packet.GoldenPacketTest.router;
import static io.tandem.vrrp.packet.GoldenPacketTest.vip;
import static io.tandem.vrrp.packet.Packets.GROUP;
import static io.tandem.vrrp.packet.Packets.PEER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.AdvertHmac.AntiReplay;
import io.tandem.config.model.AdvertHmac.Mode;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Admission;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code auth_hmac}: signatures, keys, replays and the steps of a roll-out. The vectors are openssl's. */
@Tag("vrrp-case-44")
class SignedAdvertisementTest {
    private static final AdvertHmac.Key SEVEN = new AdvertHmac.Key(
            7,
            new String(
                    HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
                    StandardCharsets.ISO_8859_1));
    private static final AdvertHmac.Key LAST = new AdvertHmac.Key(255, "0123456789abcdef".repeat(4));
    private static final InetAddress SELF = ip("10.99.0.11");
    private static final long NOW_MS = 1_763_769_600_500L;
    private static final long SEQUENCE = 0x6920fd00_8000_0000L;

    @Test
    void version3OverIpv4IsSignedBehindItsChecksum() {
        assertThat(encode(signed(3, enforce(SEVEN)), SELF, GROUP, SEQUENCE))
                .isEqualTo(
                        "31339601006442d50a630032" + "010700006920fd0080000000" + "17b92f9bd24dfe93caabdda2ce71ea62");
    }

    @Test
    void version2IsSignedWithItsEmptyAuthenticationField() {
        assertThat(encode(signed(2, enforce(LAST)), SELF, GROUP, 0x6920fd00_0000_0003L))
                .isEqualTo("2133960100013e350a6300320000000000000000" + "01ff00006920fd0000000003"
                        + "1102f7fbcc4b52287cac349a91e1892a");
    }

    @Test
    void overIpv6TheChecksumCoversTheSignature() {
        VirtualRouterConfig six = ipv6();

        assertThat(encode(six, ip("fe80::7ce6:8dff:fe47:cd6a"), ip("ff02::12"), SEQUENCE))
                .isEqualTo("313396020064b1be" + "fe800000000000000000000000000050"
                        + "fd990000000000000000000000000050" + "010700006920fd0080000000"
                        + "7f18d26d7818744641bc38e977449e11");
    }

    @Test
    void whatOneRouterSignsTheOtherAccepts() {
        for (int version : new int[] {2, 3}) {
            VirtualRouterConfig router = signed(version, enforce(SEVEN));
            assertThat(decoder(router).decodeIpv4(packet(router, NOW_MS), 20 + length(router), NOW_MS))
                    .isInstanceOf(Decoded.Accepted.class)
                    .extracting(decoded -> ((Decoded.Accepted) decoded).remarks())
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.COLLECTION)
                    .isEmpty();
        }
        VirtualRouterConfig six = ipv6();
        byte[] message = new AdvertisementEncoder(AdvertisementFormat.of(six), ip("fe80::1"), ip("ff02::12"))
                .encode(100, SEQUENCE);
        assertThat(decoder(six).decodeIpv6(message, message.length, 255, ip("fe80::1"), ip("ff02::12"), NOW_MS))
                .isInstanceOf(Decoded.Accepted.class);
        assertThat(decoder(six).decodeIpv6(message, message.length, 255, ip("fe80::2"), ip("ff02::12"), NOW_MS))
                .as("the signature holds for one source")
                .isEqualTo(new Decoded.Dropped(DropReason.HMAC_TAG));
    }

    @Test
    void anyBitThatChangesOnTheWayBreaksTheSignature() {
        VirtualRouterConfig router = signed(3, enforce(SEVEN));
        byte[] good = packet(router, NOW_MS);
        for (int bit = 8 * 20; bit < 8 * good.length; bit++) {
            byte[] damaged = good.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(decoder(router).decodeIpv4(damaged, damaged.length, NOW_MS))
                    .as("bit %d", bit)
                    .isInstanceOf(Decoded.Dropped.class);
        }
        byte[] resummed = good.clone();
        resummed[20 + 2] ^= 1;
        assertThat(drop(router, resummed, NOW_MS)).isEqualTo(DropReason.HMAC_TAG);
    }

    @Test
    void theSameKeyUnderAnotherIdOrAnotherKeyUnderTheSameIsRefused() {
        VirtualRouterConfig router = signed(3, enforce(SEVEN));

        assertThat(drop(router, packet(signed(3, enforce(new AdvertHmac.Key(8, SEVEN.secret()))), NOW_MS), NOW_MS))
                .isEqualTo(DropReason.HMAC_KEY);
        assertThat(drop(router, packet(signed(3, enforce(new AdvertHmac.Key(7, LAST.secret()))), NOW_MS), NOW_MS))
                .isEqualTo(DropReason.HMAC_TAG);
    }

    @Test
    void keysAreReplacedWithoutAMomentOfRefusal() {
        VirtualRouterConfig before =
                signed(3, new AdvertHmac(List.of(SEVEN), 7, AntiReplay.TIME, seconds(5), Mode.ENFORCE));
        VirtualRouterConfig knowsBoth =
                signed(3, new AdvertHmac(List.of(SEVEN, LAST), 7, AntiReplay.TIME, seconds(5), Mode.ENFORCE));
        VirtualRouterConfig signsNew =
                signed(3, new AdvertHmac(List.of(SEVEN, LAST), 255, AntiReplay.TIME, seconds(5), Mode.ENFORCE));
        VirtualRouterConfig after =
                signed(3, new AdvertHmac(List.of(LAST), 255, AntiReplay.TIME, seconds(5), Mode.ENFORCE));

        for (List<VirtualRouterConfig> step :
                List.of(List.of(before, knowsBoth), List.of(knowsBoth, signsNew), List.of(signsNew, after))) {
            assertThat(judge(step.get(1), packet(step.get(0), NOW_MS), NOW_MS)).isInstanceOf(Decoded.Accepted.class);
            assertThat(judge(step.get(0), packet(step.get(1), NOW_MS), NOW_MS)).isInstanceOf(Decoded.Accepted.class);
        }
        assertThat(drop(before, packet(after, NOW_MS), NOW_MS)).isEqualTo(DropReason.HMAC_KEY);
    }

    @Test
    void aRepeatedOrOlderAdvertisementIsRefusedAndAReloadForgetsNothing() {
        VirtualRouterConfig router = signed(3, enforce(SEVEN));
        AdvertisementDecoder decoder = decoder(router);
        byte[] first = packet(router, NOW_MS);
        byte[] second = packet(router, NOW_MS + 1);

        assertThat(decoder.decodeIpv4(second, second.length, NOW_MS)).isInstanceOf(Decoded.Accepted.class);
        Decoded replayed = new Decoded.Dropped(DropReason.HMAC_REPLAY);
        assertThat(decoder.decodeIpv4(second, second.length, NOW_MS)).isEqualTo(replayed);
        assertThat(decoder.decodeIpv4(first, first.length, NOW_MS)).isEqualTo(replayed);
        AdvertisementDecoder reloaded = decoder.with(AdvertisementFormat.of(router));
        assertThat(reloaded.decodeIpv4(second, second.length, NOW_MS)).isEqualTo(replayed);
    }

    @Test
    void aForgedNumberDoesNotShutTheSenderOut() {
        VirtualRouterConfig router = signed(3, enforce(SEVEN));
        AdvertisementDecoder decoder = decoder(router);
        byte[] forged = packet(signed(3, enforce(new AdvertHmac.Key(7, LAST.secret()))), NOW_MS + 4_000);
        byte[] good = packet(router, NOW_MS);

        decoder.decodeIpv4(forged, forged.length, NOW_MS);

        assertThat(decoder.decodeIpv4(good, good.length, NOW_MS)).isInstanceOf(Decoded.Accepted.class);
    }

    @Test
    void ofAClockTooFarAwayNothingIsAcceptedByTimeAndAllByOrder() {
        VirtualRouterConfig byTime = signed(3, enforce(SEVEN));
        VirtualRouterConfig byOrder =
                signed(3, new AdvertHmac(List.of(SEVEN), 7, AntiReplay.MONOTONIC, seconds(5), Mode.ENFORCE));
        for (long awayMs : new long[] {-6_500, 6_500, -3_600_000, 86_400_000}) {
            byte[] packet = packet(byTime, NOW_MS + awayMs);
            assertThat(drop(byTime, packet, NOW_MS)).isEqualTo(DropReason.HMAC_TIME);
            assertThat(judge(byOrder, packet, NOW_MS)).isInstanceOf(Decoded.Accepted.class);
        }
        for (long awayMs : new long[] {-5_000, 0, 5_000}) {
            assertThat(judge(byTime, packet(byTime, NOW_MS + awayMs), NOW_MS)).isInstanceOf(Decoded.Accepted.class);
        }
    }

    @Test
    @Tag("vrrp-case-54")
    void theNumbersGrowHoweverTheClockSteps() {
        HmacSequence sequence = new HmacSequence();
        Random random = new Random(44);
        long before = 0;
        long clockMs = NOW_MS;
        for (int i = 0; i < 200_000; i++) {
            clockMs += random.nextInt(10) == 0 ? random.nextInt(2_000_001) - 1_000_000 : random.nextInt(2);
            long next = sequence.next(clockMs);
            assertThat(Long.compareUnsigned(next, before)).isPositive();
            before = next;
        }
    }

    @Test
    void unsignedAdvertisementsPassUntilTheLastStepOfTheRollOut() {
        byte[] unsigned = Packets.ipv4(router(3).build(), 100);
        byte[] forged = packet(signed(3, enforce(new AdvertHmac.Key(7, LAST.secret()))), NOW_MS);
        for (Mode mode : new Mode[] {Mode.RECEIVE_ONLY, Mode.PERMISSIVE}) {
            VirtualRouterConfig router = signed(3, hmac(mode, SEVEN));
            for (byte[] packet : List.of(unsigned, forged)) {
                assertThat(((Decoded.Accepted) judge(router, packet, NOW_MS)).remarks())
                        .containsExactly(Remark.UNAUTHENTICATED);
            }
        }
        VirtualRouterConfig enforcing = signed(3, enforce(SEVEN));
        assertThat(drop(enforcing, unsigned, NOW_MS)).isEqualTo(DropReason.HMAC_MISSING);
        assertThat(drop(enforcing, forged, NOW_MS)).isEqualTo(DropReason.HMAC_TAG);
    }

    @Test
    void theFirstStepSignsNothing() {
        VirtualRouterConfig receiving = signed(3, hmac(Mode.RECEIVE_ONLY, SEVEN));

        assertThat(hex(new AdvertisementEncoder(AdvertisementFormat.of(receiving), SELF, GROUP).encode(150)))
                .isEqualTo("31339601006442d50a630032");
        assertThatThrownBy(
                        () -> new AdvertisementEncoder(AdvertisementFormat.of(signed(3, enforce(SEVEN))), SELF, GROUP)
                                .encode(150))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRouterThatKnowsNoSignaturesDropsThemByTheirLength() {
        VirtualRouterConfig plain = router(3).build();

        assertThat(drop(plain, packet(signed(3, enforce(SEVEN)), NOW_MS), NOW_MS))
                .isEqualTo(DropReason.LENGTH);
    }

    @Test
    void moreSendersThanAClusterHasAreRefusedRatherThanForgotten() {
        ReplayGuard guard = new ReplayGuard();
        AdvertHmac config = enforce(SEVEN);
        for (int i = 0; i < 255; i++) {
            assertThat(guard.check(config, ip("10.0.1." + i), SEQUENCE, NOW_MS)).isNull();
        }
        assertThat(guard.check(config, ip("10.0.2.1"), SEQUENCE, NOW_MS)).isEqualTo(DropReason.HMAC_REPLAY);
        assertThat(guard.check(config, ip("10.0.1.0"), SEQUENCE, NOW_MS)).isEqualTo(DropReason.HMAC_REPLAY);
        assertThat(guard.check(config, ip("10.0.1.0"), SEQUENCE + 1, NOW_MS)).isNull();
    }

    @Test
    void randomSignaturesNeverThrowAndNeverPass() {
        VirtualRouterConfig router = signed(3, enforce(SEVEN));
        AdvertisementDecoder decoder = decoder(router);
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] packet = packet(router, NOW_MS + i);
            for (int at = 20 + 12; at < packet.length; at++) {
                packet[at] = (byte) random.nextInt();
            }
            assertThat(decoder.decodeIpv4(packet, packet.length, NOW_MS)).isInstanceOf(Decoded.Dropped.class);
        }
    }

    @Test
    void noKeyIsEverInAText() {
        assertThat(SEVEN + " " + enforce(LAST) + " " + signed(3, enforce(LAST)))
                .doesNotContain("0123456789abcdef")
                .contains("id=255");
    }

    private static AdvertHmac enforce(AdvertHmac.Key key) {
        return hmac(Mode.ENFORCE, key);
    }

    private static AdvertHmac hmac(Mode mode, AdvertHmac.Key key) {
        return new AdvertHmac(List.of(key), key.id(), AntiReplay.TIME, seconds(5), mode);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static VirtualRouterConfig signed(int version, AdvertHmac hmac) {
        return signed(router(version), hmac);
    }

    private static VirtualRouterConfig signed(VirtualRouterConfigBuilder router, AdvertHmac hmac) {
        return router.admission(new Admission(hmac, List.of(), false)).build();
    }

    private static VirtualRouterConfig ipv6() {
        return signed(
                router(3).family(AddressFamily.INET6).addresses(List.of(vip("fe80::50", 128), vip("fd99::50", 128))),
                enforce(SEVEN));
    }

    private static int length(VirtualRouterConfig router) {
        return AdvertisementFormat.of(router).lengthBytes();
    }

    private static String encode(VirtualRouterConfig router, InetAddress from, InetAddress to, long sequence) {
        return hex(new AdvertisementEncoder(AdvertisementFormat.of(router), from, to).encode(150, sequence));
    }

    private static byte[] packet(VirtualRouterConfig router, long utcMs) {
        byte[] message = new AdvertisementEncoder(AdvertisementFormat.of(router), PEER, GROUP)
                .encode(100, new HmacSequence().next(utcMs));
        return Packets.ipv4(message, PEER, GROUP, 255, 0);
    }

    private static AdvertisementDecoder decoder(VirtualRouterConfig router) {
        return new AdvertisementDecoder(AdvertisementFormat.of(router));
    }

    private static Decoded judge(VirtualRouterConfig router, byte[] packet, long utcMs) {
        return decoder(router).decodeIpv4(packet, packet.length, utcMs);
    }

    private static DropReason drop(VirtualRouterConfig router, byte[] packet, long utcMs) {
        Decoded decoded = judge(router, packet, utcMs);
        assertThat(decoded).isInstanceOf(Decoded.Dropped.class);
        return ((Decoded.Dropped) decoded).reason();
    }
}
