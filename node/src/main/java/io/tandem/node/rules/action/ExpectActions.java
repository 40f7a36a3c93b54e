// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;

import io.tandem.node.language.Keyword;
import io.tandem.node.proxyprotocol.HeaderDecoder;
import io.tandem.node.proxyprotocol.NetScalerDecoder;
import io.tandem.node.proxyprotocol.ProxyDecoder;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Verdict;
import java.util.List;

/** Actions that make a header of another proxy compulsory for some clients only. */
final class ExpectActions {
    static final List<Keyword<ActionKind>> ALL = List.of(
            action("expect-proxy", RuleSet.CONNECTION, RuleSet.SESSION, RuleSet.CONTENT)
                    .arguments("layer4")
                    .doc("a PROXY protocol header stands in front of the connection")
                    .as(line -> expect(line, "expect-proxy", ProxyDecoder.INSTANCE)),
            action("expect-netscaler-cip", RuleSet.CONNECTION, RuleSet.SESSION, RuleSet.CONTENT)
                    .arguments("layer4")
                    .doc("NetScaler's client IP header stands in front of the connection")
                    .as(line -> expect(line, "expect-netscaler-cip", new NetScalerDecoder(0))));

    private ExpectActions() {}

    private static Action expect(ActionLine line, String name, HeaderDecoder header) {
        String proxy = RuleCompiler.named(line.site().proxy());
        String layer = line.words().next();
        if (!layer.equals("layer4")) {
            throw line.words()
                    .error("'" + line.set().words() + " " + name + "' only supports 'layer4' in " + proxy + " (got '"
                            + layer + "')");
        }
        if (line.set() != RuleSet.CONNECTION) {
            throw line.words()
                    .error("'" + name + " layer4' is not allowed in '"
                            + line.set().words() + "' rules in " + proxy);
        }
        return facts -> {
            facts.expected = header;
            return Verdict.CONTINUE;
        };
    }
}
