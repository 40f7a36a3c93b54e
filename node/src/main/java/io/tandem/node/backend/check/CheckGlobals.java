// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.config.text.Times;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import java.util.List;

/** What the global section says about all checks (HAProxy manual 3.1 and 3.2). */
final class CheckGlobals implements Facet {
    static final FacetKey<CheckGlobals> KEY = new FacetKey<>(CheckGlobals.class, CheckGlobals::new);

    /** By how much of itself the time between two checks varies, per cent. */
    private int spread;
    /** The longest time between the first check and the last at start, milliseconds; 0 for any. */
    private int maxSpreadMs;

    private boolean allowsExternal;
    private boolean allowsFork;
    private boolean neverLocal;

    static final List<Keyword<Directive>> ALL = List.of(
            global("spread-checks", "PERCENT", "by how much the time between two checks varies, 0 to 50")
                    .most(1)
                    .as(CheckGlobals::spread),
            global("max-spread-checks", "TIME", "the longest time between the first check and the last at start")
                    .most(1)
                    .as(CheckGlobals::maxSpread),
            global("external-check", "", "allows checks that start a program")
                    .most(0)
                    .as((line, draft) -> draft.facet(KEY).allowsExternal = true),
            global("insecure-fork-wanted", "", "checks may start programs, without a warning")
                    .most(0)
                    .negatable()
                    .as((line, draft) -> draft.facet(KEY).allowsFork = !line.negated()),
            global(
                            "pp2-never-send-local",
                            "",
                            "checks send PROXY headers of version 2 that name both ends, for servers that do not know LOCAL")
                    .most(0)
                    .as((line, draft) -> draft.facet(KEY).neverLocal = true));

    private static Keyword.Builder<Directive> global(String name, String arguments, String doc) {
        return Keyword.directive(name, SectionKind.GLOBAL).arguments(arguments).doc(doc);
    }

    private static void spread(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            alert(line, "'spread-checks' expects an integer argument (0..50).");
            return;
        }
        int percent = Arguments.leadingInteger(line.next());
        if (percent < 0 || percent > 50) {
            alert(line, "'spread-checks' needs a positive value in range 0..50.");
            return;
        }
        draft.facet(KEY).spread = percent;
    }

    private static void maxSpread(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            alert(line, "'max-spread-checks' expects an integer argument (0..50).");
            return;
        }
        String text = line.next();
        Times time = Times.millis(text);
        switch (time.outcome()) {
            case OK -> draft.facet(KEY).maxSpreadMs = (int) time.value();
            case OVERFLOW ->
                alert(
                        line,
                        "timer overflow in argument <" + text
                                + "> to <max-spread-checks>, maximum value is 2147483647 ms (~24.8 days).");
            case UNEXPECTED, MISSING ->
                alert(
                        line,
                        "unsupported character '" + time.character()
                                + "' in 'max-spread-checks' (wants an integer delay).");
        }
    }

    /** Without the blank that most messages have in front of their colon. */
    private static void alert(Arguments line, String text) {
        line.context()
                .problems()
                .alert(
                        line.origin(),
                        "parsing [" + line.origin().file() + ":" + line.origin().line() + "]: " + text);
    }

    /** By how much of itself the time between two checks varies, per cent. */
    int spread() {
        return spread;
    }

    /** The longest time between the first check and the last at start, milliseconds; 0 for any. */
    int maxSpreadMs() {
        return maxSpreadMs;
    }

    boolean allowsExternal() {
        return allowsExternal;
    }

    boolean allowsFork() {
        return allowsFork;
    }

    /** Whether PROXY headers of version 2 name the ends of a check's connection. */
    boolean neverLocal() {
        return neverLocal;
    }

    /** Not inherited: there is one process. */
    @Override
    public Facet inherit() {
        return this;
    }
}
