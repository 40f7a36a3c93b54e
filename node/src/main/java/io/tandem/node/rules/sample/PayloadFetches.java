// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.integer;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.BodyBytes;
import io.tandem.node.rules.Facts;
import java.util.ArrayList;
import java.util.List;

/**
 * Fetches on the first bytes received (HAProxy manual 7.3.5). Where more bytes may change the answer they say so in
 * {@link Facts#incomplete}.
 */
final class PayloadFetches {
    private static final int HANDSHAKE_RECORD = 22;
    private static final int TLS_MAJOR = 3;
    private static final int RECORD_HEADER = 5;
    private static final int HANDSHAKE_HEADER = 4;
    private static final int UNKNOWN = -1;

    static final List<Keyword<FetchKind>> ALL = all();

    private PayloadFetches() {}

    private static List<Keyword<FetchKind>> all() {
        List<Keyword<FetchKind>> all = new ArrayList<>();
        for (String name : List.of("req.len", "req_len")) {
            all.add(fetch(name)
                    .returns(SampleType.INTEGER)
                    .of(Need.REQUEST_BUFFER)
                    .doc("how many bytes have been received")
                    .simply((facts, out) -> {
                        mayChange(facts);
                        out.set(isHttp(facts) ? ofRequest(facts) : facts.contentEnd - facts.contentStart);
                        return true;
                    }));
        }
        for (String name : List.of("req.ssl_hello_type", "req_ssl_hello_type")) {
            all.add(fetch(name)
                    .returns(SampleType.INTEGER)
                    .of(Need.REQUEST_BUFFER)
                    .doc("the type of the TLS hello received, 1 for a client's")
                    .simply((facts, out) -> known(facts, out, hello(facts).type())));
        }
        for (String name : List.of("req.ssl_ver", "req_ssl_ver")) {
            all.add(fetch(name)
                    .returns(SampleType.INTEGER)
                    .of(Need.REQUEST_BUFFER)
                    .doc("the TLS version of the hello received")
                    .simply((facts, out) -> known(facts, out, hello(facts).version())));
        }
        for (String name : List.of("req.ssl_sni", "req_ssl_sni")) {
            all.add(fetch(name)
                    .of(Need.REQUEST_BUFFER)
                    .doc("the server name of the TLS hello received")
                    .simply(PayloadFetches::serverName));
        }
        all.add(fetch("req.ssl_alpn")
                .of(Need.REQUEST_BUFFER)
                .doc("the first protocol that the TLS hello received offers")
                .simply((facts, out) -> {
                    ClientHello hello = hello(facts);
                    return name(facts, hello, hello.protocol(), out);
                }));
        all.add(fetch("req.ssl_ec_ext")
                .returns(SampleType.BOOLEAN)
                .of(Need.REQUEST_BUFFER)
                .doc("whether the TLS hello received names elliptic curves")
                .simply((facts, out) -> {
                    out.set(true);
                    return found(facts, hello(facts).curves());
                }));
        all.add(fetch("req.ssl_st_ext")
                .returns(SampleType.INTEGER)
                .of(Need.REQUEST_BUFFER)
                .doc("whether the TLS hello received has a session ticket: 0 no, 1 it would like one, 2 it has one")
                .simply((facts, out) -> {
                    int ticket = hello(facts).ticket();
                    if (ticket < 0) {
                        mayChange(facts);
                    }
                    out.set(ticket);
                    return ticket >= 0;
                }));
        all.add(fetch("res.len")
                .returns(SampleType.INTEGER)
                .of(Need.RESPONSE_BUFFER)
                .doc("how many bytes of the server have been received")
                .simply((facts, out) -> {
                    mayChange(facts);
                    out.set(
                            facts.responding && isHttp(facts)
                                    ? ofResponse(facts)
                                    : facts.contentEnd - facts.contentStart);
                    return true;
                }));
        for (String name : List.of("res.ssl_hello_type", "rep_ssl_hello_type")) {
            all.add(fetch(name)
                    .returns(SampleType.INTEGER)
                    .of(Need.RESPONSE_BUFFER)
                    .doc("the type of the TLS hello that the server sent, 2 for a server's")
                    .simply((facts, out) -> known(facts, out, serverHello(facts))));
        }
        payloads("req.", Need.REQUEST_BUFFER, all);
        payloads("res.", Need.RESPONSE_BUFFER, all);
        payloads("", Need.MESSAGE_BUFFER, all);
        for (String name : List.of("req.rdp_cookie", "rdp_cookie")) {
            all.add(fetch(name)
                    .args(optionalString("name"))
                    .of(Need.REQUEST_BUFFER)
                    .doc("the value of the cookie a remote desktop client begins with")
                    .as(args -> rdpCookie(args, false)));
        }
        for (String name : List.of("req.rdp_cookie_cnt", "rdp_cookie_cnt")) {
            all.add(fetch(name)
                    .args(optionalString("name"))
                    .returns(SampleType.INTEGER)
                    .of(Need.REQUEST_BUFFER)
                    .doc("1 where a remote desktop client begins with such a cookie")
                    .as(args -> rdpCookie(args, true)));
        }
        all.add(fetch("wait_end")
                .returns(SampleType.BOOLEAN)
                .of(Need.INTERNAL_STATE)
                .doc("true once the inspection delay is over")
                .simply((facts, out) -> {
                    mayChange(facts);
                    out.set(facts.contentFinal);
                    return facts.contentFinal;
                }));
        return List.copyOf(all);
    }

