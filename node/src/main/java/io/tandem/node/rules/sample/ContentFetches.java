// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.InternalFetches.bool;

import io.tandem.node.content.cache.Cache;
import io.tandem.node.content.compression.Algorithm;
import io.tandem.node.language.Keyword;
import java.util.List;

/** Fetches on what became of a response's body (HAProxy manual 7.3.6). */
final class ContentFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("res.cache_hit")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.RESPONSE_SOURCE)
                    .doc("whether the response comes from a cache")
                    .simply((facts, out) -> bool(out, facts.caching != null && facts.caching.foundIn() != null)),
            fetch("res.cache_name")
                    .of(Need.RESPONSE_SOURCE)
                    .doc("which cache it comes from")
                    .simply((facts, out) -> {
                        Cache cache = facts.caching == null ? null : facts.caching.foundIn();
                        return cache != null
                                && ConnectionFetches.text(cache.settings().name(), facts.scratch, out);
                    }),
            fetch("res.comp")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.RESPONSE_KEPT)
                    .doc("whether the response has been compressed here")
                    .simply((facts, out) -> bool(out, facts.encoding != null)),
            // HAProxy 2.6 has forgotten it by the time it writes the log line, for which its manual recommends it
            fetch("res.comp_algo")
                    .of(Need.RESPONSE_KEPT)
                    .doc("how it has been compressed")
                    .simply((facts, out) -> {
                        Algorithm encoding = facts.encoding;
                        if (encoding == null) {
                            return false;
                        }
                        out.text(encoding.configured());
                        return true;
                    }));

    private ContentFetches() {}
}
