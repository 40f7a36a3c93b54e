// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.syslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.log.LogTarget;
import io.tandem.node.rules.sample.Output;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Random messages and streams through the decoders, beside slow readers that say the same in other words.
 *
 * <p>{@code -Dtandem.fuzz.seconds=600} for longer.
 */
class SyslogFuzzTest {
    private static final long SECONDS = Long.getLong("tandem.fuzz.seconds", 1);
    private static final int BUFFER = 64;
    private static final long SEED = Long.getLong("tandem.fuzz.seed", 20_261_122L);

    private static final String[] PIECES = {
        "<165>",
        "<",
        ">",
        "1 ",
        "2003-10-11T22:14:15.003Z ",
        "2003-10-11T22:14:15+02:00 ",
        "Nov 22 10:00:01 ",
        "- ",
        "host ",
        "app ",
        "app[12]: ",
        "app: ",
        "[a b=\"c\"] ",
        "[a",
        "]",
        "\\]",
        "\\",
        ":",
        " ",
        "[",
        "text",
        "\n",
        "\r\n",
        "\0",
        "\u00ff",
        "<999999999999999999999>",
        "<0>",
        "Z",
        "-",
        "Feb  1 00:00:00 h "
    };

    private static String message(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(9); i >= 0; i--) {
            if (random.nextInt(8) == 0) {
                text.append((char) random.nextInt(256));
            } else {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
        }
        return text.toString();
    }

    @Test
    void everyMessageHasPartsWithinItAndIsWrittenInEveryForm() {
        Random random = new Random(SEED);
        RelayedLine line = new RelayedLine(4096);
        SyslogMessage message = new SyslogMessage();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long count = 0;
        while (System.nanoTime() - deadline < 0) {
            String text = message(random);
            byte[] bytes = ("##" + text + "##").getBytes(StandardCharsets.ISO_8859_1);
            int end = bytes.length - 2;
            message.read(bytes, 2, end);
            for (SyslogMessage.Part part : List.of(
                    message.host, message.tag, message.process, message.id, message.data, message.time, message.text)) {
                assertThat(part.start).as(text).isLessThanOrEqualTo(part.end);
                assertThat(part.isEmpty() || (part.start >= 2 && part.end <= end))
                        .as(text)
                        .isTrue();
            }
            assertThat(message.level()).isBetween(0, 7);
            line.read(bytes, 2, end, 1_795_262_400_000L);
            String body = of(bytes, message.text);
            for (LogTarget.Format format : LogTarget.Format.values()) {
                Output out = line.compose(format, 3, line.level(), null);
                String composed = new String(out.bytes(), 0, out.length(), StandardCharsets.ISO_8859_1);
                assertThat(composed).as(text + " as " + format).endsWith(body);
            }
            count++;
        }
        assertThat(count).isPositive();
    }

    private static String of(byte[] bytes, SyslogMessage.Part part) {
        return new String(bytes, part.start, part.length(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void streamsAreTakenApartAlikeHoweverTheyArrive() {
        Random random = new Random(SEED);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() - deadline < 0) {
            StringBuilder stream = new StringBuilder();
            for (int i = random.nextInt(5); i >= 0; i--) {
                String text = message(random).replace("\n", "");
                stream.append(
                        random.nextInt(6) == 0
                                ? text
                                : random.nextBoolean()
                                        ? Math.max(1, text.length()) + " " + (text.isEmpty() ? "x" : text)
                                        : "<1>" + text + "\n");
            }
            byte[] bytes = stream.toString().getBytes(StandardCharsets.ISO_8859_1);
            assertThat(fed(bytes, random)).as(stream.toString()).isEqualTo(readSlowly(stream.toString()));
        }
    }

    /** The messages of a stream that arrives in random pieces, and {@code !} where it cannot be understood. */
    private static List<String> fed(byte[] bytes, Random random) {
        SyslogFrames frames = new SyslogFrames(BUFFER);
        List<String> found = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int count = Math.min(Math.min(1 + random.nextInt(20), bytes.length - at), frames.room());
            System.arraycopy(bytes, at, frames.buffer(), frames.fill(), count);
            frames.filled(count);
            at += count;
            SyslogFrames.Result result = frames.next();
            while (result == SyslogFrames.Result.MESSAGE) {
                found.add(new String(
                        frames.buffer(), frames.start(), frames.end() - frames.start(), StandardCharsets.ISO_8859_1));
                result = frames.next();
            }
            if (result == SyslogFrames.Result.MALFORMED) {
                found.add("!");
                return found;
            }
            assertThat(frames.room()).isPositive();
        }
        return found;
    }

    /** The same with the whole stream at hand. */
    private static List<String> readSlowly(String stream) {
        List<String> found = new ArrayList<>();
        String rest = stream;
        while (!rest.isEmpty()) {
            if (rest.charAt(0) == '<') {
                int end = rest.indexOf('\n');
                if (end < 0 || end >= BUFFER) {
                    if (rest.length() >= BUFFER) {
                        found.add("!");
                    }
                    return found;
                }
                String line = rest.substring(0, end);
                found.add(line.endsWith("\r") ? line.substring(0, end - 1) : line);
                rest = rest.substring(end + 1);
            } else if (rest.matches("(?s)[1-9][0-9]{0,8} .*")) {
                int blank = rest.indexOf(' ');
                int size = Integer.parseInt(rest.substring(0, blank));
                if (size + blank + 1 > BUFFER) {
                    found.add("!");
                    return found;
                }
                if (rest.length() < blank + 1 + size) {
                    return found;
                }
                found.add(rest.substring(blank + 1, blank + 1 + size));
                rest = rest.substring(blank + 1 + size);
            } else {
                if (!rest.matches("[1-9][0-9]{0,8}")) {
                    found.add("!");
                }
                return found;
            }
        }
        return found;
    }
}
