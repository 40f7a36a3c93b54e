// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.InternalFetches.number;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.BodyBytes;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Fetches for developers (HAProxy manual 7.3.7): a message as a row of blocks, the start line, the fields, the end of the head,
 * the body that is here. Tandem keeps no such row; these tell what HAProxy's would look like.
 */
final class HtxFetches {
    private static final byte[] NO_BLOCK = Text.bytes("HTX_BLK_UNUSED");
    private static final byte[] REQUEST_LINE = Text.bytes("HTX_BLK_REQ_SL");
    private static final byte[] STATUS_LINE = Text.bytes("HTX_BLK_RES_SL");
    private static final byte[] FIELD = Text.bytes("HTX_BLK_HDR");
    private static final byte[] END_OF_HEAD = Text.bytes("HTX_BLK_EOH");
    private static final byte[] DATA = Text.bytes("HTX_BLK_DATA");

    /** What a start line takes besides its three parts. */
    private static final int LINE_OVERHEAD = 20;

    private static final int VERSION = 8;
    private static final int STATUS = 3;
    /** What a buffer takes for itself, and for each block. */
    private static final int BUFFER_OVERHEAD = 48;

    private static final int BLOCK_OVERHEAD = 8;
    private static final int TAIL = -1;

    static final List<Keyword<FetchKind>> ALL = List.of(
            measure("internal.htx.data", "bytes of all blocks", HtxFetches::data),
            measure("internal.htx.nbblks", "how many blocks there are", HtxFetches::blocks),
            measure("internal.htx.size", "bytes the buffer has for blocks", HtxFetches::size),
            measure("internal.htx.used", "bytes the blocks take", HtxFetches::used),
            measure("internal.htx.free", "bytes left", facts -> size(facts) - used(facts)),
            measure(
                    "internal.htx.free_data",
                    "bytes left for the data of one more block",
                    facts -> Math.max(0, size(facts) - used(facts) - BLOCK_OVERHEAD)),
            fetch("internal.htx.has_eom")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.MESSAGE_HEAD)
                    .doc("whether the message is here to its end")
                    .as(args -> {
                        noteBodies(args);
                        return (facts, out) -> isMessage(facts) && InternalFetches.bool(out, isWhole(facts));
                    }),
            block("internal.htx_blk.type", SampleType.STRING, "what kind of block it is", HtxFetches::type),
            block(
                    "internal.htx_blk.size",
                    SampleType.INTEGER,
                    "its bytes, 0 where there is none",
                    (facts, at, out) -> number(out, at < 0 || at >= blocks(facts) ? 0 : blockSize(facts, at))),
            block("internal.htx_blk.start_line", SampleType.STRING, "the start line", HtxFetches::startLine),
            block(
                    "internal.htx_blk.hdrname",
                    SampleType.STRING,
                    "a field's name",
                    (facts, at, out) -> field(facts, at, true, out)),
            block(
                    "internal.htx_blk.hdrval",
                    SampleType.STRING,
                    "a field's value",
                    (facts, at, out) -> field(facts, at, false, out)),
            block("internal.htx_blk.data", SampleType.BINARY, "a piece of the body", HtxFetches::body));

    private HtxFetches() {}

    /** Tells something of the block at {@code at}, which may not exist. */
    @FunctionalInterface
    private interface OfBlock {
        boolean tell(Facts facts, int at, Sample out);
    }

    private static void noteBodies(Args args) {
        BodyUse.note(args.site(), false);
        BodyUse.note(args.site(), true);
    }

    private static boolean isMessage(Facts facts) {
        return facts.isHttp() && (facts.responding || facts.request.methodEnd() > facts.request.methodStart());
    }

    private static Keyword<FetchKind> measure(String name, String doc, ToLongFunction<Facts> value) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.MESSAGE_HEAD)
                .doc(doc)
                .as(args -> {
                    noteBodies(args);
                    return (facts, out) -> isMessage(facts) && number(out, value.applyAsLong(facts));
                });
    }

    private static Keyword<FetchKind> block(String name, SampleType type, String doc, OfBlock value) {
        return fetch(name)
                .args(string("position"))
                .returns(type)
                .of(Need.MESSAGE_HEAD)
                .doc(doc + ", of the block at a position: a number, head, tail or first")
                .as(args -> {
                    noteBodies(args);
                    int position = position(args.string(0));
                    return (facts, out) ->
                            isMessage(facts) && value.tell(facts, position == TAIL ? blocks(facts) - 1 : position, out);
                });
    }

    private static int position(String text) {
        return switch (text) {
            case "head", "first" -> 0;
            case "tail" -> TAIL;
            case "" ->
                throw new SampleError("a block position is expected (> 0) or a special block name (head, tail, first)");
            default -> {
                if (!text.matches("[0-9]{1,9}")) {
                    throw new SampleError("invalid block position");
                }
                yield Integer.parseInt(text);
            }
        };
    }

    private static Headers headers(Facts facts) {
        return facts.responding ? facts.response.headers() : facts.request.headers();
    }

    private static int bodyLength(Facts facts) {
        BodyBytes body = facts.responding ? facts.responseBody : facts.requestBody;
        return body == null ? 0 : body.length();
    }

    private static int fields(Facts facts) {
        Headers headers = headers(facts);
        int count = 0;
        for (int i = 0; i < headers.count(); i++) {
            count += headers.isLive(i) ? 1 : 0;
        }
        return count;
    }

    /** The index of the field that is block {@code at}, or -1. */
    private static int fieldAt(Facts facts, int at) {
        Headers headers = headers(facts);
        int block = 0;
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i) && ++block == at) {
                return i;
            }
        }
        return -1;
    }

    private static int blocks(Facts facts) {
        return 1 + fields(facts) + 1 + (bodyLength(facts) > 0 ? 1 : 0);
    }

    private static int lineSize(Facts facts) {
        if (facts.responding) {
            Response response = facts.response;
            return LINE_OVERHEAD + VERSION + STATUS + response.reasonEnd() - response.reasonStart();
        }
        Request request = facts.request;
        return LINE_OVERHEAD
                + (request.methodEnd() - request.methodStart())
                + (request.uriEnd() - request.uriStart())
                + VERSION;
    }

    private static int blockSize(Facts facts, int at) {
        if (at == 0) {
            return lineSize(facts);
        }
        int fields = fields(facts);
        if (at > fields) {
            return at == fields + 1 ? 1 : bodyLength(facts);
        }
        Headers headers = headers(facts);
        int index = fieldAt(facts, at);
        return headers.nameEnd(index) - headers.nameStart(index) + headers.valueEnd(index) - headers.valueStart(index);
    }

    private static long data(Facts facts) {
        long sum = 0;
        int blocks = blocks(facts);
        for (int i = 0; i < blocks; i++) {
            sum += blockSize(facts, i);
        }
        return sum;
    }

    private static long size(Facts facts) {
        return facts.scratch.bytes().length - (long) BUFFER_OVERHEAD;
    }

    private static long used(Facts facts) {
        return data(facts) + (long) BLOCK_OVERHEAD * blocks(facts);
    }

    private static boolean isWhole(Facts facts) {
        Framing framing = facts.responding ? facts.response.framing() : facts.request.framing();
        long length = facts.responding ? facts.response.contentLength() : facts.request.contentLength();
        return framing == Framing.NONE || (framing == Framing.LENGTH && length == bodyLength(facts));
    }

    private static boolean type(Facts facts, int at, Sample out) {
        int fields = fields(facts);
        if (at == 0) {
            out.text(facts.responding ? STATUS_LINE : REQUEST_LINE);
        } else if (at <= fields) {
            out.text(FIELD);
        } else if (at == fields + 1) {
            out.text(END_OF_HEAD);
        } else {
            out.text(at < blocks(facts) ? DATA : NO_BLOCK);
        }
        return true;
    }

    private static boolean startLine(Facts facts, int at, Sample out) {
        Builder line = new Builder(facts.scratch);
        if (at == 0 && facts.responding) {
            Response response = facts.response;
            version(line, response.isHttp2(), response.minorVersion());
            line.append(' ');
            int status = response.status();
            line.append('0' + status / 100);
            line.append('0' + status / 10 % 10);
            line.append('0' + status % 10);
            line.append(' ');
            line.append(response.bytes(), response.reasonStart(), response.reasonEnd());
        } else if (at == 0) {
            Request request = facts.request;
            line.append(request.bytes(), request.methodStart(), request.methodEnd());
            line.append(' ');
            line.append(request.bytes(), request.uriStart(), request.uriEnd());
            line.append(' ');
            version(line, request.isHttp2(), request.minorVersion());
        }
        return line.into(out);
    }

    private static void version(Builder line, boolean http2, int minor) {
        byte[] text = http2 ? HTTP_2 : minor == 0 ? HTTP_1_0 : HTTP_1_1;
        line.append(text, 0, text.length);
    }

    private static final byte[] HTTP_1_0 = Text.bytes("HTTP/1.0");
    private static final byte[] HTTP_1_1 = Text.bytes("HTTP/1.1");
    private static final byte[] HTTP_2 = Text.bytes("HTTP/2.0");

    private static boolean field(Facts facts, int at, boolean name, Sample out) {
        int index = at > 0 ? fieldAt(facts, at) : -1;
        Headers headers = headers(facts);
        if (index < 0) {
            out.set(SampleType.STRING, headers.bytes(), 0, 0);
        } else if (name) {
            Builder lower = new Builder(facts.scratch);
            lower.appendLower(headers.bytes(), headers.nameStart(index), headers.nameEnd(index));
            return lower.into(out);
        } else {
            out.set(SampleType.STRING, headers.bytes(), headers.valueStart(index), headers.valueEnd(index));
        }
        return true;
    }

    private static boolean body(Facts facts, int at, Sample out) {
        BodyBytes body = facts.responding ? facts.responseBody : facts.requestBody;
        Scratch scratch = facts.scratch;
        int length = body == null || at != blocks(facts) - 1 ? 0 : Math.min(body.length(), scratch.room());
        int start = scratch.claim(length);
        if (body != null && length > 0) {
            body.copy(scratch.bytes(), start, length);
        }
        out.set(SampleType.BINARY, scratch.bytes(), start, start + length);
        return true;
    }
}
