// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;
import static io.tandem.node.rules.action.RuleSet.RESPONSE_CONTENT;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.SampleError;
import java.util.List;

/** Actions on how the system treats a connection or a task. */
final class SocketActions {
    static final List<Keyword<ActionKind>> ALL =
            List.of(action("set-nice", REQUEST, RESPONSE, CONTENT, RESPONSE_CONTENT)
                    .arguments("<nice>")
                    .doc("accepted: exchanges have no priority among each other here")
                    .as(line -> {
                        if (!line.hasArgument()) {
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
}
