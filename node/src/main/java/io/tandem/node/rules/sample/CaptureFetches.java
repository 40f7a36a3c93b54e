// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.integer;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.format.UniqueId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fetches on what was kept of an exchange: captures, its unique id. */
final class CaptureFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("capture.req.hdr")
                    .args(integer("index"))
                    .of(Need.REQUEST_KEPT)
                    .doc("what a capture slot of requests holds")
                    .as(args -> {
                        int index = args.integer(0, 0);
                        return (facts, out) -> slot(facts.requestCaptures, index, out);
                    }),
            fetch("capture.res.hdr")
                    .args(integer("index"))
                    .of(Need.RESPONSE_KEPT)
                    .doc("what a capture slot of responses holds")
                    .as(args -> {
                        int index = args.integer(0, 0);
                        return (facts, out) -> slot(facts.responseCaptures, index, out);
                    }),
            fetch("unique-id").doc("the exchange's unique id").simply((facts, out) -> {
                byte[] id = UniqueId.of(facts);
                if (id == null) {
                    return false;
                }
                out.text(id);
                return true;
            }));

    private CaptureFetches() {}

    private static boolean slot(byte @Nullable [] @Nullable [] captures, int index, Sample out) {
        byte[] value = captures == null || index < 0 || index >= captures.length ? null : captures[index];
        if (value == null) {
            return false;
        }
        out.text(value);
        return true;
    }
}
