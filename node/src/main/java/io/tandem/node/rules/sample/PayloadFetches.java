// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.integer;

import io.tandem.node.language.Keyword;
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
                        out.set(facts.contentEnd - facts.contentStart);
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
        for (String name : List.of("req.payload", "payload")) {
            all.add(fetch(name)
                    .args(integer("offset"), integer("length"))
                    .returns(SampleType.BINARY)
                    .of(Need.REQUEST_BUFFER)
                    .doc("some of the bytes received; a length of 0 takes all there are")
                    .as(PayloadFetches::payload));
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
        switch (hello.serverName()) {
            case FOUND -> {
                out.set(SampleType.STRING, facts.content, hello.nameStart, hello.nameEnd);
                return true;
            }
            case INCOMPLETE -> mayChange(facts);
            case ABSENT -> {}
        }
        return false;
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
