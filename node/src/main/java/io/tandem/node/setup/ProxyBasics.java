// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import java.util.List;

/** What every proxy has: its mode, its number, whether it is enabled (HAProxy manual 4.2). */
public final class ProxyBasics implements Feature {
    private static final Keyword<Directive> MODE = Keyword.directive("mode", SectionKind.PROXIES)
            .arguments("tcp | http")
            .doc("what the proxy understands of the bytes it carries")
            .as(ProxyBasics::mode);

    private static final Keyword<Directive> DISABLED = Keyword.directive("disabled", SectionKind.PROXIES)
            .doc("reads the section and leaves the proxy out")
            .as((line, draft) -> ((ProxyDraft) draft).disabled(true));

    private static final Keyword<Directive> ENABLED = Keyword.directive("enabled", SectionKind.PROXIES)
            .doc("undoes disabled of a defaults section")
            .as((line, draft) -> ((ProxyDraft) draft).disabled(false));

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(MODE, DISABLED, ENABLED);
    }

    private static void mode(Arguments line, Draft draft) {
        String word = line.next();
        switch (word) {
            case "http" -> ((ProxyDraft) draft).mode(Mode.HTTP);
            case "tcp" -> ((ProxyDraft) draft).mode(Mode.TCP);
            default -> throw line.error("unknown proxy mode '" + word + "'.");
        }
    }
}
