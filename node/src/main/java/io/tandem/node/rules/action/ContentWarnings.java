// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.sample.Need;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.setup.Assembly;

/** What HAProxy warns of about rules of {@code tcp-request content} that keep a value, once all is read. */
final class ContentWarnings {
    private ContentWarnings() {}

    /** {@code rule} wants {@code need}: without an inspection delay it may come too early for that. */
    static void early(ActionLine line, String rule, Need need) {
        ProxyDraft proxy = line.site().proxy();
        boolean asksRequest = need.isMetIn(Place.CONTENT) && !need.isMetIn(Place.SESSION) && !need.isMetIn(Place.LOG);
        if (asksRequest && proxy.facet(RuleLines.KEY).inspectDelayMs == 0) {
            warn(
                    line,
                    "a '" + rule
                            + "' rule explicitly depending on request contents without any 'tcp-request inspect-delay'"
                            + " setting. This means that this rule will randomly find its contents. This can be fixed by"
                            + " setting the tcp-request inspect-delay.");
        }
    }

    /** {@code rule} wants nothing but what is known before the request. */
    static void late(ActionLine line, String rule, Need need) {
        if (need.isMetIn(Place.SESSION) && line.site().proxy().mode() == Mode.HTTP) {
            warn(
                    line,
                    "a '" + rule
                            + "' rule not depending on request contents for an HTTP frontend should be executed at the"
                            + " session level, using a 'tcp-request session' rule (mandatory to track invalid HTTP"
                            + " requests).");
        }
    }

    private static void warn(ActionLine line, String text) {
        Assembly assembly = line.site().assembly();
        ProxyDraft proxy = line.site().proxy();
        if (assembly != null && proxy.isFrontend()) {
            assembly.problems().warning(line.origin(), RuleCompiler.named(proxy) + " : " + text);
        }
    }
}
