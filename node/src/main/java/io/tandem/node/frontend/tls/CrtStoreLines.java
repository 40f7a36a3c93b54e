// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of {@code crt-store} sections (HAProxy 3.x, manual 12.9): certificates whose parts lie in files of any name, known as
 * {@code @STORE/NAME} to {@code crt} and {@code crt-list}.
 */
final class CrtStoreLines implements Facet {
    private static final FacetKey<CrtStoreLines> KEY = new FacetKey<>(CrtStoreLines.class, CrtStoreLines::new);

    static final List<Keyword<Directive>> ALL = List.of(
            line("crt-base", "DIRECTORY", "where relative names of certificates start")
                    .as((line, draft) -> draft.facet(KEY).certificateBase = directory(line)),
            line("key-base", "DIRECTORY", "where relative names of keys start")
                    .as((line, draft) -> draft.facet(KEY).keyBase = directory(line)),
            line("load", "crt FILE [key FILE] [ocsp FILE] [issuer FILE] [alias NAME]", "a certificate and its parts")
                    .as(CrtStoreLines::load));

    private @Nullable String certificateBase;
    private @Nullable String keyBase;

    @Override
    public Facet inherit() {
        return new CrtStoreLines();
    }

    private static String directory(Arguments line) {
        return line.require("'" + line.keyword() + "' expects a directory path as an argument.")
                .text();
    }

    private static void load(Arguments line, Draft draft) {
        CrtStoreLines section = draft.facet(KEY);
        String certificate = null;
        String key = null;
        String ocsp = null;
        String issuer = null;
        String alias = null;
        boolean updates = false;
        while (line.hasNext()) {
            String word = line.next();
            String value =
                    line.require("'load' : '" + word + "' expects an argument.").text();
            switch (word) {
                case "crt" -> certificate = value;
                case "key" -> key = value;
                case "ocsp" -> ocsp = value;
                case "issuer" -> issuer = value;
                case "alias" -> alias = value;
                case "sctl" ->
                    line.warn("'load' : 'sctl' has no effect: the TLS engine sends no certificate timestamps.");
                case "ocsp-update" -> {
                    if (!value.equals("on") && !value.equals("off")) {
                        throw line.error("'load' : 'ocsp-update' expects 'on' or 'off'");
                    }
                    updates = value.equals("on");
                }
                default -> throw line.error("'load' : unknown keyword '" + word + "'");
            }
        }
        if (certificate == null) {
            throw line.error("'load' : 'crt' is missing");
        }
        TlsGlobals globals = TlsGlobals.of(line.context().drafts().global());
        String base = section.certificateBase == null ? globals.certificateBase : section.certificateBase;
        String keys = section.keyBase != null ? section.keyBase : globals.keyBase.isEmpty() ? base : globals.keyBase;
        CertificateStore store = CertificateStore.of(line.context().drafts().global());
        String file = TlsGlobals.under(base, certificate);
        String name = alias == null && draft.name().isEmpty()
                ? file
                : "@" + draft.name() + "/" + (alias == null ? certificate : alias);
        if (store.certificate(name) != null) {
            throw line.error("'load' : '" + name + "' is already defined");
        }
        try {
            store.define(name, file, under(keys, key), under(base, ocsp), under(base, issuer));
            StoredCertificate stored = store.certificate(name);
            if (updates && stored != null) {
                stored.update();
            }
        } catch (Certificate.Unusable unusable) {
            throw line.error("'load' : " + unusable.text());
        }
        store.takeWarnings().forEach(line::warn);
    }

    private static @Nullable String under(String base, @Nullable String file) {
        return file == null ? null : TlsGlobals.under(base, file);
    }

    private static Keyword.Builder<Directive> line(String name, String arguments, String doc) {
        return Keyword.directive(name, SectionKind.CRT_STORE)
                .arguments(arguments)
                .doc(doc);
    }
}
