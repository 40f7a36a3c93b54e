// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.LineError;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** What every proxy has: its mode, its number, whether it is enabled (HAProxy manual 4.2). */
public final class ProxyBasics implements Feature {
    private static final Keyword<Directive> MODE = Keyword.directive("mode", SectionKind.PROXIES)
            .arguments("tcp | http")
            .doc("what the proxy understands of the bytes it carries")
            .most(1)
            .as(ProxyBasics::mode);

    private static final Keyword<Directive> DISABLED = Keyword.directive("disabled", SectionKind.PROXIES)
            .doc("reads the section and leaves the proxy out")
            .most(0)
            .as((line, draft) -> ((ProxyDraft) draft).disabled(true));

    private static final Keyword<Directive> ENABLED = Keyword.directive("enabled", SectionKind.PROXIES)
            .doc("undoes disabled of a defaults section")
            .most(0)
            .as((line, draft) -> ((ProxyDraft) draft).disabled(false));

    private static final Keyword<Directive> ID = Keyword.directive("id", SectionKind.PROXIES)
            .arguments("NUMBER")
            .doc("the number of the proxy in statistics and on the admin socket, from 1")
            .as(ProxyBasics::id);

    private static final Keyword<Directive> DESCRIPTION = Keyword.directive("description", SectionKind.PROXIES)
            .arguments("<text>")
            .doc("a comment that the statistics page shows beside the proxy")
            .as(ProxyBasics::description);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(MODE, DISABLED, ENABLED, ID, DESCRIPTION);
    }

    private static void id(Arguments line, Draft draft) {
        ProxyDraft proxy = (ProxyDraft) draft;
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw whole(line, "'id' not allowed in 'defaults' section.");
        }
        if (!line.hasNext()) {
            throw whole(line, "'id' expects an integer argument.");
        }
        int id = line.leadingInteger();
        line.noMore("id");
        if (id <= 0) {
            throw whole(line, "custom id has to be > 0.");
        }
        for (ProxyDraft other : line.context().drafts().proxies()) {
            if (other.hasCustomId() && other.id() == id) {
                throw whole(
                        line,
                        "proxy " + proxy.name() + " reuses same custom id as proxy " + other.name() + " (declared at "
                                + other.origin().file() + ":" + other.origin().line() + ").");
            }
        }
        proxy.customId(id);
    }

    private static void description(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw whole(line, "'description' not allowed in 'defaults' section.");
        }
        if (!line.hasNext()) {
            throw whole(line, "'description' expects a string argument.");
        }
        StringJoiner text = new StringJoiner(" ");
        while (line.hasNext()) {
            text.add(line.next());
        }
        ((ProxyDraft) draft).description(text.toString());
    }

    private static LineError whole(Arguments line, String text) {
        Origin origin = line.origin();
        return LineError.whole(origin, "parsing [" + origin.file() + ":" + origin.line() + "]: " + text);
    }

    /** Who has not chosen a number gets that of its place, or the next one nobody has chosen. */
    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        List<ProxyDraft> proxies = assembly.drafts().proxies();
        Set<Integer> taken = proxies.stream()
                .filter(ProxyDraft::hasCustomId)
                .map(ProxyDraft::id)
                .collect(Collectors.toSet());
        int skippedBehind = assembly.drafts().skippedBehind();
        if (taken.isEmpty() && skippedBehind < 0) {
            return;
        }
        int next = 1;
        for (int i = 0; i < proxies.size(); i++) {
            ProxyDraft proxy = proxies.get(i);
            if (i == skippedBehind) {
                next++;
            }
            if (!proxy.hasCustomId()) {
                while (taken.contains(next)) {
                    next++;
                }
                proxy.id(next);
            }
            next++;
        }
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
