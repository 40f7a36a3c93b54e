// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Feature;
import io.tandem.node.tls.ProtocolOptions;
import java.util.List;
import java.util.function.BiConsumer;

/** The lines of {@code global} about TLS toward servers (HAProxy manual 3.1). */
public final class ServerTlsLines implements Feature {
    private static final FacetKey<Globals> GLOBALS = new FacetKey<>(Globals.class, Globals::new);

    /** What they say. */
    static final class Globals implements Facet {
        final ServerTlsSettings defaults = new ServerTlsSettings();
        /** {@code ssl-server-verify none}. */
        boolean trustsAll;

        @Override
        public Facet inherit() {
            return new Globals();
        }
    }

    static Globals of(Draft global) {
        return global.facet(GLOBALS);
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                line("ssl-server-verify", "none | required", "whether servers' certificates are verified")
                        .as(ServerTlsLines::verify),
                line("ssl-default-server-options", "OPTION…", "options of all server lines")
                        .as(ServerTlsLines::options),
                text(
                        "ssl-default-server-ciphers",
                        "cipher suite",
                        (settings, text) -> settings.protocol.ciphers = text),
                text(
                        "ssl-default-server-ciphersuites",
                        "cipher suite",
                        (settings, text) -> settings.protocol.ciphersuites = text),
                text("ssl-default-server-curves", "curves suite", (settings, text) -> settings.protocol.curves = text));
    }

    private static void verify(Arguments line, Draft draft) {
        String word =
                line.require("'ssl-server-verify' expects an integer argument.").text();
        switch (word) {
            case "none" -> of(draft).trustsAll = true;
            case "required" -> of(draft).trustsAll = false;
            default -> throw line.error("'ssl-server-verify' expects 'none' or 'required' as argument.");
        }
    }

    private static void options(Arguments line, Draft draft) {
        ProtocolOptions.readDefaults(line, name -> ProtocolOptions.apply(name, line, of(draft).defaults.protocol));
    }

    private static Keyword<Directive> text(String name, String what, BiConsumer<ServerTlsSettings, String> setting) {
        return line(name, "LIST", what + " of server lines").as((line, draft) -> {
            String text = line.require("global statement '" + name + "' expects a " + what + " as an argument.")
                    .text();
            if (line.hasNext()) {
                throw line.error("'" + name + "' cannot handle unexpected argument '" + line.peek() + "'.");
            }
            setting.accept(of(draft).defaults, text);
        });
    }

    private static Keyword.Builder<Directive> line(String name, String arguments, String doc) {
        return Keyword.directive(name, SectionKind.GLOBAL).arguments(arguments).doc(doc);
    }
}
