// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.CONNECTION;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.SESSION;

import io.tandem.node.frontend.Peer;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Actions that say who the client is, or where it wanted to go: what {@code src} and {@code dst}, logs, PROXY headers and
 * servers without an address of their own see from then on (HAProxy manual 4.2, {@code http-request set-src}).
 */
final class PeerActions {
    static final List<Keyword<ActionKind>> ALL = List.of(
            action("set-src", CONNECTION, SESSION, CONTENT, REQUEST)
                    .arguments("<expression>")
                    .doc("the client's address from now on; its port stays")
                    .as(line -> address(line, source(line))),
            action("set-src-port", CONNECTION, SESSION, CONTENT, REQUEST)
                    .arguments("<expression>")
                    .doc("the client's port from now on")
                    .as(line -> port(line, source(line))),
            action("set-dst", CONNECTION, SESSION, CONTENT, REQUEST)
                    .arguments("<expression>")
                    .doc("the address the client wanted from now on; its port stays")
                    .as(line -> address(line, destination(line))),
            action("set-dst-port", CONNECTION, SESSION, CONTENT, REQUEST)
                    .arguments("<expression>")
                    .doc("the port the client wanted from now on")
                    .as(line -> port(line, destination(line))));

    private PeerActions() {}

    /** Of the connection itself, or for one exchange on it. */
    private static Function<Facts, Peer> source(ActionLine line) {
        return isOfConnection(line) ? facts -> facts.source : facts -> facts.peers.changeSource();
    }

    private static Function<Facts, Peer> destination(ActionLine line) {
        return isOfConnection(line) ? facts -> facts.destination : facts -> facts.peers.changeDestination();
    }

    private static boolean isOfConnection(ActionLine line) {
        return line.set() == CONNECTION || line.set() == SESSION;
    }

    private static Action address(ActionLine line, Function<Facts, Peer> whose) {
        Expression expression = line.expression("missing fetch method");
        return facts -> {
            Sample value = facts.scratch.value;
            if (expression.evaluateAs(SampleType.ADDRESS, facts, value)) {
                Peer peer = whose.apply(facts);
                if (value.type == SampleType.IPV4) {
                    int number = (int) value.number;
                    peer.set(
                            new byte[] {
                                (byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number
                            },
                            peer.port());
                } else if (value.type == SampleType.IPV6) {
                    peer.set(Arrays.copyOfRange(value.bytes, value.start, value.start + 16), peer.port());
                }
            }
            return Verdict.CONTINUE;
        };
    }

    private static Action port(ActionLine line, Function<Facts, Peer> whose) {
        Expression expression = line.expression("missing fetch method");
        return facts -> {
            Sample value = facts.scratch.value;
            if (expression.evaluateAs(SampleType.INTEGER, facts, value)) {
                whose.apply(facts).port((int) (value.number & 0xffff));
            }
            return Verdict.CONTINUE;
        };
    }
}