    private static void payloads(String prefix, Need need, List<Keyword<FetchKind>> all) {
        all.add(fetch(prefix + "payload")
                .args(integer("offset"), integer("length"))
                .returns(SampleType.BINARY)
                .of(need)
                .doc("some of the bytes received; a length of 0 takes all there are")
                .as(PayloadFetches::payload));
        all.add(fetch(prefix + "payload_lv")
                .args(integer("offset of the length"), integer("its size"), optionalString("offset of the bytes"))
                .returns(SampleType.BINARY)
                .of(need)
                .doc("bytes received whose length is a number among them")
                .as(PayloadFetches::payloadByLength));
    }

    /** Whether a request is being judged: it is no sequence of bytes any more, and HAProxy finds no payload in it. */
    static boolean isHttp(Facts facts) {
        return facts.requestContent == null && facts.request.countedSize() > 0;
    }

    private static int ofRequest(Facts facts) {
        BodyBytes body = facts.requestBody;
        return facts.request.countedSize() + (body == null ? 0 : body.length());
    }

    private static int ofResponse(Facts facts) {
        BodyBytes body = facts.responseBody;
        return facts.response.countedSize() + (body == null ? 0 : body.length());
    }

    static void mayChange(Facts facts) {
        facts.incomplete |= !facts.contentFinal;
    }

    private static ClientHello hello(Facts facts) {
        return new ClientHello(facts.content, facts.contentStart, facts.contentEnd);
    }

    /** The type of the first handshake message in a TLS record, 0 where it is none, negative where that is not known yet. */
    private static int serverHello(Facts facts) {
        int have = facts.contentEnd - facts.contentStart;
        byte[] bytes = facts.content;
        int at = facts.contentStart;
        if (have >= 1 && bytes[at] != HANDSHAKE_RECORD || have >= 2 && bytes[at + 1] < TLS_MAJOR) {
            return 0;
        }
        if (have < RECORD_HEADER) {
            return UNKNOWN;
        }
        int record = (bytes[at + 3] & 0xff) << 8 | bytes[at + 4] & 0xff;
        if (record < HANDSHAKE_HEADER || record > facts.scratch.bytes().length) {
            return 0;
        }
        if (have < RECORD_HEADER + HANDSHAKE_HEADER) {
            return UNKNOWN;
        }
        int message = (int) (Text.int32(bytes, at + RECORD_HEADER) & 0xFFFFFF) + HANDSHAKE_HEADER;
        return have < RECORD_HEADER + Math.min(record, message) ? UNKNOWN : bytes[at + RECORD_HEADER] & 0xff;
    }

