// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.GoldenPacketTest.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.vrrp.packet.NeighborSolicitation.Question;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is asked, by RFC 4861 7.1.1, and how it is answered, by 7.2.4. */
class NeighborSolicitationTest {
    private static final MacAddress ASKING_MAC = new MacAddress(0x7ee68d47cd6aL);
    private static final MacAddress MAC = new MacAddress(0x00005e000233L);
    private static final InetAddress ASKING = ip("fd99::13");
    private static final InetAddress TARGET = ip("fd99::50");
    private static final InetAddress GROUP = ip("ff02::1:ff00:50");
    private static final InetAddress NOBODY = ip("::");
    private static final int WITHOUT_OPTIONS = 24;

    @Test
    void whatIsAskedReadsBack() {
        byte[] message = message();

        assertThat(decode(message, message.length, ASKING, GROUP)).isEqualTo(new Question(TARGET, ASKING, ASKING_MAC));
        assertThat(decode(message, message.length, ASKING, TARGET)).isEqualTo(new Question(TARGET, ASKING, ASKING_MAC));
        assertThat(NeighborSolicitation.group(TARGET)).isEqualTo(GROUP);
    }

    @Test
    void oneWhoAsksThisHostAloneNeedNotSayItsLinkLayerAddress() {
        assertThat(decode(message(), WITHOUT_OPTIONS, ASKING, TARGET)).isEqualTo(new Question(TARGET, ASKING, null));
    }

    @Test
    void whoHasNoAddressYetAsksTheGroupAndDoesNotSayItsLinkLayerAddress() {
        byte[] message = message();

        assertThat(decode(message, WITHOUT_OPTIONS, NOBODY, GROUP)).isEqualTo(new Question(TARGET, NOBODY, null));
        assertThat(decode(message, WITHOUT_OPTIONS, NOBODY, TARGET)).isNull();
        assertThat(decode(message, message.length, NOBODY, GROUP)).isNull();
    }

    @Test
    void whatIsNotValidIsNoQuestion() {
        byte[] message = message();

        assertThat(decode(message, 23, ASKING, GROUP)).isNull();
        assertThat(decode(with(message, 0, 136), message.length, ASKING, GROUP)).isNull();
        assertThat(decode(with(message, 1, 1), message.length, ASKING, GROUP)).isNull();
        assertThat(decode(with(message, 8, 0xff), message.length, ASKING, GROUP))
                .isNull();
        assertThat(decode(with(message, 25, 0), message.length, ASKING, GROUP)).isNull();
        assertThat(decode(message, message.length - 1, ASKING, GROUP)).isNull();
        assertThat(decode(Arrays.copyOf(message, 40), 40, ASKING, GROUP)).isNull();
    }

    @Test
    void theAnswerGoesToWhoAskedAndOverridesWhatItKnows() {
        byte[] frame = NeighborAdvertisement.answer(MAC, TARGET, false, ASKING, ASKING_MAC);

        assertThat(GoldenPacketTest.hex(frame))
                .startsWith("7ee68d47cd6a00005e00023386dd6000000000203aff"
                        + "fd990000000000000000000000000050fd9900000000000000000000000000138800")
                .endsWith("60000000fd99000000000000000000000000005002010000" + "5e000233");
        assertThat(checksum(frame)).isZero();
        assertThat(NeighborAdvertisement.answer(MAC, TARGET, true, ASKING, ASKING_MAC)[58] & 0xff)
                .isEqualTo(0xe0);
    }

    @Test
    void whoIsAboutToTakeTheAddressIsAnsweredBeforeAllNodes() {
        byte[] frame = NeighborAdvertisement.answer(MAC, TARGET, false, NOBODY, MacAddress.ZERO);

        assertThat(GoldenPacketTest.hex(frame))
                .startsWith("33330000000100005e00023386dd6000000000203aff"
                        + "fd990000000000000000000000000050ff0200000000000000000000000000018800");
        assertThat(frame[58]).as("override, not solicited").isEqualTo((byte) 0x20);
        assertThat(checksum(frame)).isZero();
    }

    @Test
    void randomMessagesNeverThrow() {
        byte[] good = message();
        InetAddress[] addresses = {ASKING, GROUP, NOBODY, TARGET, ip("ff02::1")};
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] message = Arrays.copyOf(good, random.nextInt(2) == 0 ? random.nextInt(300) : good.length);
            for (int i = random.nextInt(6); i > 0 && message.length > 0; i--) {
                message[random.nextInt(message.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(message.length + 2);
            Question question = decode(message, length, addresses[random.nextInt(5)], addresses[random.nextInt(5)]);
            assertThat(question == null
                            || length >= WITHOUT_OPTIONS && !question.target().isMulticastAddress())
                    .as("seed %d", seed)
                    .isTrue();
        }
    }

    private static @Nullable Question decode(byte[] message, int length, InetAddress source, InetAddress destination) {
        return NeighborSolicitation.decode(message, length, source, destination);
    }

    private static byte[] with(byte[] message, int at, int value) {
        byte[] changed = message.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static byte[] message() {
        byte[] frame = NeighborSolicitation.encode(ASKING_MAC, ASKING, TARGET);
        return Arrays.copyOfRange(frame, NeighborAdvertisement.MESSAGE_AT, frame.length);
    }

    private static int checksum(byte[] frame) {
        long sum = InternetChecksum.pseudoHeader(
                Arrays.copyOfRange(frame, 22, 38), Arrays.copyOfRange(frame, 38, 54), 58, 32);
        return InternetChecksum.finish(InternetChecksum.add(sum, frame, NeighborAdvertisement.MESSAGE_AT, 32));
    }
}
