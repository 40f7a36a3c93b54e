// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.function.ToLongFunction;

/** Fetches on when things happened and how long they took: HAProxy 3's names for what {@code %Ta} and its kin log (8.4). */
final class TimerFetches {
    private static final long NEVER = -1;

    static final List<Keyword<FetchKind>> ALL = List.of(
            date("accept_date", "when the connection was accepted", facts -> facts.acceptedAtMs),
            date(
                    "request_date",
                    "when the request's first byte came",
                    facts -> facts.requestAtMs != 0 ? facts.requestAtMs : facts.acceptedAtMs),
            timer(
                    "fc.timer.handshake",
                    "%Th: handshakes before the first byte",
                    facts -> between(facts.acceptedNs, handshake(facts))),
            timer(
                    "fc.timer.total",
                    "%Tt: all since the connection was accepted",
                    facts -> between(facts.acceptedNs, end(facts))),
            timer(
                    "req.timer.idle",
                    "%Ti: between the handshakes and the request's first byte",
                    facts -> between(handshake(facts), start(facts))),
            timer(
                    "req.timer.tq",
                    "%Tq: until the request's head was whole",
                    facts -> between(facts.acceptedNs, facts.requestHeadNs)),
            timer(
                    "req.timer.hdr",
                    "%TR: receiving the request's head",
                    facts -> between(start(facts), facts.requestHeadNs)),
            timer(
                    "req.timer.queue",
                    "%Tw: waiting in queues",
                    facts -> between(facts.queuedNs != 0 ? facts.queuedNs : facts.requestHeadNs, facts.connectingNs)),
            timer(
                    "bc.timer.connect",
                    "%Tc: connecting to the server",
                    facts -> between(facts.connectingNs, facts.connectedNs)),
            timer(
                    "res.timer.hdr",
                    "%Tr: waiting for the response's head",
                    facts -> between(facts.connectedNs, facts.responseHeadNs)),
            timer(
                    "res.timer.data",
                    "%Td: passing the response on",
                    facts -> between(facts.responseHeadNs != 0 ? facts.responseHeadNs : facts.connectedNs, end(facts))),
            timer(
                    "txn.timer.total",
                    "%Ta: all since the request's first byte",
                    facts -> between(start(facts), end(facts))),
            timer("txn.timer.user", "%Tu: as the client saw it", facts -> between(start(facts), end(facts))));

    private TimerFetches() {}

    private static Keyword<FetchKind> date(String name, String doc, ToLongFunction<Facts> millis) {
        return fetch(name)
                .args(optionalString("unit"))
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc(doc + ", seconds since 1970 unless another unit is asked for")
                .as(args -> {
                    TimeUnitName unit = TimeUnitName.of(args.string(0));
                    return (facts, out) -> InternalFetches.number(out, unit.ofMicros(millis.applyAsLong(facts) * 1000));
                });
    }

    private static Keyword<FetchKind> timer(String name, String doc, ToLongFunction<Facts> millis) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc(doc + ", milliseconds; -1 where that did not come")
                .simply((facts, out) -> InternalFetches.number(out, millis.applyAsLong(facts)));
    }

    private static long between(long fromNs, long toNs) {
        return fromNs == 0 || toNs == 0 ? NEVER : Math.max(0, (toNs - fromNs) / 1_000_000);
    }

    private static long handshake(Facts facts) {
        return facts.handshakeNs != 0 ? facts.handshakeNs : facts.acceptedNs;
    }

    private static long start(Facts facts) {
        return facts.requestStartNs != 0 ? facts.requestStartNs : handshake(facts);
    }

    /** An exchange that goes on has taken until now. */
    private static long end(Facts facts) {
        return facts.endNs != 0 ? facts.endNs : facts.loop.nowNs();
    }
}