    private static boolean known(Facts facts, Sample out, int value) {
        if (value < 0) {
            mayChange(facts);
        }
        out.set(value);
        return value > 0;
    }

    private static boolean serverName(Facts facts, Sample out) {
        ClientHello hello = hello(facts);
        return name(facts, hello, hello.serverName(), out);
    }

    private static boolean name(Facts facts, ClientHello hello, ClientHello.Outcome outcome, Sample out) {
        out.set(SampleType.STRING, facts.content, hello.nameStart, hello.nameEnd);
        return found(facts, outcome) && out.length() > 0;
    }

    private static boolean found(Facts facts, ClientHello.Outcome outcome) {
        if (outcome == ClientHello.Outcome.INCOMPLETE) {
            mayChange(facts);
        }
        return outcome == ClientHello.Outcome.FOUND;
    }

    private static Fetch rdpCookie(Args args, boolean counts) {
        byte[] name = args.bytes(0);
        return (facts, out) -> {
            RdpCookie cookie = new RdpCookie();
            RdpCookie.Result result = cookie.find(facts.content, facts.contentStart, facts.contentEnd, name);
            if (result == RdpCookie.Result.INCOMPLETE) {
                mayChange(facts);
            }
            boolean found = result == RdpCookie.Result.FOUND;
            if (counts) {
                out.set(found ? 1 : 0);
            } else if (found) {
                out.set(SampleType.STRING, facts.content, cookie.start, cookie.end);
            }
            return counts || found;
        };
    }

    /** A third argument with a sign counts from behind the length, without one from the beginning; 0 is behind it. */
    private static Fetch payloadByLength(Args args) {
        int lengthOffset = args.integer(0, 0);
        int lengthSize = args.integer(1, 0);
        String third = args.has(2) ? args.string(2) : "0";
        if (lengthSize == 0) {
            throw new SampleError("payload length must be > 0");
        }
        if (!third.matches("[+-]?[0-9]{1,9}")) {
            throw new SampleError("payload offset2 is not a number");
        }
        boolean relative = !Character.isDigit(third.charAt(0));
        int number = Integer.parseInt(third);
        long offset = relative || number == 0 ? (long) lengthOffset + lengthSize + number : number;
        if (offset < 0) {
            throw new SampleError("payload offset2 too negative");
        }
        return (facts, out) -> {
            if (isHttp(facts) || lengthOffset < 0 || lengthSize < 0) {
                return false;
            }
            long at = (long) facts.contentStart + lengthOffset;
            if (at + lengthSize > facts.contentEnd) {
                mayChange(facts);
                return false;
            }
            long length = 0;
            for (int i = 0; i < lengthSize; i++) {
                length = (length << 8 | facts.content[(int) at + i] & 0xff) & 0xFFFF_FFFFL; // HAProxy's has 32 bits
            }
            long start = facts.contentStart + offset;
            if (length == 0 || length > facts.content.length || start + length > facts.contentEnd) {
                mayChange(facts);
                return false;
            }
            out.set(SampleType.BINARY, facts.content, (int) start, (int) (start + length));
            return true;
        };
    }

    private static Fetch payload(Args args) {
        int offset = args.integer(0, 0);
        int length = args.integer(1, 0);
        return (facts, out) -> {
            if (isHttp(facts) || offset < 0 || length < 0) {
                return false;
            }
            long start = (long) facts.contentStart + offset;
            long end = length == 0 ? facts.contentEnd : start + length;
            if (start > facts.contentEnd || end > facts.contentEnd) {
                mayChange(facts);
                return false;
            }
            if (length == 0) {
                mayChange(facts);
            }
            out.set(SampleType.BINARY, facts.content, (int) start, (int) end);
            return true;
        };
    }
}
