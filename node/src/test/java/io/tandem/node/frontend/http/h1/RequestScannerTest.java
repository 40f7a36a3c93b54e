// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.loop.Loop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scanner against a slow reference, in one piece and in every two pieces. */
class RequestScannerTest {
    private static final int BUFFER = 2048;
    private static final int RESERVE = 256;
    private static final int MAX_FIELDS = 20;

    private final Loop loop = new Loop(0, new DefaultEventLoop());
    private final Request request = new Request();
    private final RequestScanner scanner = new RequestScanner(request, MAX_FIELDS);

    /** What came of a head: its parts one per line, a refusal, or nothing yet. */
    private String scan(byte[] bytes, int firstPiece) {
        HeadBuffer buffer = HeadBuffer.take(loop, BUFFER);
        scanner.begin(buffer, RESERVE);
        HeadScanner.Progress progress = HeadScanner.Progress.INCOMPLETE;
        int given = 0;
        int next = Math.min(firstPiece, bytes.length);
        while (progress == HeadScanner.Progress.INCOMPLETE && given < bytes.length) {
            int length = Math.min(next - given, scanner.room());
            System.arraycopy(bytes, given, buffer.bytes(), given, length);
            given += length;
            progress = scanner.scan(given);
            next = bytes.length;
        }
        String outcome =
                switch (progress) {
                    case INCOMPLETE -> "incomplete";
                    case MALFORMED -> "malformed";
                    case COMPLETE -> parts();
                };
        scanner.clear();
        buffer.release(loop);
        return outcome;
    }

