// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dates of messages, in all forms they come in and none. */
class HttpDateTest {
    private static final List<String> FORMS =
            List.of("EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'", "EEE MMM ppd HH:mm:ss yyyy");

    private static long parse(String text) {
        byte[] bytes = ("x" + text + "9").getBytes(StandardCharsets.ISO_8859_1);
        return HttpDate.parse(bytes, 1, bytes.length - 1);
    }

    @Test
    void allThreeFormsAreTheSameSecond() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            long second = random.nextInt(Integer.MAX_VALUE); // before 2038, which two digits of a year can tell
            ZonedDateTime date = Instant.ofEpochSecond(second).atZone(ZoneOffset.UTC);
            for (String form : FORMS) {
                String text = DateTimeFormatter.ofPattern(form, Locale.ENGLISH).format(date);
                assertThat(parse(text)).as(text).isEqualTo(second);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "rubbish",
                "Sun",
                "Sun,",
                "Sun, ",
                "Sun, 06",
                "Sun, 06 Nov",
                "Sun, 06 Nov 1994",
                "Sun, 06 Nov 1994 ",
                "Sun, 06 Nov 1994 08",
                "Sun, 06 Nov 1994 08:49",
                "Sun, 06 Nov 1994 08:49:",
                "Sun, 06 Nov 1994 25:49:37 GMT",
                "Sun, 31 Feb 1994 08:49:37 GMT",
                "Sun, 00 Nov 1994 08:49:37 GMT",
                "Sun, 06 Foo 1994 08:49:37 GMT",
                "Sun, 06 Anf 1994 08:49:37 GMT",
                "Sun, 06-Nov 1994 08:49:37 GMT",
                "Sun Nov",
                "Sun Nov  6",
                "Sun Nov  6 08:49:37",
                "Sun Nov  6 08:49:37 ",
                "Thu, 01 Jan 1969 00:00:00 GMT"
            })
    void whatIsNoDateIsNone(String text) {
        assertThat(parse(text)).isEqualTo(HttpDate.NONE);
    }

    @Test
    void noBytesMakeItFail() {
        Random random = new Random(2);
        String valid = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = valid.getBytes(StandardCharsets.ISO_8859_1);
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int end = random.nextInt(bytes.length + 1);
            assertThat(HttpDate.parse(bytes, 0, end)).isGreaterThanOrEqualTo(HttpDate.NONE);
        }
    }
}
