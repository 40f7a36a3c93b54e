// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Need;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import org.jspecify.annotations.Nullable;

/** The expressions behind {@code sni} and {@code pool-conn-name}: compiled when its line is read, for its mistakes, and once all proxies are known. */
final class ServerName {
    private static final String COMPLAINT = "error detected while parsing %s expression : ";

    /** What {@code sni-auto} stands for (HAProxy 3.3): the Host without its port. */
    private static final String HOST = "req.hdr(host),field(1,:)";

    private ServerName() {}

    /** Reports what is wrong with them. */
    static boolean areWellFormed(Arguments line, ServerSettings server, String subject, Draft draft) {
        return isWellFormed(line, "sni", server.tls().sni(), subject, draft)
                && isWellFormed(line, "pool-conn-name", server.poolName, subject, draft);
    }

    private static boolean isWellFormed(
            Arguments line, String option, @Nullable String text, String subject, Draft draft) {
        if (text == null || !(draft instanceof ProxyDraft proxy)) {
            return true;
        }
        try {
            ExpressionParser.Result sni =
                    ExpressionParser.parse(text, new Site(proxy, Place.SERVER, "", line.origin(), null));
            Need need = sni.expression().need();
            if (!need.isMetIn(Place.SERVER)) {
                throw new SampleError(" fetch method '" + sni.name() + "' extracts information from '" + need.wording()
                        + "', none of which is available here.");
            }
            return true;
        } catch (SampleError wrong) {
            line.context()
                    .problems()
                    .alert(
                            line.origin(),
                            "[" + line.origin().file() + ":" + line.origin().line() + "] : " + subject
                                    + COMPLAINT.formatted(option) + wrong.text());
            return false;
        }
    }

    /** What {@code sni} says; null where there is none. */
    static @Nullable Expression compile(ServerSettings settings, ProxyDraft draft, Assembly assembly) {
        boolean ofHost = settings.tls().asksForTheHost() && draft.mode() == Mode.HTTP;
        return compile(ofHost ? HOST : settings.tls().sni(), settings, draft, assembly);
    }

    /** What requests that share idle connections have in common; null where nothing is said about it. */
    static @Nullable PoolName poolName(ServerSettings settings, ProxyDraft draft, Assembly assembly) {
        Expression name = compile(settings.poolName, settings, draft, assembly);
        return name == null ? null : new PoolName(name);
    }

    private static @Nullable Expression compile(
            @Nullable String text, ServerSettings settings, ProxyDraft draft, Assembly assembly) {
        if (text == null) {
            return null;
        }
        try {
            return ExpressionParser.parse(text, new Site(draft, Place.SERVER, "", settings.origin, assembly))
                    .expression();
        } catch (SampleError wrong) {
            return null; // said already when the line was read
        }
    }
}
