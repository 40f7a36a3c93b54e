// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.InternalFetches.bool;
import static io.tandem.node.rules.sample.InternalFetches.number;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Fetches on how the exchange is going (HAProxy manual 7.3.2), those of later releases than 2.6 among them: what logs tell by
 * variables.
 */
final class ExchangeFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            fact("prio_class", "the priority class in queues", facts -> facts.priorityClass),
            fact("prio_offset", "the time it gains in queues, milliseconds", facts -> facts.priorityOffsetMs),
            fetch("last_rule_file")
                    .of(Need.INTERNAL_STATE)
                    .doc("the file of the rule that had the last word")
                    .simply((facts, out) -> {
                        Origin rule = facts.lastRule;
                        return rule != null && ConnectionFetches.text(rule.file(), facts.scratch, out);
                    }),
            fetch("last_rule_line")
                    .returns(SampleType.INTEGER)
                    .of(Need.INTERNAL_STATE)
                    .doc("the line of the rule that had the last word")
                    .simply((facts, out) -> {
                        Origin rule = facts.lastRule;
                        return rule != null && number(out, rule.line());
                    }),
            fetch("stopping")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.INTERNAL_STATE)
                    .doc("whether the process is on its way to its end")
                    .simply((facts, out) -> bool(out, facts.configuration.node().stopping())),
            fetch("internal.strm.is_htx")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.INTERNAL_STATE)
                    .doc("whether the exchange is HTTP rather than bytes")
                    .simply((facts, out) -> bool(out, facts.isHttp())),
            task(
                    "cpu_calls",
                    "how often the exchange was called: for its request, its connection, its answer",
                    ExchangeFetches::calls),
            task("cpu_ns_avg", "0: exchanges are not profiled, as with HAProxy's profiling.tasks off", facts -> 0),
            task("cpu_ns_tot", "0: as cpu_ns_avg", facts -> 0),
            task("lat_ns_avg", "0: as cpu_ns_avg", facts -> 0),
            task("lat_ns_tot", "0: as cpu_ns_avg", facts -> 0),
            fact(
                    "uptime",
                    "seconds since the process has started",
                    facts -> (facts.loop.nowMs() - facts.configuration.node().startedAtMs()) / 1000),
            fetch("quic_enabled")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.INTERNAL_STATE)
                    .doc("whether QUIC is offered: it is not")
                    .simply((facts, out) -> bool(out, false)),
            fact(
                    "txn.id32",
                    "a number of the exchange that is its own for a long while",
                    facts -> facts.requestNumber() & 0xFFFF_FFFFL),
            fact("act_conn", "connections of all clients now", facts -> facts.configuration.openSessions()),
            fact("bytes_in", "bytes received from the client", facts -> facts.bytesIn),
            fact("bytes_out", "bytes sent to the client", facts -> facts.bytesOut),
            fact("txn.conn_retries", "connections to servers tried again", facts -> facts.retries),
            fetch("txn.redispatched")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.INTERNAL_STATE)
                    .doc("whether another server was tried than the one meant")
                    .simply((facts, out) -> bool(out, facts.redispatched)),
            fetch("txn.sess_term_state")
                    .of(Need.INTERNAL_STATE)
                    .doc("who ended it and when, as %ts of logs")
                    .simply(ExchangeFetches::termination),
            status("server_status", "the status the server has answered with", facts -> facts.serverStatus),
            status("txn.status", "the status the client gets", facts -> facts.status),
            fact("bc_be_queue", "the place it had in the backend's queue", facts -> facts.backendQueue),
            fact("bc_srv_queue", "the place it had in the server's queue", facts -> facts.serverQueue));

    private ExchangeFetches() {}

    private static Keyword<FetchKind> fact(String name, String doc, ToLongFunction<Facts> value) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc(doc)
                .simply((facts, out) -> number(out, value.applyAsLong(facts)));
    }

    /** Of an exchange: what was no request has none. */
    private static Keyword<FetchKind> task(String name, String doc, ToLongFunction<Facts> value) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc(doc)
                .simply((facts, out) -> !facts.lacksRequest() && number(out, value.applyAsLong(facts)));
    }

    private static long calls(Facts facts) {
        return 1L + (facts.connectedNs == 0 ? 0 : 1) + (facts.responseHeadNs == 0 ? 0 : 1);
    }

    private static Keyword<FetchKind> status(String name, String doc, ToLongFunction<Facts> value) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc(doc)
                .simply((facts, out) -> value.applyAsLong(facts) > 0 && number(out, value.applyAsLong(facts)));
    }

    private static boolean termination(Facts facts, Sample out) {
        Scratch scratch = facts.scratch;
        if (scratch.room() < 2) {
            return false;
        }
        int at = scratch.claim(2);
        scratch.bytes()[at] = (byte) facts.terminationWho;
        scratch.bytes()[at + 1] = (byte) facts.terminationWhen;
        out.set(SampleType.STRING, scratch.bytes(), at, at + 2);
        return true;
    }
}
