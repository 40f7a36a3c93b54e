// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import io.tandem.node.backend.Backend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code persist rdp-cookie} (HAProxy manual 4.2). */
public final class RdpLines implements Feature {
    private static final String NAMED = "rdp-cookie(";

    private static final class Said implements Facet {
        private @Nullable String cookie;

        @Override
        public Facet inherit() {
            Said copy = new Said();
            copy.cookie = cookie;
            return copy;
        }
    }

    private static final FacetKey<Said> SAID = new FacetKey<>(Said.class, Said::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(Keyword.directive("persist", SectionKind.PROXIES)
                .arguments("rdp-cookie[(NAME)]")
                .doc("a terminal server's cookie brings clients back to it")
                .as(RdpLines::persist));
    }

    private static void persist(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("missing persist method.");
        }
        String method = line.next();
        if (method.equals("rdp-cookie")) {
            draft.facet(SAID).cookie = "msts";
        } else if (!method.startsWith(NAMED)) {
            throw line.error("unknown persist method.");
        } else if (!method.endsWith(")") || method.length() == NAMED.length() + 1) {
            throw line.error("persist rdp-cookie(name)' requires an rdp cookie name.");
        } else {
            draft.facet(SAID).cookie = method.substring(NAMED.length(), method.length() - 1);
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        String cookie = draft.facet(SAID).cookie;
        if (cookie != null) {
            backend.persistence = Persistences.join(
                    new RdpPersistence(Text.bytes(cookie), List.copyOf(backend.servers), backend.persistToDown),
                    backend.persistence);
        }
    }
}
