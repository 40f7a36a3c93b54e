// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.tandem.node.language.Directive;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Feature;
import java.util.List;

/** Options that tell HAProxy how to move bytes, where this proxy has one way to do it (HAProxy manual 4.2). */
public final class TcpLines implements Feature {
    private static final String COPIED =
            "bytes pass through one buffer per thread, which measured cheaper than splice().";
    private static final String ACKNOWLEDGED = "the kernel chooses when to acknowledge.";

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                noEffect("option splice-auto", COPIED),
                noEffect("option splice-request", COPIED),
                noEffect("option splice-response", COPIED),
                noEffect("option tcp-smart-accept", ACKNOWLEDGED),
                noEffect("option tcp-smart-connect", ACKNOWLEDGED));
    }

    private static Keyword<Directive> noEffect(String name, String why) {
        return Keyword.directive(name, SectionKind.PROXIES)
                .doc("accepted for compatibility")
                .noEffect(why)
                .negatable()
                .as((line, draft) -> {});
    }
}
