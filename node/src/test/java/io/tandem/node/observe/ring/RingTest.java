// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RingTest {
    private static Ring ring(int size, int maxLength) throws IOException {
        Ring ring = new Ring(new Ring.Specification("r", "", null, maxLength, size, null));
        ring.open();
        return ring;
    }

    private static void put(Ring ring, String text) {
        ByteBuffer event = ByteBuffer.allocate(70_000);
        event.put(text.getBytes(StandardCharsets.ISO_8859_1));
        ring.append(event, Ring::wordsAbout);
    }

    private static List<String> events(Ring ring) {
        List<String> all = new ArrayList<>();
        ring.read(new Ring.Cursor(), event -> all.add(text(event)));
        return all;
    }

    private static String text(ByteBuffer event) {
        byte[] bytes = new byte[event.remaining()];
        event.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Lengths around those where the number that says them grows; beside a list with the same arithmetic. */
    @Test
    void holdsTheNewestThatFitWhateverTheirLengths() throws IOException {
        Random random = new Random(7);
        int size = 20_000;
        Ring ring = ring(size, size);
        Deque<String> model = new ArrayDeque<>();
        int used = 1;
        int[] lengths = {0, 1, 239, 240, 241, 2287, 2288, 2289, 5000};
        for (int i = 0; i < 3000; i++) {
            int length = random.nextBoolean() ? lengths[random.nextInt(lengths.length)] : random.nextInt(400);
            String text = String.valueOf((char) ('a' + i % 26)).repeat(length);
            put(ring, text);
            used += cost(length);
            model.add(text);
            while (used > size) {
                used -= cost(model.remove().length());
            }
            if (i % 50 == 0) {
                assertThat(events(ring)).containsExactlyElementsOf(model);
            }
        }
    }

    @Test
    void anotherOfItsNameTakesEventsReadersAndWhatIsStillBroughtToIt() throws IOException {
        Ring before = ring(100, 50);
        Ring.Reader quick = before.reader("quick");
        Ring.Reader slow = before.reader("slow");
        before.attach(quick);
        before.attach(slow);
        before.reader("never reached");
        put(before, "one");
        before.read(quick, event -> true);
        put(before, "two");
        Ring after = ring(1000, 50);

        after.replace(before);
        put(before, "three");

        assertThat(events(after)).containsExactly("one", "two", "three");
        assertThat(read(after, "quick")).containsExactly("two", "three");
        assertThat(read(after, "slow")).containsExactly("one", "two", "three");
        assertThat(after.isRead(after.reader("never reached"))).isTrue();
        assertThat(events(before)).isEmpty();
    }

    @Test
    void aSmallerOneTakesTheNewestThatFit() throws IOException {
        Ring before = ring(1000, 50);
        before.attach(before.reader("slow"));
        for (int i = 0; i < 20; i++) {
            put(before, "event " + i);
        }
        Ring after = ring(40, 50);

        after.replace(before);

        assertThat(events(after)).hasSizeGreaterThan(2).endsWith("event 18", "event 19");
        assertThat(read(after, "slow")).isEqualTo(events(after));
    }

    private static List<String> read(Ring ring, String reader) {
        List<String> all = new ArrayList<>();
        ring.read(ring.reader(reader), event -> all.add(text(event)));
        return all;
    }

    private static int cost(int length) {
        return length + 1 + (length < 240 ? 1 : length < 240 + 16 * 128 ? 2 : 3);
    }

    @Test
    void aLongEventIsCut() throws IOException {
        Ring ring = ring(1000, 10);

        put(ring, "0123456789abc");

        assertThat(events(ring)).containsExactly("0123456789");
    }

    @Test
    void whatAReaderHasNotHadStaysAndTheNewestAreMissed() throws IOException {
        Ring ring = ring(101, 100); // room for ten events of eight bytes
        Ring.Reader reader = ring.reader("s");
        ring.attach(reader);
        for (int i = 0; i < 13; i++) {
            put(ring, String.format("event %02d", i));
        }
        assertThat(ring.dropped()).isEqualTo(3);
        List<String> read = new ArrayList<>();
        ring.read(reader, event -> {
            read.add(text(event));
            return read.size() < 7; // the seventh is not taken: it comes again
        });

        put(ring, "later 13");

        assertThat(read).hasSize(7).startsWith("event 00");
        assertThat(ring.dropped()).isZero();
        assertThat(events(ring)).endsWith("event 09", "3 events dropped", "later 13");
    }

    @Test
    void aReaderThatWasNeverAttachedKeepsNothingBack() throws IOException {
        Ring ring = ring(101, 100);
        ring.reader("s");

        for (int i = 0; i < 30; i++) {
            put(ring, String.format("event %02d", i));
        }

        assertThat(ring.dropped()).isZero();
        assertThat(events(ring)).hasSize(10).endsWith("event 29");
    }

    @Test
    void aRingThatIsNotInUseTakesNothing() {
        Ring ring = new Ring(new Ring.Specification("r", "", null, 100, 1000, null));

        put(ring, "lost");

        assertThat(events(ring)).isEmpty();
    }

    @Test
    void theLargestFileHasRoomForAsMuchAsCanBeMapped() {
        assertThat(RingFile.capacity(1)).isEqualTo(4096 - 72);
        assertThat(RingFile.capacity(4096)).isEqualTo(4096 - 72);
        assertThat(RingFile.capacity(4097)).isEqualTo(8192 - 72);
        assertThat(RingFile.capacity(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE - 4095 - 72);
    }
}
