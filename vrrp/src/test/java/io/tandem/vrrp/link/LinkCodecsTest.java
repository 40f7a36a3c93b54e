// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.vrrp.packet.Hmac;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What travels on a liveness link. */
class LinkCodecsTest {
    private static final byte[] KEY = "sixteen bytes and more".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NONCE_A = filled(1);
    private static final byte[] NONCE_B = filled(2);

    @Property(tries = 200)
    void theHmacIsTheJdks(@ForAll @Size(min = 1, max = 200) byte[] key, @ForAll @Size(max = 300) byte[] text)
            throws GeneralSecurityException {
        Mac reference = Mac.getInstance("HmacSHA256");
        reference.init(new SecretKeySpec(key, "HmacSHA256"));

        assertThat(new Hmac(key).of(text, 0, text.length)).isEqualTo(reference.doFinal(text));
    }

    @Test
    void bothSidesOfAnOpeningGetTheSameKeysAndAnotherSecretGetsOthers() {
        byte[] first = Handshake.initiate(NONCE_A, "a", "lab");
        Handshake.Opening opening = Objects.requireNonNull(Handshake.parse(first, first.length, true));
        assertThat(opening.name()).isEqualTo("a");
        assertThat(opening.cluster()).isEqualTo("lab");

        Handshake.Session here = Handshake.session(KEY, "lab", "a", NONCE_A, "b", NONCE_B);
        Handshake.Session there = Handshake.session(KEY, "lab", opening.name(), opening.nonce(), "b", NONCE_B);
        Handshake.Session stranger = Handshake.session(filled(9), "lab", "a", NONCE_A, "b", NONCE_B);
        byte[] response = Handshake.respond(NONCE_B, "b", there.fromResponder());
        Handshake.Opening answer = Objects.requireNonNull(Handshake.parse(response, response.length, false));

        assertThat(Hmac.matches(here.fromResponder().proof(), response, answer.length(), Handshake.PROOF))
                .isTrue();
        assertThat(Hmac.matches(stranger.fromResponder().proof(), response, answer.length(), Handshake.PROOF))
                .isFalse();
        assertThat(here.id()).isEqualTo(there.id()).isNotEqualTo(stranger.id());
        assertThat(here.fromInitiator().frameKey())
                .isNotEqualTo(here.fromResponder().frameKey());
        assertThat(here.fromInitiator().frameKey())
                .isNotEqualTo(here.fromInitiator().heartbeatKey());
    }

    @Test
    void aReplayedOpeningYieldsOtherKeysBecauseTheOtherNonceIsNew() {
        Handshake.Session recorded = Handshake.session(KEY, "lab", "a", NONCE_A, "b", NONCE_B);
        Handshake.Session replayed = Handshake.session(KEY, "lab", "a", NONCE_A, "b", filled(3));

        assertThat(recorded.fromInitiator().proof())
                .isNotEqualTo(replayed.fromInitiator().proof());
    }

    @Test
    void anOpeningInPiecesIsReadWhenItIsWhole() {
        byte[] whole = Handshake.initiate(NONCE_A, "node-one", "lab");
        for (int length = 0; length < whole.length; length++) {
            assertThat(Handshake.parse(whole, length, true))
                    .as("%d bytes", length)
                    .isNull();
        }
        assertThat(Handshake.parse(whole, whole.length, true)).isNotNull();
    }

