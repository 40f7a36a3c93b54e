// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "5,5",
        "5ms,5",
        "5s,5000",
        "2m,120000",
        "1h,3600000",
        "1d,86400000",
        "24d,2073600000",
        "596h,2145600000",
        "2147483647,2147483647",
        "2147483647us,2147484",
        "1us,1",
        "999us,1",
        "1001us,2",
        "0us,0",
        "007,7"
    })
    void readsMilliseconds(String text, long expected) {
        assertThat(Times.millis(text)).isEqualTo(new Times(expected, Times.Outcome.OK, '\0', null));
    }

    @ParameterizedTest
    @CsvSource({"5x,x", "5S,S", "1.5s,.", "-1,-", "+5,+", "s,s", "0x10,x", "5u,u", "5M,M", "5D,D"})
    void namesTheCharacterThatCannotStandThere(String text, char expected) {
        Times time = Times.millis(text);

        assertThat(time.outcome()).isEqualTo(Times.Outcome.UNEXPECTED);
        assertThat(time.character()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2147483648",
                "25d",
                "597h",
                "2147484s",
                "9999999999999s",
                "99999999999999999999",
                "99999999999999999999d"
            })
    void overflowsBeyondThirtyOneBitsOfMilliseconds(String text) {
        assertThat(Times.millis(text).outcome()).isEqualTo(Times.Outcome.OVERFLOW);
    }

    @ParameterizedTest
    @CsvSource({"5sec,5000,e", "5min,300000,i", "5mss,5,s", "1s1,1000,1"})
    void warnsOfWhatFollowsAUnit(String text, long value, char character) {
        Times time = Times.millis(text);

        assertThat(time.value()).isEqualTo(value);
        assertThat(time.warning())
                .isEqualTo("unexpected character '" + character + "' after the timer value '" + text
                        + "', only (us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are"
                        + " supported. This will be reported as an error in next versions.");
    }

    @ParameterizedTest
    @CsvSource({"90,90", "90s,90", "1500ms,2", "1ms,1", "0ms,0", "2m,120", "1us,1"})
    void convertsToSecondsRoundingUp(String text, long expected) {
        assertThat(Times.parse(text, Times.Unit.S).value()).isEqualTo(expected);
    }

    @Property
    void aTimeThatIsNotZeroNeverBecomesZero(@ForAll @LongRange(min = 1, max = Integer.MAX_VALUE) long micros) {
        assertThat(Times.millis(micros + "us").value()).isPositive().isEqualTo((micros + 999) / 1000);
    }

    @Property
    void anyTextGetsAnAnswer(@ForAll String text) {
        Times time = Times.millis(text);

        assertThat(time.value()).isBetween(0L, (long) Integer.MAX_VALUE);
        assertThat(time.outcome() == Times.Outcome.MISSING).isEqualTo(text.isEmpty());
    }
}
