// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Feature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A backend's {@code source}: of those of its servers that have none (HAProxy manual 4.2). */
public final class SourceLines implements Feature {
    private static final class Setting implements Facet {
        @Nullable SourceAddress source;

        @Override
        public Facet inherit() {
            Setting copy = new Setting();
            copy.source = source;
            return copy;
        }
    }

    private static final FacetKey<Setting> SETTING = new FacetKey<>(Setting.class, Setting::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("source", SectionKind.PROXIES)
                        .arguments(
                                "ADDR[:PORT] [usesrc {ADDR | client | clientip | hdr_ip(NAME[,N])}] [interface NAME]")
                        .doc("where connections to servers come from")
                        .as(SourceLines::source),
                Keyword.directive("usesrc", SectionKind.PROXIES)
                        .doc("part of source")
                        .as((line, draft) -> {
                            throw line.error("'usesrc' only allowed after a 'source' statement.");
                        }));
    }

    static @Nullable SourceAddress of(ProxyDraft draft) {
        return draft.facet(SETTING).source;
    }

    private static void source(Arguments line, Draft draft) {
        ProxyDraft proxy = (ProxyDraft) draft;
        if (!proxy.needsBackend(line, "source", ".")) {
            return;
        }
        String address = line.next();
        if (address.isEmpty()) {
            throw line.error(
                    "'source' expects <addr>[:<port>], and optionally 'usesrc' <addr>, and 'interface' <name>.");
        }
        try {
            SourceAddress source = SourceReader.options(
                    SourceReader.address(address, line.context().options().environment(), false), line);
            if (line.hasNext()) {
                throw line.error("'source' only supports optional keywords 'interface' and 'usesrc'.");
            }
            draft.facet(SETTING).source = source;
        } catch (SourceReader.Malformed malformed) {
            throw line.error(malformed.text());
        }
    }
}
