// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.AFTER_RESPONSE;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import java.util.List;

/** Actions on how the rest of the exchange goes (HAProxy manual 4.2, {@code http-request}). */
final class ExchangeActions {
    static final List<Keyword<ActionKind>> ALL = List.of(
            action("strict-mode", REQUEST, RESPONSE, AFTER_RESPONSE)
                    .arguments("{on|off}")
                    .doc("whether a change to the message that does not fit is answered with 500, as it is at first")
                    .as(ExchangeActions::strictMode),
            action("set-timeout", REQUEST)
                    .arguments("{server|tunnel} {<time>|<expression>}")
                    .doc("another time limit for this exchange; an expression says milliseconds")
                    .as(SetTimeout::parse),
            action("set-retries", REQUEST)
                    .arguments("{<number>|<expression>}")
                    .doc("how often the connection to a server is tried again in this exchange, instead of 'retries'")
                    .as(ExchangeActions::retries),
            action("pause", REQUEST)
                    .arguments("{<time>|<expression>}")
                    .doc("the rules go on after that time; an expression says milliseconds")
                    .as(Pause::parse),
            action("early-hint", REQUEST)
                    .arguments("<name> <format>")
                    .doc("sends a field in an interim response 103 before anything else")
                    .as(EarlyHint::parse),
            action("normalize-uri", REQUEST)
                    .arguments("<normalizer> [full|strict]")
                    .doc("writes the target in one of the ways that mean the same")
                    .experimental()
                    .as(NormalizeUri::parse),
            action("wait-for-handshake", REQUEST)
                    .doc(
                            "waits for the end of the TLS handshake, which has always been reached: no early data is taken")
                    .as(line -> facts -> Verdict.CONTINUE));

    private static final int MOST_RETRIES = 100;

    private ExchangeActions() {}

    private static Action retries(ActionLine line) {
        String expected = "expects a number from 0 to 100 or an expression";
        if (!line.hasArgument()) {
            throw new SampleError(expected);
        }
        if (!line.site().proxy().isBackend()) {
            throw new SampleError("proxy '" + line.site().proxy().name() + "' has no backend capability");
        }
        String word = line.words().peek();
        if (word.matches("[0-9]+")) {
            line.words().next();
            int number = Arguments.leadingInteger(word);
            if (number > MOST_RETRIES) {
                throw new SampleError(expected + " (got '" + word + "')");
            }
            return facts -> {
                facts.retriesAllowed = number;
                return Verdict.CONTINUE;
            };
        }
        Expression expression = line.expression(expected);
        return facts -> {
            Sample value = facts.scratch.value;
            if (expression.evaluateAs(SampleType.INTEGER, facts, value)
                    && value.number >= 0
                    && value.number <= MOST_RETRIES) {
                facts.retriesAllowed = (int) value.number;
            }
            return Verdict.CONTINUE;
        };
    }

    private static Action strictMode(ActionLine line) {
        if (!line.words().hasNext()) {
            throw new SampleError("expects exactly 1 arguments");
        }
        String word = line.words().next();
        if (!word.equals("on") && !word.equals("off")) {
            throw new SampleError("Unexpected value '" + word + "'. Only 'on' and 'off' are supported");
        }
        boolean lenient = word.equals("off");
        return facts -> {
            facts.lenient = lenient;
            return Verdict.CONTINUE;
        };
    }
}
