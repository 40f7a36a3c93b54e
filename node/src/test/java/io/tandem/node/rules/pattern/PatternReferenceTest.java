// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Text;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of patterns that change while they are looked at. */
@Timeout(60)
class PatternReferenceTest {
    private static final PatternKind TEXT = new PatternKind(MatchMethod.STR, false, false, PatternOutput.TEXT);
    private static final PatternKind NUMBER = new PatternKind(MatchMethod.STR, false, false, PatternOutput.NUMBER);
    private static final PatternKind NETWORK = new PatternKind(MatchMethod.IP, false, false, PatternOutput.NONE);

    private final PatternReference map = new PatternReference(0, "m", "", true);

    private static String lookUp(PatternSet set, String key) {
        Scratch scratch = new Scratch(1024);
        Sample value = scratch.value;
        value.text(Text.bytes(key));
        if (!set.map(scratch, value)) {
            return "-";
        }
        return value.isBytes() ? Text.string(value.bytes, value.start, value.end) : Long.toString(value.number);
    }

    @Test
    void theFirstOfTwoEqualKeysAnswersUntilItIsDeleted() {
        PatternSet set = map.set(TEXT, false);
        map.add("k", "1");
        map.add("k", "2");
        assertThat(lookUp(set, "k")).isEqualTo("1");

        assertThat(map.delete(map.entryName(
                        Objects.requireNonNull(map.current().entries().from(0)))))
                .isTrue();
        assertThat(lookUp(set, "k")).isEqualTo("2");
        assertThat(map.delete("k")).isTrue();
        assertThat(map.delete("k")).isFalse();
        assertThat(lookUp(set, "k")).isEqualTo("-");
    }

    @Test
    void aValueThatOneConverterCannotReadChangesNothing() {
        PatternSet number = map.set(NUMBER, false);
        PatternSet text = map.set(TEXT, false);
        map.add("k", "5");
        assertThatThrownBy(() -> map.set("k", "five")).isInstanceOf(SampleError.class);
        assertThatThrownBy(() -> map.add("l", "five")).isInstanceOf(SampleError.class);

        assertThat(lookUp(number, "k")).isEqualTo("5");
        assertThat(lookUp(text, "k")).isEqualTo("5");
        assertThat(lookUp(text, "l")).isEqualTo("-");
    }

    @Test
    void aPatternThatOneKindCannotReadIsAddedToNone() {
        PatternSet text = map.set(TEXT, false);
        map.set(NETWORK, false);
        assertThatThrownBy(() -> map.add("nowhere", "x")).isInstanceOf(SampleError.class);
        map.add("10.0.0.0/8", "x");

        assertThat(lookUp(text, "nowhere")).isEqualTo("-");
        assertThat(map.current().entries().size()).isEqualTo(1);
    }

    @Test
    void aPreparedVersionIsSeenOnceItIsCommitted() {
        PatternSet set = map.set(TEXT, false);
        map.add("old", "1");
        int first = map.prepare();
        int second = map.prepare();
        map.add(first, "new", "2");
        assertThat(lookUp(set, "old")).isEqualTo("1");
        assertThat(lookUp(set, "new")).isEqualTo("-");

        assertThat(map.commit(first)).isTrue();
        assertThat(lookUp(set, "old")).isEqualTo("-");
        assertThat(lookUp(set, "new")).isEqualTo("2");
        assertThat(map.commit(first)).isFalse();
        assertThat(map.commit(second + 1)).isFalse();
        assertThat(map.commit(second)).isTrue();
        assertThat(lookUp(set, "new")).isEqualTo("-");
    }

    /** Each version has the same thousand keys with one value: a look-up never sees a key missing. */
    @Test
    void readersSeeOneVersionOrTheNext() throws Exception {
        PatternSet set = map.set(TEXT, false);
        fill(map.current().version(), 0);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger missing = new AtomicInteger();
        CountDownLatch reading = new CountDownLatch(1);
        Thread reader = new Thread(() -> {
            Scratch scratch = new Scratch(1024);
            byte[] key = Text.bytes("k500");
            while (!done.get()) {
                scratch.value.text(key);
                missing.addAndGet(set.map(scratch, scratch.value) ? 0 : 1);
                reading.countDown();
            }
        });
        reader.start();
        reading.await();
        for (int round = 1; round < 30; round++) {
            int version = map.prepare();
            fill(version, round);
            map.commit(version);
        }
        done.set(true);
        reader.join();
        assertThat(missing.get()).isZero();
        assertThat(lookUp(set, "k500")).isEqualTo("29");
    }

    private void fill(int version, int value) {
        for (int i = 0; i < 1000; i++) {
            map.add(version, "k" + i, Integer.toString(value));
        }
    }

    @Test
    void editsFromManyThreadsAreAllKept() throws Exception {
        PatternSet set = map.set(TEXT, false);
        Thread[] writers = new Thread[4];
        for (int w = 0; w < writers.length; w++) {
            int writer = w;
            writers[w] = new Thread(() -> {
                for (int i = 0; i < 500; i++) {
                    map.add("w" + writer + "-" + i, Integer.toString(i));
                    if (i % 2 == 1) {
                        map.delete("w" + writer + "-" + i);
                    }
                }
            });
            writers[w].start();
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(map.current().entries().size()).isEqualTo(1000);
        assertThat(lookUp(set, "w3-498")).isEqualTo("498");
        assertThat(lookUp(set, "w3-499")).isEqualTo("-");
    }

    /** One edit of many shares nearly all: a hundred thousand of them take seconds, not hours. */
    @Test
    void aLongMapIsEditedInPlace() {
        PatternSet set = map.set(TEXT, false);
        for (int i = 0; i < 100_000; i++) {
            map.load("key" + i, "v", 0, false);
        }
        for (int i = 0; i < 2000; i++) {
            map.set("key" + i * 50, "w");
            map.delete("key" + (i * 50 + 1));
            map.add("more" + i, "x");
        }
        assertThat(map.current().entries().size()).isEqualTo(100_000);
        assertThat(lookUp(set, "key50")).isEqualTo("w");
        assertThat(lookUp(set, "key51")).isEqualTo("-");
        assertThat(lookUp(set, "key52")).isEqualTo("v");
    }
}
