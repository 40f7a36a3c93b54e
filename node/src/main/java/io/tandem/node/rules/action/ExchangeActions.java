// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.AFTER_RESPONSE;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.SampleError;
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

    private ExchangeActions() {}

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
