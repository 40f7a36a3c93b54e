// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.config.text.Times;
import io.tandem.node.frontend.listen.BindLine;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;

/** {@code timeout client-hs}: how long a TLS handshake may take (HAProxy manual 3.x, 4.2). */
final class HandshakeLimit implements Facet {
    private static final FacetKey<HandshakeLimit> KEY = new FacetKey<>(HandshakeLimit.class, HandshakeLimit::new);

    static final Keyword<Directive> LINE = Keyword.directive("timeout client-hs", SectionKind.FRONTENDS)
            .arguments("TIME")
            .doc("how long a client may take for the TLS handshake")
            .as(HandshakeLimit::read);

    private int millis;

    @Override
    public Facet inherit() {
        HandshakeLimit copy = new HandshakeLimit();
        copy.millis = millis;
        return copy;
    }

    /** Milliseconds; 0 where the time-out of the client's inactivity has to do. */
    static int of(BindLine line, Assembly assembly) {
        return assembly.drafts()
                .frontend(line.proxy())
                .map(draft -> draft.facet(KEY).millis)
                .orElse(0);
    }

    private static void read(Arguments line, Draft draft) {
        String word = line.require("'timeout client-hs' expects an integer value (in milliseconds)")
                .text();
        Times time = Times.millis(word);
        if (!time.ok()) {
            throw line.error("unexpected character '" + time.character() + "' in 'timeout client-hs'");
        }
        draft.facet(KEY).millis = (int) time.value();
        line.noMore("timeout client-hs");
    }
}