    private String parts() {
        StringBuilder out = new StringBuilder();
        out.append(text(request.methodStart(), request.methodEnd()))
                .append(' ')
                .append(text(request.uriStart(), request.uriEnd()))
                .append(' ')
                .append(request.minorVersion())
                .append('\n');
        Headers headers = request.headers();
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i)) {
                out.append(text(headers.nameStart(i), headers.nameEnd(i)))
                        .append('=')
                        .append(text(headers.valueStart(i), headers.valueEnd(i)))
                        .append('\n');
            }
        }
        return out.append(scanner.headEnd()).toString();
    }

    private String text(int start, int end) {
        return new String(request.bytes(), start, end - start, StandardCharsets.ISO_8859_1);
    }

    private static final Pattern REQUEST_LINE =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+) +([!\"$-~]+) +HTTP/([0-9])\\.([0-9])");
    private static final Pattern FIELD =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*", Pattern.DOTALL);

    /** The same by regular expressions, for heads whose fields mean nothing to the scanner. */
    private static String reference(byte[] bytes) {
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        int start = 0;
        while (all.startsWith("\n", start) || all.startsWith("\r\n", start)) {
            start += all.charAt(start) == '\n' ? 1 : 2;
        }
        List<String> lines = new ArrayList<>();
        int at = start;
        while (true) {
            int lf = all.indexOf('\n', at);
            if (lf < 0) {
                return badSoFar(all.substring(at), lines) ? "malformed" : "incomplete";
            }
            String line = all.substring(at, lf > at && all.charAt(lf - 1) == '\r' ? lf - 1 : lf);
            if (line.indexOf('\r') >= 0 || line.indexOf('\0') >= 0) {
                return "malformed";
            }
            if (!lines.isEmpty() && line.isEmpty()) {
                return result(lines, lf + 1);
            }
            boolean field = !lines.isEmpty();
            if (field && lf + 1 >= all.length()) {
                return "incomplete";
            }
            if (field && (all.charAt(lf + 1) == ' ' || all.charAt(lf + 1) == '\t')) {
                all = all.substring(0, at) + line + " ".repeat(lf + 1 - at - line.length()) + all.substring(lf + 1);
                continue;
            }
            if (!(field ? FIELD : REQUEST_LINE).matcher(line).matches() || lines.size() >= MAX_FIELDS) {
                return "malformed";
            }
            lines.add(line);
            at = lf + 1;
        }
    }

    /** Whether an unfinished line holds a byte that none may. */
    private static boolean badSoFar(String rest, List<String> lines) {
        int cr = rest.indexOf('\r');
        return rest.indexOf('\0') >= 0 || (cr >= 0 && cr < rest.length() - 1) || lines.size() > MAX_FIELDS;
    }

    private static String result(List<String> lines, int end) {
        Matcher line = REQUEST_LINE.matcher(lines.get(0));
        if (!line.matches()) {
            return "malformed";
        }
        String uri = line.group(2);
        if (!uri.startsWith("/")) {
            return "malformed";
        }
        int version = Integer.parseInt(line.group(3) + line.group(4));
        StringBuilder out = new StringBuilder(line.group(1) + " " + uri + " " + (version >= 11 ? 1 : 0) + "\n");
        for (String text : lines.subList(1, lines.size())) {
            Matcher field = FIELD.matcher(text);
            if (field.matches()) {
                out.append(field.group(1).toLowerCase(java.util.Locale.ROOT))
                        .append('=')
                        .append(field.group(2))
                        .append('\n');
            }
        }
        return out.append(end).toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void scannerAndReferenceAgreeOnDamagedHeadsInPiecesOfAnySize(long seed) {
        Random random = new Random(seed);
        String[] pieces = {
            "GET",
            "/a?b",
            " ",
            "HTTP/1.1",
            "\r\n",
            "\n",
            "\r",
            "X-Name",
            ":",
            " value",
            "\t",
            "\0",
            "\u0001",
            "#",
            "\u0080",
            "(",
            "\r\n ",
            "\r\n\r\n",
            "abcdefghijklmnop"
        };
        for (int round = 0; round < 4000; round++) {
            StringBuilder text =
                    new StringBuilder("GET /x HTTP/1.1\r\nHost: example\r\nAccept: */*\r\nLong: 0123456789\r\n\r\n");
            for (int damage = random.nextInt(4); damage > 0; damage--) {
                int at = random.nextInt(text.length());
                text.replace(
                        at, Math.min(text.length(), at + random.nextInt(4)), pieces[random.nextInt(pieces.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            String expected = reference(bytes);
            int split = 1 + random.nextInt(bytes.length);
            assertThat(scan(bytes, bytes.length))
                    .as("seed %d round %d whole %s", seed, round, text)
                    .isEqualTo(expected);
            assertThat(scan(bytes, split))
                    .as("seed %d round %d split at %d: %s", seed, round, split, text)
                    .isEqualTo(expected);
        }
    }

    @Test
    void aHeadSplitAtAnyByteIsTheSameHead() {
        byte[] bytes = ("\r\nPOST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\nConnection: close, x\r\n"
                        + "X: folded\r\n value\r\nLast:\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        String whole = scan(bytes, bytes.length);
        assertThat(whole)
                .contains("POST /form 1", "content-length=3\n", "connection=x\n", "x=folded   value\n", "last=\n");
        for (int split = 1; split < bytes.length; split++) {
            assertThat(scan(bytes, split)).as("split at %d", split).isEqualTo(whole);
        }
    }

    @Test
    void randomBytesAreRefusedOrWaitedForAndNeverThrow() {
        Random random = new Random(7);
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = new byte[random.nextInt(1500)];
            random.nextBytes(bytes);
            assertThat(scan(bytes, bytes.length)).isIn("malformed", "incomplete");
        }
    }

    @Test
    void aHeadThatFillsItsBufferIsRefusedForItsLength() {
        byte[] bytes = ("GET / HTTP/1.1\r\nX: " + "a".repeat(4000)).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(scan(bytes, bytes.length)).isEqualTo("malformed");
        assertThat(scanner.reason()).isEqualTo(Malformed.HEAD_TOO_LONG);
    }

    @Test
    void chunksComeOutTheSameWhereverTheyAreCut() {
        byte[] body = "4;x=y\r\nWiki\r\n5 \r\npedia\r\nE\n in\r\n\r\nchunks.\n0\r\nTrail: er \r\n\r\nNEXT"
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int split = 0; split <= body.length; split++) {
            ChunkedBody chunks = new ChunkedBody();
            chunks.begin(512, 100);
            ByteBuf in = Unpooled.wrappedBuffer(body);
            ByteBuf out = Unpooled.buffer();
            ByteBuf first = in.readSlice(split);
            ChunkedBody.Sink sink = (data, length) -> out.writeBytes(data, data.readerIndex(), length);
            ChunkedBody.Progress progress = chunks.read(first, sink);
            if (progress == ChunkedBody.Progress.INCOMPLETE) {
                progress = chunks.read(in, sink);
            }
            assertThat(progress).as("cut at %d", split).isEqualTo(ChunkedBody.Progress.COMPLETE);
            assertThat(out.toString(StandardCharsets.ISO_8859_1))
                    .as("cut at %d", split)
                    .isEqualTo("Wikipedia in\r\n\r\nchunks.");
            assertThat(new String(
                            chunks.trailers().bytes(), 0, chunks.trailers().end(), StandardCharsets.ISO_8859_1))
                    .as("cut at %d", split)
                    .isEqualTo("trail: er\r\n");
        }
    }

    @Test
    void randomBytesNeverMakeAChunkedBodyThrow() {
        Random random = new Random(11);
        String alphabet = "0123456789abcdefABCDEF;\r\n \t:xyz\0";
        for (int round = 0; round < 20_000; round++) {
            ChunkedBody chunks = new ChunkedBody();
            chunks.begin(64, 100);
            ByteBuf in = Unpooled.buffer();
            for (int i = random.nextInt(60); i > 0; i--) {
                in.writeByte(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            ByteBuf out = Unpooled.buffer();
            ChunkedBody.Progress progress = ChunkedBody.Progress.INCOMPLETE;
            while (in.isReadable() && progress == ChunkedBody.Progress.INCOMPLETE) {
                progress = chunks.read(
                        in.readSlice(1 + random.nextInt(in.readableBytes())),
                        (data, length) -> out.writeBytes(data, data.readerIndex(), length));
            }
            assertThat(progress).isNotNull();
        }
    }
}
