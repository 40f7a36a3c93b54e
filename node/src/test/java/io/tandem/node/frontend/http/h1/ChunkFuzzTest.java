// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.node.fuzz.Fuzz;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Chunked bodies that are nearly right, cut everywhere, beside a slow reading. */
class ChunkFuzzTest {
    private static final int MAX_TRAILER_BYTES = 300;
    private static final int MAX_TRAILERS = 5;
    private static final String[] WORDS = {
        "\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        ";",
        "0",
        "00",
        "3",
        "a",
        "F",
        "g",
        "-",
        "+",
        "0x",
        "fffffffffffff",
        "10000000000000",
        "\0",
        "\"",
        ";a=b",
        ";a=\"b\"",
        "0\r\n",
        "\r\n\r\n",
        "X: y\r\n",
        "x-t:  z \r\n",
        "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: x\r\n",
        "Host: a\r\n",
        ":",
        "GET / HTTP/1.1\r\n\r\n"
    };
    private static final String[] BODIES = {
        "3\r\nabc\r\n0\r\n\r\nNEXT",
        "A;x=y\r\n0123456789\r\n1\r\nz\r\n00\r\nX-T: v\r\nY:w\r\n\r\n",
        "3\nabc\n0\n\n",
        "0\r\n\r\n",
        "5\r\nab\r\nc\r\n2 \r\nde\r\n0 ;e\r\na: b\r\na: b\r\na: b\r\n\r\n",
    };

    /** What came of a body. */
    record Reading(String outcome, String data, String trailers, int used) {}

    @Test
    void chunkedBodies() {
        Fuzz.run("chunked bodies", ChunkFuzzTest::round);
    }

    private static void round(Random random) {
        String text = Fuzz.oneOf(random, BODIES);
        for (int i = random.nextInt(3); i >= 0; i--) {
            text = Fuzz.mutate(random, text, WORDS);
        }
        byte[] bytes = Fuzz.bytes(text);
        Reading slow = slow(text);
        for (int cut = 0; cut <= bytes.length; cut++) {
            assertThat(read(bytes, cut, bytes.length))
                    .as("cut at %d: %s", cut, Fuzz.show(bytes))
                    .isEqualTo(slow);
        }
        assertThat(read(bytes, 1, 1)).as("byte by byte: %s", Fuzz.show(bytes)).isEqualTo(slow);
    }

    private static Reading read(byte[] bytes, int first, int rest) {
        ChunkedBody chunks = new ChunkedBody();
        chunks.begin(MAX_TRAILER_BYTES, MAX_TRAILERS);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        ByteBuf data = Unpooled.buffer();
        ChunkedBody.Progress progress = ChunkedBody.Progress.INCOMPLETE;
        int next = first;
        while (progress == ChunkedBody.Progress.INCOMPLETE && in.isReadable()) {
            ByteBuf piece = in.readSlice(Math.min(next, in.readableBytes()));
            next = rest;
            progress = chunks.read(piece, (from, length) -> data.writeBytes(from, from.readerIndex(), length));
            in.readerIndex(in.readerIndex() - piece.readableBytes());
        }
        boolean complete = progress == ChunkedBody.Progress.COMPLETE;
        String trailers = complete
                ? new String(chunks.trailers().bytes(), 0, chunks.trailers().end(), StandardCharsets.ISO_8859_1)
                : "";
        return new Reading(
                progress.name(),
                complete ? data.toString(StandardCharsets.ISO_8859_1) : "",
                trailers,
                complete ? in.readerIndex() : 0);
    }

    // ---- the slow reading: state is a position in a text, each rule a regular expression

    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]+)[ \\t]*(;[^\\r\\n]*)?(\\r?\\n)");
    private static final Pattern SIZE_BEGINNING =
            Pattern.compile("([0-9A-Fa-f]*)|([0-9A-Fa-f]+)[ \\t]*(;[^\\r\\n]*)?\\r?");
    private static final Pattern TRAILER =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([^\\r\\n\\x00]*?)[ \\t]*");
    private static final BigInteger TOO_LARGE = BigInteger.ONE.shiftLeft(52);
    private static final Reading BAD = new Reading("MALFORMED", "", "", 0);
    private static final Reading OPEN = new Reading("INCOMPLETE", "", "", 0);

    private static Reading slow(String text) {
        StringBuilder data = new StringBuilder();
        int at = 0;
        while (true) {
            Matcher line = SIZE.matcher(text).region(at, text.length());
            if (!line.lookingAt()) {
                Matcher digits = Pattern.compile("[0-9A-Fa-f]+").matcher(text).region(at, text.length());
                if (digits.lookingAt() && new BigInteger(digits.group(), 16).compareTo(TOO_LARGE) >= 0) {
                    return BAD;
                }
                return SIZE_BEGINNING.matcher(text).region(at, text.length()).matches() ? OPEN : BAD;
            }
            BigInteger size = new BigInteger(line.group(1), 16);
            if (size.compareTo(TOO_LARGE) >= 0) {
                return BAD;
            }
            at = line.end();
            if (size.signum() == 0) {
                return trailers(text, at, data.toString());
            }
            if (size.compareTo(BigInteger.valueOf(text.length() - at)) > 0) {
                return OPEN;
            }
            data.append(text, at, at + size.intValue());
            at += size.intValue();
            if (text.startsWith("\r\n", at) || text.startsWith("\n", at)) {
                at = text.indexOf('\n', at) + 1;
            } else {
                return text.substring(at).isEmpty() || text.substring(at).equals("\r") ? OPEN : BAD;
            }
        }
    }

    private static Reading trailers(String text, int from, String data) {
        StringBuilder kept = new StringBuilder();
        int at = from;
        for (int count = 0; ; count++) {
            int lf = text.indexOf('\n', at);
            String line = text.substring(at, lf < 0 ? text.length() : lf);
            String content = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            if (content.indexOf('\r') >= 0 || content.indexOf('\0') >= 0) {
                return BAD;
            }
            if (lf < 0) {
                return OPEN;
            }
            at = lf + 1;
            if (content.isEmpty()) {
                return new Reading("COMPLETE", data, kept.toString(), at);
            }
            Matcher field = TRAILER.matcher(content);
            if (!field.matches() || count + 1 >= MAX_TRAILERS) {
                return BAD;
            }
            String name = field.group(1).toLowerCase(Locale.ROOT);
            if (name.equals("transfer-encoding") && !field.group(2).equalsIgnoreCase("chunked")) {
                return BAD;
            }
            if (!name.equals("transfer-encoding") && !name.equals("content-length") && !name.equals("host")) {
                kept.append(name).append(": ").append(field.group(2)).append("\r\n");
            }
        }
    }
}
