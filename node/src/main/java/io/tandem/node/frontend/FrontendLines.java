// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;

/** The frontend's {@code maxconn}. */
public final class FrontendLines implements Feature {
    private static final class Settings implements Facet {
        private int maxConnections;

        @Override
        public Facet inherit() {
            Settings copy = new Settings();
            copy.maxConnections = maxConnections;
            return copy;
        }
    }

    private static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(Keyword.directive("maxconn", SectionKind.PROXIES)
                .arguments("NUMBER")
                .doc("client connections at once")
                .as(FrontendLines::maxConnections));
    }

    private static void maxConnections(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("'maxconn' expects an integer argument.");
        }
        if (((ProxyDraft) draft).needsFrontend(line, "maxconn", ". Maybe you want 'fullconn' instead ?")) {
            draft.facet(SETTINGS).maxConnections = Math.max(0, line.leadingInteger());
            line.noMore("maxconn");
        }
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        frontend.maxConnections = draft.facet(SETTINGS).maxConnections;
    }
}
