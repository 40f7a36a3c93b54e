// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** How many connections and sessions a second the process accepts, and how many with TLS at once (HAProxy manual 3.2). */
public final class LimitLines implements Feature {
    /** Many enough that the kernel's line does not grow while the loop has other work, and short: half a millisecond. */
    private static final int ACCEPTS_IN_A_ROW = 16;

    private static final class Settings implements Facet {
        private int connectionRate;
        private int sessionRate;
        private int tlsRate;
        private int tlsConnections;
        private int acceptsInARow;

        @Override
        public Facet inherit() {
            return this; // global has no defaults to inherit
        }
    }

    private static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                line("maxconnrate", "connections accepted a second", (s, n) -> s.connectionRate = n),
                line("maxsessrate", "sessions begun a second", (s, n) -> s.sessionRate = n),
                line("maxsslrate", "TLS sessions begun a second", (s, n) -> s.tlsRate = n),
                line("maxsslconn", "TLS connections of clients at once", (s, n) -> s.tlsConnections = n),
                Keyword.directive("tune.maxaccept", SectionKind.GLOBAL)
                        .arguments("NUMBER")
                        .doc("connections a loop accepts from one socket before it turns to other work; -1 for all")
                        .as(LimitLines::readMaxAccept));
    }

    private static Keyword<Directive> line(String name, String doc, ObjIntConsumer<Settings> setting) {
        return Keyword.directive(name, SectionKind.GLOBAL)
                .arguments("NUMBER")
                .doc(doc)
                .as((line, draft) -> apply(name, line, draft, setting));
    }

    private static void apply(String name, Arguments line, Draft draft, ObjIntConsumer<Settings> setting) {
        if (!line.hasNext()) {
            throw line.error("'" + name + "' expects an integer argument.");
        }
        setting.accept(draft.facet(SETTINGS), Math.max(0, line.leadingInteger()));
        line.noMore(name);
    }

    private static void readMaxAccept(Arguments line, Draft draft) {
        Settings settings = draft.facet(SETTINGS);
        if (settings.acceptsInARow != 0) {
            throw line.error("'tune.maxaccept' already specified. Continuing.");
        }
        if (!line.hasNext()) {
            throw line.error("'tune.maxaccept' expects an integer argument.");
        }
        int number = line.leadingInteger();
        settings.acceptsInARow = number < 0 ? Integer.MAX_VALUE : number;
        line.noMore("tune.maxaccept");
    }

    /** {@code tune.maxaccept}: connections accepted from one socket before the loop turns to other work, at least 1. */
    static int acceptsInARow(Drafts drafts) {
        int number = drafts.global().facet(SETTINGS).acceptsInARow;
        return number == 0 ? ACCEPTS_IN_A_ROW : number;
    }

    /** TLS connections at once, 0 for no limit. */
    static int tlsConnections(Drafts drafts) {
        return drafts.global().facet(SETTINGS).tlsConnections;
    }

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        Settings settings = global.facet(SETTINGS);
        assembly.onCommit(() -> {
            assembly.node().maxConnections(0); // whatever was said on the admin socket
            assembly.node().connectionLimit().perSecond(settings.connectionRate);
            assembly.node().sessionLimit().perSecond(settings.sessionRate);
            assembly.node().tlsLimit().perSecond(settings.tlsRate);
        });
    }
}
