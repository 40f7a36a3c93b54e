// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;

import io.tandem.node.frontend.Peer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;

/** Fetches that put host and path together, and hashes of them (HAProxy manual 7.3.6). */
final class BaseFetches {
    private static final byte[] HOST = Text.bytes("host");
    private static final int HASH_BYTES = 4;

    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("base").of(Need.REQUEST_HEAD).doc("host and path").simply((facts, out) -> base(facts, out, false)),
            fetch("baseq")
                    .of(Need.REQUEST_HEAD)
                    .doc("host, path and query")
                    .simply((facts, out) -> base(facts, out, true)),
            hash("base32", "host and path", false),
            hash("url32", "host, path and query", true),
            hashAndSource("base32+src", "host and path", false),
            hashAndSource("url32+src", "host, path and query", true));

    private BaseFetches() {}

    private static boolean base(Facts facts, Sample out, boolean query) {
        Headers headers = facts.request.headers();
        Builder text = new Builder(facts.scratch);
        int host = headers.find(HOST, 0);
        if (host >= 0) {
            text.append(headers.bytes(), headers.valueStart(host), headers.valueEnd(host));
        }
        boolean hasPath = query ? RequestFetches.pathAndQuery(facts.request, out) : RequestFetches.path(facts, out);
        if (!hasPath) {
            return host >= 0 && text.into(out);
        }
        text.append(out);
        return text.into(out);
    }

    private static long hash(Sample text) {
        return Hashes.avalanche(Hashes.sdbm(text.bytes, text.start, text.end));
    }

    private static Keyword<FetchKind> hash(String name, String of, boolean query) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.REQUEST_HEAD)
                .doc("a hash of " + of)
                .simply((facts, out) -> base(facts, out, query) && InternalFetches.number(out, hash(out)));
    }

    private static Keyword<FetchKind> hashAndSource(String name, String of, boolean query) {
        return fetch(name)
                .returns(SampleType.BINARY)
                .of(Need.REQUEST_HEAD)
                .doc("a hash of " + of + ", and the client's address")
                .simply((facts, out) -> {
                    Peer source = facts.source;
                    Scratch scratch = facts.scratch;
                    if (source.length() == 0 || !base(facts, out, query)) {
                        return false;
                    }
                    int length = HASH_BYTES + source.length();
                    if (scratch.room() < length) {
                        return false;
                    }
                    long hash = hash(out);
                    int start = scratch.claim(length);
                    for (int i = 0; i < HASH_BYTES; i++) {
                        scratch.bytes()[start + i] = (byte) (hash >> (24 - 8 * i));
                    }
                    System.arraycopy(source.address(), 0, scratch.bytes(), start + HASH_BYTES, source.length());
                    out.set(SampleType.BINARY, scratch.bytes(), start, start + length);
                    return true;
                });
    }
}