    @Test
    void somethingElseThanAnOpeningIsRefusedAtItsFirstByte() {
        byte[] http = "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> Handshake.parse(http, 1, true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 500)
    void randomBytesNeverBreakTheOpening(@ForAll @Size(max = 600) byte[] bytes, @ForAll boolean withCluster) {
        byte[] roomy = Arrays.copyOf(bytes, Handshake.MAX_BYTES);
        try {
            Handshake.parse(roomy, bytes.length, withCluster);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessage("not a liveness link");
        }
    }

    @Property(tries = 100)
    void framesArriveWholeAndInOrderHoweverTheStreamIsCut(
            @ForAll @Size(min = 1, max = 10) List<@Size(max = 50) byte[]> payloads,
            @ForAll @IntRange(min = 1, max = 40) int cut) {
        FrameCodec out = new FrameCodec(KEY);
        ByteBuffer stream = ByteBuffer.allocate(payloads.size() * 100);
        for (byte[] payload : payloads) {
            stream.put(out.encode(7, payload));
        }
        FrameCodec in = new FrameCodec(KEY);
        List<byte[]> received = new ArrayList<>();
        byte[] buffer = new byte[8192];
        int length = 0;
        for (int at = 0; at < stream.position(); at += cut) {
            int count = Math.min(cut, stream.position() - at);
            System.arraycopy(stream.array(), at, buffer, length, count);
            length += count;
            int used = in.decode(buffer, length, (type, payload) -> {
                assertThat(type).isEqualTo(7);
                byte[] bytes = new byte[payload.remaining()];
                payload.get(bytes);
                received.add(bytes);
            });
            assertThat(used).isNotNegative();
            System.arraycopy(buffer, used, buffer, 0, length - used);
            length -= used;
        }
        assertThat(received).usingElementComparator(Arrays::compare).containsExactlyElementsOf(payloads);
    }

    @Test
    void aChangedRepeatedOrLeftOutFrameEndsTheLink() {
        FrameCodec out = new FrameCodec(KEY);
        byte[] first = out.encode(1, new byte[] {1, 2, 3});
        byte[] second = out.encode(1, new byte[] {4});
        for (int i = 0; i < first.length; i++) {
            byte[] changed = first.clone();
            changed[i] ^= 0x10;
            int used = new FrameCodec(KEY).decode(changed, changed.length, (type, payload) -> {
                throw new AssertionError("accepted");
            });
            // A changed length may ask for more bytes; it never yields a frame.
            assertThat(used).isLessThanOrEqualTo(0);
        }
        FrameCodec in = new FrameCodec(KEY);
        assertThat(in.decode(first, first.length, (type, payload) -> {})).isEqualTo(first.length);
        assertThat(in.decode(first, first.length, (type, payload) -> {})).isEqualTo(-1);
        assertThat(new FrameCodec(KEY).decode(second, second.length, (type, payload) -> {}))
                .isEqualTo(-1);
    }

    @Property(tries = 500)
    void randomBytesNeverBecomeAFrame(@ForAll @Size(max = 1500) byte[] bytes) {
        int used = new FrameCodec(KEY).decode(bytes, bytes.length, (type, payload) -> {
            throw new AssertionError("accepted");
        });
        assertThat(used).isLessThanOrEqualTo(0);
    }

    @Test
    void aHeartbeatIsAcceptedOnceAndOnlyFromItsSender() {
        HeartbeatCodec out = new HeartbeatCodec(KEY, 42);
        HeartbeatCodec in = new HeartbeatCodec(KEY, 42);
        byte[] early = out.encode().clone();
        byte[] late = out.encode().clone();

        assertThat(HeartbeatCodec.idOf(late, late.length)).isEqualTo(42);
        assertThat(in.accept(late)).isTrue();
        assertThat(in.accept(late)).as("replayed").isFalse();
        assertThat(in.accept(early)).as("older").isFalse();
        assertThat(new HeartbeatCodec(filled(5), 42).accept(late))
                .as("other key")
                .isFalse();
        late[15] ^= 1;
        assertThat(new HeartbeatCodec(KEY, 42).accept(late))
                .as("changed counter")
                .isFalse();
    }

    @Property(tries = 500)
    void randomDatagramsNameNoLinkOrFailTheirCode(@ForAll @Size(max = 1500) byte[] bytes) {
        long id = HeartbeatCodec.idOf(bytes, bytes.length);
        if (id != 0) {
            assertThat(new HeartbeatCodec(KEY, id).accept(bytes)).isFalse();
        }
    }

    @Test
    void newsOfRoutersSurviveTheJourney() throws Exception {
        List<RouterNews> news = List.of(
                new RouterNews(
                        51,
                        InetAddress.getByName("10.99.0.50"),
                        150,
                        RouterNews.READY,
                        InetAddress.getByName("10.99.0.11")),
                new RouterNews(52, InetAddress.getByName("fd99::50"), 100, RouterNews.UNABLE, null));

        assertThat(RouterNews.decode(ByteBuffer.wrap(RouterNews.encode(news)))).isEqualTo(news);
    }

    @Test
    void damagedNewsAreReadAsFarAsTheyGo() {
        Random random = new Random(20261121);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThat(RouterNews.decode(ByteBuffer.wrap(bytes))).hasSizeLessThanOrEqualTo(RouterNews.MAX_ROUTERS);
        }
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[16];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
