// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.CONNECTION;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;
import static io.tandem.node.rules.action.RuleSet.RESPONSE_CONTENT;
import static io.tandem.node.rules.action.RuleSet.SESSION;

import io.netty.channel.Channel;
import io.tandem.node.frontend.SocketMarks;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import java.math.BigInteger;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** Actions on how the system treats a connection or a task. */
final class SocketActions {
    private static final String NUMBER = "expects exactly 1 argument (integer/hex value)";

    static final List<Keyword<ActionKind>> ALL = List.of(
            action("set-tos", CONNECTION, SESSION, CONTENT, RESPONSE_CONTENT, REQUEST, RESPONSE)
                    .arguments("<tos>")
                    .doc("sets the type of service (IPv4) or traffic class (IPv6) of the packets to the client")
                    .as(line -> onSocket(number(line) & 0xff, SocketMarks::tos)),
            action("set-mark", CONNECTION, SESSION, CONTENT, RESPONSE_CONTENT, REQUEST, RESPONSE)
                    .arguments("<mark>")
                    .doc("marks the packets to the client for this host's routing; needs CAP_NET_ADMIN")
                    .as(line -> onSocket(number(line), SocketMarks::mark)),
            action("set-fc-tos", CONNECTION, SESSION, CONTENT, RESPONSE_CONTENT, REQUEST, RESPONSE)
                    .arguments("<tos> | <expression>")
                    .doc("set-tos, by an expression too: HAProxy 3's name")
                    .as(line -> onSocket(line, (socket, tos) -> SocketMarks.tos(socket, tos & 0xff))),
            action("set-fc-mark", CONNECTION, SESSION, CONTENT, RESPONSE_CONTENT, REQUEST, RESPONSE)
                    .arguments("<mark> | <expression>")
                    .doc("set-mark, by an expression too: HAProxy 3's name")
                    .as(line -> onSocket(line, SocketMarks::mark)),
            action("set-bc-tos", CONTENT, REQUEST)
                    .arguments("<tos> | <expression>")
                    .doc(
                            "sets the type of service of the packets to the server: only connections opened with it are used"
                                    + " (HAProxy 3.0)")
                    .as(line -> toServer(line, (facts, tos) -> facts.serverTos = tos & 0xff)),
            action("set-bc-mark", CONTENT, REQUEST)
                    .arguments("<mark> | <expression>")
                    .doc("marks the packets to the server for this host's routing; needs CAP_NET_ADMIN (HAProxy 3.0)")
                    .as(line -> toServer(line, (facts, mark) -> facts.serverMark = mark & 0xFFFF_FFFFL)),
            action("set-nice", REQUEST, RESPONSE, CONTENT, RESPONSE_CONTENT)
                    .arguments("<nice>")
                    .doc("accepted: exchanges have no priority among each other here")
                    .noEffect("an event loop handles exchanges in the order in which their bytes come")
                    .as(line -> {
                        if (!line.words().hasNext()) {
                            throw new SampleError("expects exactly 1 argument (integer value)");
                        }
                        line.words().next();
                        if (line.site().assembly() == null) {
                            line.words()
                                    .warn("'" + line.set().words() + " set-nice' has no effect: an event loop handles"
                                            + " exchanges in the order in which their bytes come.");
                        }
                        return facts -> Verdict.CONTINUE;
                    }));

    private SocketActions() {}

    private static Action onSocket(int value, ObjIntConsumer<Channel> option) {
        return facts -> {
            Channel socket = facts.socket;
            if (socket != null && socket.isOpen()) {
                option.accept(socket, value);
            }
            return Verdict.CONTINUE;
        };
    }

    private static boolean isNumber(ActionLine line) {
        return !line.hasArgument() || line.words().peek().matches("[-+]?[0-9].*");
    }

    /** Of the connection to the server that the exchange will use. */
    private static Action toServer(ActionLine line, ObjIntConsumer<Facts> setting) {
        if (isNumber(line)) {
            int value = number(line);
            return facts -> {
                setting.accept(facts, value);
                return Verdict.CONTINUE;
            };
        }
        Expression expression = line.expression(NUMBER);
        return facts -> {
            Sample value = facts.scratch.value;
            if (expression.evaluateAs(SampleType.INTEGER, facts, value)) {
                setting.accept(facts, (int) value.number);
            }
            return Verdict.CONTINUE;
        };
    }

    /** A number, or an expression that says it for each exchange. */
    private static Action onSocket(ActionLine line, ObjIntConsumer<Channel> option) {
        if (isNumber(line)) {
            return onSocket(number(line), option);
        }
        Expression expression = line.expression(NUMBER);
        return facts -> {
            Channel socket = facts.socket;
            Sample value = facts.scratch.value;
            if (socket != null && socket.isOpen() && expression.evaluateAs(SampleType.INTEGER, facts, value)) {
                option.accept(socket, (int) value.number);
            }
            return Verdict.CONTINUE;
        };
    }

    /** Decimal, octal behind 0, hexadecimal behind 0x; the lower 32 bits of it. */
    private static int number(ActionLine line) {
        if (!line.hasArgument()) {
            throw new SampleError(NUMBER);
        }
        String text = line.words().next();
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        int base = digits.matches("0[xX][0-9a-fA-F].*") ? 16 : digits.startsWith("0") ? 8 : 10;
        int at = base == 16 ? 2 : 0;
        BigInteger value = BigInteger.ZERO;
        for (; at < digits.length() && Character.digit(digits.charAt(at), base) >= 0; at++) {
            value = value.multiply(BigInteger.valueOf(base))
                    .add(BigInteger.valueOf(Character.digit(digits.charAt(at), base)));
        }
        if (at < digits.length()) {
            throw new SampleError(
                    "invalid character starting at '" + digits.substring(at) + "' (integer/hex value expected)");
        }
        BigInteger most = BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE); // strtoul stops there
        return (negative ? value.min(most).negate() : value.min(most)).intValue();
    }
}
