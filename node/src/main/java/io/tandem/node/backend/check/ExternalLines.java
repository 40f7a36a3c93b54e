// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code option external-check} and {@code external-check command|path}: checks that are programs of the operator's. */
final class ExternalLines {
    static final List<Keyword<Directive>> ALL = List.of(
            Keyword.directive("option external-check", SectionKind.PROXIES)
                    .doc("checks start a program")
                    .as((line, draft) -> {
                        line.noMore("option external-check");
                        draft.facet(Asked.KEY).kind = CheckKind.EXTERNAL;
                    }),
            Keyword.directive("external-check", SectionKind.PROXIES)
                    .arguments("command PROGRAM | path PATH")
                    .doc("the program of external checks, and where it looks for others")
                    .as(ExternalLines::line));

    private ExternalLines() {}

    private static void line(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("missing argument after 'external-check'.\n");
        }
        Asked asked = draft.facet(Asked.KEY);
        String word = line.next();
        switch (word) {
            case "command" -> asked.command = value(line, word);
            case "path" -> asked.path = value(line, word);
            default -> throw line.error("'external-check' only supports 'command' and 'path'. but got '" + word + "'.");
        }
    }

    private static String value(Arguments line, String word) {
        String value = line.require("missing argument after '" + word + "'.").text();
        line.noMore("external-check");
        return value;
    }

    /** The program of the section's checks; null without. Says what is missing. */
    static @Nullable ExternalCommand complete(ProxyDraft draft, Asked asked, Assembly assembly) {
        if (asked.kind != CheckKind.EXTERNAL) {
            ignored(draft, "command", asked.command, assembly);
            ignored(draft, "path", asked.path, assembly);
            return null;
        }
        CheckGlobals globals = assembly.drafts().global().facet(CheckGlobals.KEY);
        String subject = "Proxy '" + draft.name() + "' : ";
        String needs = subject + "'option external-check' unable to find required ";
        String command = asked.command;
        if (!globals.allowsExternal()) {
            assembly.problems().alert(draft.origin(), needs + "'global.external-check'.");
        }
        if (command == null) {
            assembly.problems().alert(draft.origin(), needs + "'external-check command'.");
        }
        if (!globals.allowsFork()) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            subject
                                    + "'insecure-fork-wanted' not enabled in the global section, 'option external-check'"
                                    + " will likely fail.");
        }
        return command == null ? null : new ExternalCommand(command, asked.path == null ? "" : asked.path);
    }

    private static void ignored(ProxyDraft draft, String word, @Nullable String value, Assembly assembly) {
        if (value != null) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            "'external-check " + word + "' will be ignored for " + draft.described()
                                    + " (requires 'option external-check').");
        }
    }
}
