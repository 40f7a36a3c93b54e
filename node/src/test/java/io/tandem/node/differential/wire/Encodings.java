// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.CHUNKED;
import static io.tandem.node.differential.wire.Case.GET;
import static io.tandem.node.differential.wire.Case.get;
import static io.tandem.node.differential.wire.Case.post;
import static io.tandem.node.differential.wire.Case.sends;

import java.util.stream.Stream;

/** Transfer-Encoding in all its shapes, alone and beside Content-Length. */
final class Encodings {
    private static final String BODY = "3\r\nabc\r\n0\r\n\r\n";

    private Encodings() {}

    private static Case encoding(String name, String value) {
        return post(name, "Transfer-Encoding:" + value + "\r\n", BODY);
    }

    private static Case encodings(String name, String... values) {
        StringBuilder fields = new StringBuilder();
        for (String value : values) {
            fields.append("Transfer-Encoding: ").append(value).append("\r\n");
        }
        return post(name, fields.toString(), BODY);
    }

    static Stream<Case> cases() {
        return Stream.concat(
                alone(),
                Stream.of(
                        post("length and chunked", "Content-Length: 3\r\n" + CHUNKED, BODY),
                        post("chunked and length", CHUNKED + "Content-Length: 3\r\n", BODY),
                        post(
                                "chunked between two lengths",
                                "Content-Length: 3\r\n" + CHUNKED + "Content-Length: 3\r\n",
                                BODY),
                        post("chunked and a bad length", CHUNKED + "Content-Length: x\r\n", BODY),
                        post("a bad length and chunked", "Content-Length: x\r\n" + CHUNKED, BODY),
                        post(
                                "chunked and lengths that differ",
                                CHUNKED + "Content-Length: 3\r\nContent-Length: 4\r\n",
                                BODY),
                        post("chunked and a length of 0", "Content-Length: 0\r\n" + CHUNKED, BODY),
                        post("a length that hides a request", "Content-Length: 4\r\n" + CHUNKED, "1\r\nZ\r\nQ\r\n\r\n"),
                        post("chunked that hides a request", "Content-Length: 6\r\n" + CHUNKED, "0\r\n\r\n" + GET),
                        post("identity and a length", "Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "abc"),
                        post(
                                "an unknown encoding and a length",
                                "Transfer-Encoding: x\r\nContent-Length: 3\r\n",
                                "abc"),
                        post("an empty encoding and a length", "Transfer-Encoding:\r\nContent-Length: 3\r\n", "abc"),
                        post("a name in capitals", "TRANSFER-ENCODING: CHUNKED\r\n", BODY),
                        post("a request behind a chunked one", CHUNKED, BODY + GET),
                        get("a chunked GET", CHUNKED + "\r\n" + BODY),
                        sends("a chunked HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n" + CHUNKED + "\r\n" + BODY)
                                .answered(Step.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")),
                        sends(
                                "a chunked CONNECT",
                                "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n" + CHUNKED + "\r\n" + BODY),
                        sends("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\n" + CHUNKED + "\r\n" + BODY),
                        sends(
                                "chunked in HTTP/1.0 kept alive",
                                "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n" + CHUNKED + "\r\n" + BODY
                                        + GET),
                        sends(
                                "length and chunked in HTTP/1.0",
                                "POST / HTTP/1.0\r\nContent-Length: 3\r\n" + CHUNKED + "\r\n" + BODY),
                        sends("gzip in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n" + BODY),
                        sends(
                                "chunked in HTTP/2.0 by name",
                                "POST / HTTP/2.0\r\nHost: a\r\n" + CHUNKED + "\r\n" + BODY)));
    }

    private static Stream<Case> alone() {
        return Stream.of(
                encoding("chunked twice in a field", " chunked, chunked"),
                encodings("chunked twice in two fields", "chunked", "chunked"),
                encodings("chunked and identity in two fields", "chunked", "identity"),
                encodings("identity and chunked in two fields", "identity", "chunked"),
                encodings("gzip and chunked in two fields", "gzip", "chunked"),
                encodings("chunked and nothing in two fields", "chunked", ""),
                encodings("nothing and chunked in two fields", "", "chunked"),
                encoding("gzip, chunked", " gzip, chunked"),
                encoding("gzip,chunked without blank", " gzip,chunked"),
                encoding("deflate, gzip, chunked", " deflate, gzip, chunked"),
                encoding("chunked, gzip", " chunked, gzip"),
                encoding("identity, chunked", " identity, chunked"),
                encoding("chunked, identity", " chunked, identity"),
                encoding("identity", " identity"),
                encoding("gzip alone", " gzip"),
                encoding("an empty encoding", ""),
                encoding("a comma alone", " ,"),
                encoding("a comma and chunked", " ,chunked"),
                encoding("chunked and a comma", " chunked,"),
                encoding("chunked and two commas", " chunked , ,"),
                encoding("chunked with a parameter", " chunked;q=1"),
                encoding("chunked in front of a semicolon", " chunked;"),
                encoding("almost chunked", " xchunked"),
                encoding("chunked and a letter", " chunkedx"),
                encoding("chunked cut off", " chunke"),
                encoding("chunked, spoken twice", " chunked chunked"),
                encoding("chunked in quotes", " \"chunked\""),
                encoding("chunked in single quotes", " 'chunked'"),
                encoding("Chunked with a capital", " Chunked"),
                encoding("chunked in capitals", " CHUNKED"),
                encoding("chunked by obs-fold", "\r\n chunked"),
                encoding("chunked in front of obs-fold", " chunked\r\n "),
                encoding("gzip, then chunked by obs-fold", " gzip,\r\n chunked"),
                encoding("TAB in front of chunked", "\tchunked"),
                encoding("TAB behind chunked", " chunked\t"),
                encoding("no blank in front of chunked", "chunked"),
                encoding("VT in front of chunked", " \u000bchunked"),
                encoding("VT behind chunked", " chunked\u000b"),
                encoding("NUL behind chunked", " chunked\0"),
                encoding("CR in front of chunked", " \rchunked"),
                encoding("NBSP in front of chunked", " \u00a0chunked"),
                encoding("a Kelvin sign for the k", " chun\u00e2\u0084\u00aaed"));
    }
}
