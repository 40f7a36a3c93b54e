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
        for (String name : List.of("req.payload", "payload")) {
            all.add(fetch(name)
                    .args(integer("offset"), integer("length"))
                    .returns(SampleType.BINARY)
                    .of(Need.REQUEST_BUFFER)
                    .doc("some of the bytes received; a length of 0 takes all there are")
                    .as(PayloadFetches::payload));
        }
        all.add(fetch("res.len")
                .returns(SampleType.INTEGER)
                .of(Need.RESPONSE_BUFFER)
                .doc("how many bytes of the server have been received")
                .simply((facts, out) -> {
                    mayChange(facts);
                    out.set(facts.contentEnd - facts.contentStart);
                    return true;
                }));
        all.add(fetch("res.payload")
                .args(integer("offset"), integer("length"))
                .returns(SampleType.BINARY)
                .of(Need.RESPONSE_BUFFER)
                .doc("some of the bytes of the server; a length of 0 takes all there are")
                .as(PayloadFetches::payload));
        for (String name : List.of("req.payload_lv", "payload_lv", "res.payload_lv")) {
            all.add(fetch(name)
                    .args(integer("offset of the length"), integer("its size"), optionalString("offset of the bytes"))
                    .returns(SampleType.BINARY)
                    .of(name.startsWith("res") ? Need.RESPONSE_BUFFER : Need.REQUEST_BUFFER)
                    .doc("bytes received whose length is a number among them")
                    .as(PayloadFetches::payloadByLength));
        }
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
                .doc("true once the inspection delay is over")
                .simply((facts, out) -> {
                    mayChange(facts);
                    out.set(facts.contentFinal);
                    return facts.contentFinal;
                }));
        return List.copyOf(all);
    }

    /** Whether a request is being judged: it is no sequence of bytes any more, and HAProxy finds no payload in it. */
    private static boolean isHttp(Facts facts) {
        return facts.requestContent == null && facts.request.countedSize() > 0;
    }

    private static int ofRequest(Facts facts) {
        BodyBytes body = facts.requestBody;
        return facts.request.countedSize() + (body == null ? 0 : body.length());
    }

    private static void mayChange(Facts facts) {
        facts.incomplete |= !facts.contentFinal;
    }

    private static ClientHello hello(Facts facts) {
        return new ClientHello(facts.content, facts.contentStart, facts.contentEnd);
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
        return found(facts, outcome);
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
        if (lengthOffset < 0 || lengthSize < 1 || lengthSize > 4) {
            throw new SampleError("payload length must be between 1 and 4 bytes");
        }
        if (!third.matches("[+-]?[0-9]{1,9}")) {
            throw new SampleError("payload offset is no number");
        }
        boolean relative = !Character.isDigit(third.charAt(0));
        int number = Integer.parseInt(third);
        int offset = relative || number == 0 ? lengthOffset + lengthSize + number : number;
        if (offset < 0) {
            throw new SampleError("payload offset too negative");
        }
        return (facts, out) -> {
            int at = facts.contentStart + lengthOffset;
            if (isHttp(facts)) {
                return false;
            }
            if (at + lengthSize > facts.contentEnd) {
                mayChange(facts);
                return false;
            }
            long length = 0;
            for (int i = 0; i < lengthSize; i++) {
                length = length << 8 | facts.content[at + i] & 0xff;
            }
            long start = (long) facts.contentStart + offset;
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
        if (offset < 0 || length < 0) {
            throw new SampleError("payload offset and length must not be negative");
        }
        return (facts, out) -> {
            int start = facts.contentStart + offset;
            int end = length == 0 ? facts.contentEnd : start + length;
            if (isHttp(facts)) {
                return false;
            }
            if (start > facts.contentEnd || end > facts.contentEnd) {
                mayChange(facts);
                return false;
            }
            if (length == 0) {
                mayChange(facts);
            }
            out.set(SampleType.BINARY, facts.content, start, end);
            return true;
        };
    }
}
