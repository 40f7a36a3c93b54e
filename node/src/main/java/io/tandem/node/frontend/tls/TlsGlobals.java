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
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The lines of {@code global} about TLS (HAProxy manual 3.1 and 3.2). */
public final class TlsGlobals implements Facet {
    static final FacetKey<TlsGlobals> KEY = new FacetKey<>(TlsGlobals.class, TlsGlobals::new);

    final TlsSettings defaults = new TlsSettings();
    String certificateBase = "";
    String authorityBase = "";
    /** {@code tune.ssl.capture-buffer-size}: how much of a client's first message is kept, bytes. */
    int captureBytes;

    int sessions = 20_000;
    int sessionLifetimeS = 300;

    static final List<Keyword<Directive>> DIRECTIVES = List.of(
            directory("crt-base", "where relative names of certificates start", (g, path) -> g.certificateBase = path),
            directory("ca-base", "where relative names of authorities start", (g, path) -> g.authorityBase = path),
            line("ssl-default-bind-ciphers", "CIPHERS", "cipher suites of bind lines up to TLS 1.2")
                    .as((line, draft) -> of(draft).defaults.ciphers = only(
                            line,
                            "global statement 'ssl-default-bind-ciphers' expects a cipher suite as an argument.")),
            line("ssl-default-bind-ciphersuites", "SUITES", "cipher suites of bind lines from TLS 1.3 on")
                    .as((line, draft) -> of(draft).defaults.ciphersuites = only(
                            line,
                            "global statement 'ssl-default-bind-ciphersuites' expects a cipher suite as an argument.")),
            line("ssl-default-bind-curves", "CURVES", "elliptic curves of bind lines")
                    .as((line, draft) -> of(draft).defaults.curves = only(
                            line, "global statement 'ssl-default-bind-curves' expects a curves suite as an argument.")),
            line("ssl-default-bind-options", "OPTION…", "options of all bind lines")
                    .as(TlsGlobals::options),
            line("tune.ssl.default-dh-param", "BITS", "size of ephemeral Diffie-Hellman parameters")
                    .as(TlsGlobals::dhParam),
            line("tune.ssl.capture-buffer-size", "BYTES", "how much of clients' first messages is kept for fetches")
                    .as((line, draft) -> of(draft).captureBytes = captureBytes(line)),
            line("tune.ssl.capture-cipherlist-size", "BYTES", "as tune.ssl.capture-buffer-size")
                    .as((line, draft) -> {
                        line.context()
                                .problems()
                                .warning(
                                        line.origin(),
                                        "parsing [" + line.origin().file() + ":"
                                                + line.origin().line()
                                                + "]: 'tune.ssl.capture-cipherlist-size' is deprecated and will be"
                                                + " removed in version 2.7. Please use 'tune.ssl.capture-buffer-size'"
                                                + " instead.");
                        of(draft).captureBytes = captureBytes(line);
                    }),
            line("tune.ssl.cachesize", "SESSIONS", "TLS sessions remembered for clients without tickets")
                    .as((line, draft) -> of(draft).sessions =
                            Math.max(1, number(line, "'tune.ssl.cachesize' expects a positive numeric value."))),
            line("tune.ssl.lifetime", "TIME", "how long a TLS session can be resumed")
                    .as((line, draft) -> of(draft).sessionLifetimeS = lifetime(line)));

    @Override
    public Facet inherit() {
        return new TlsGlobals();
    }

    public static TlsGlobals of(Draft global) {
        return global.facet(KEY);
    }

    /** A certificate's file as {@code crt-base} completes it. */
    public String certificate(String file) {
        return under(certificateBase, file);
    }

    /** A file of authorities as {@code ca-base} completes it. */
    public String authority(String file) {
        return under(authorityBase, file);
    }

    /** A file name as {@code crt-base} or {@code ca-base} completes it. */
    public static String under(String base, String file) {
        return file.startsWith("/") || base.isEmpty() ? file : base + "/" + file;
    }

    private static void options(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("global statement 'ssl-default-bind-options' expects an option as an argument.");
        }
        while (line.hasNext()) {
            String name = line.next();
            if (!TlsOptions.isDefaultable(name)) {
                throw line.error("unknown option '" + name + "' on global statement 'ssl-default-bind-options'.");
            }
            TlsOptions.apply(name, line, of(draft).defaults);
        }
    }

    private static int captureBytes(Arguments line) {
        String name = line.keyword();
        String text =
                line.require("'" + name + "' expects an integer argument.").text();
        if (text.startsWith("-")) {
            throw line.error("'" + name + "' expects a positive numeric value.");
        }
        return text.matches("[0-9]{1,5}") ? Math.min(Integer.parseInt(text), 16_384) : 0;
    }

    private static void dhParam(Arguments line, Draft draft) {
        int bits = number(line, "'tune.ssl.default-dh-param' expects an integer argument.");
        if (bits < 1024) {
            throw line.error("'tune.ssl.default-dh-param' expects a value >= 1024.");
        }
        // The TLS engine has no ephemeral Diffie-Hellman over integers at all: clients agree on elliptic curves.
    }

    private static int lifetime(Arguments line) {
        String text = line.require("'tune.ssl.lifetime' expects ssl sessions <lifetime> in seconds as argument.")
                .text();
        io.tandem.config.text.Times time = io.tandem.config.text.Times.parse(text, io.tandem.config.text.Times.Unit.S);
        if (!time.ok()) {
            throw line.error("unexpected character '" + time.character() + "' in argument to <tune.ssl.lifetime>.");
        }
        return (int) time.value();
    }

    private static int number(Arguments line, String complaint) {
        String text = line.require(complaint).text();
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    private static String only(Arguments line, String complaint) {
        String text = line.require(complaint).text();
        if (line.hasNext()) {
            throw line.error("'" + line.keyword() + "' cannot handle unexpected argument '" + line.peek() + "'.");
        }
        return text;
    }

    private static Keyword<Directive> directory(String name, String doc, BiConsumer<TlsGlobals, String> setting) {
        return line(name, "DIRECTORY", doc)
                .as((line, draft) -> setting.accept(
                        of(draft),
                        only(line, "global statement '" + name + "' expects a directory path as an argument.")));
    }

    private static Keyword.Builder<Directive> line(String name, String arguments, String doc) {
        return Keyword.directive(name, SectionKind.GLOBAL).arguments(arguments).doc(doc);
    }

    /** The line's own word, else the default's. */
    public static @Nullable String either(@Nullable String own, @Nullable String byDefault) {
        return own != null ? own : byDefault;
    }
}
