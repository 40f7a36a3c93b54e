// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.GET;
import static io.tandem.node.differential.wire.Case.OK;
import static io.tandem.node.differential.wire.Case.sends;

import io.tandem.node.differential.wire.Step.Then;
import io.tandem.node.differential.wire.Step.When;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Servers that die, hang or cannot be reached: what the client gets, the log says, and how often a request was sent. */
final class DyingServers {
    private static final Map<String, String> REQUESTS = Map.of(
            "GET", GET,
            "POST", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            "a chunked POST", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");

    private DyingServers() {}

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        REQUESTS.forEach((name, request) -> {
            for (Then then : List.of(Then.ENDS, Then.RESETS)) {
                String does = " " + then + " ";
                for (When when : List.of(When.CONNECT, When.BYTE, When.REQUEST)) {
                    cases.add(sends(name + ": the server" + does + "at " + when, request)
                            .in(Mode.PERSISTENT)
                            .answered(new Step(when, List.of(""), then)));
                }
                cases.add(sends(name + ": the server" + does + "within the head", request)
                        .in(Mode.PERSISTENT)
                        .answered(Step.says("HTTP/1.1 200 OK\r\nConte").then(then)));
                cases.add(sends(name + ": the server" + does + "within the body", request)
                        .in(Mode.PERSISTENT)
                        .answered(Step.says("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhello")
                                .then(then)));
                cases.add(sends(name + ": the server" + does + "once, then answers", request)
                        .in(Mode.PERSISTENT)
                        .answered(Step.nothing().then(then), Step.says(OK)));
                cases.add(sends(name + ": the server" + does + "behind an answer", GET, request)
                        .in(Mode.PERSISTENT)
                        .answered(Step.says(OK).then(then), Step.says(OK)));
                cases.add(sends(name + ": the server" + does + "on a connection used before", GET, request)
                        .in(Mode.PERSISTENT)
                        .answered(Step.says(OK), Step.nothing().then(then), Step.says(OK)));
                cases.add(sends(
                                name + ": the server" + does + "after half of an answer on a used connection",
                                GET,
                                request)
                        .in(Mode.PERSISTENT)
                        .answered(Step.says(OK), Step.says("HTTP/1.1 2").then(then), Step.says(OK)));
            }
            cases.add(sends(name + ": the server says nothing", request)
                    .in(Mode.PERSISTENT)
                    .answered(Step.nothing().then(Then.HANGS)));
            cases.add(sends(name + ": the server hangs within the head", request)
                    .in(Mode.PERSISTENT)
                    .answered(Step.says("HTTP/1.1 200 OK\r\nConte").then(Then.HANGS)));
            cases.add(sends(name + ": the server hangs within the body", request)
                    .in(Mode.PERSISTENT)
                    .answered(Step.says("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhello")
                            .then(Then.HANGS)));
            cases.add(sends(name + ": the server refuses connections", request).in(Mode.REFUSED));
            cases.add(sends(name + ": the server cannot be reached", request).in(Mode.BLACKHOLED));
        });
        String half = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nabc";
        for (Then then : List.of(Then.ENDS, Then.RESETS)) {
            cases.add(sends("the server " + then + " after a partial request", half, "", "x".repeat(27))
                    .in(Mode.PERSISTENT)
                    .answered(Step.nothing().at(When.HEAD).then(then)));
            cases.add(sends("the server " + then + " after a partial request that stays so", half)
                    .in(Mode.HURRIED)
                    .answered(Step.nothing().at(When.HEAD).then(then)));
        }
        return cases.stream();
    }
}
