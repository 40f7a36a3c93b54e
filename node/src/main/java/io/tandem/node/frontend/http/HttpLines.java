// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.http.HttpSettings.ConnectionMode;
import io.tandem.node.frontend.http.HttpSettings.Reuse;
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
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options that say how a proxy speaks HTTP, and {@code errorfile} (HAProxy manual 4.2). */
public final class HttpLines implements Feature {
    private static final byte[] X_FORWARDED_FOR = "x-forwarded-for".getBytes(StandardCharsets.US_ASCII);
    private static final String EXCEPT_SYNTAX = "'option forwardfor except' expects <address>[/mask] as argument.";

    private static final class Settings implements Facet {
        private boolean serverClose;
        private boolean close;
        private boolean abortOnClose;
        private boolean ignoreProbes;
        private Reuse reuse = Reuse.SAFE;
        private @Nullable ForwardedFor forwardedFor;
        private final Map<Integer, byte[]> errorFiles = new HashMap<>();

        @Override
        public Facet inherit() {
            Settings copy = new Settings();
            copy.serverClose = serverClose;
            copy.close = close;
            copy.abortOnClose = abortOnClose;
            copy.ignoreProbes = ignoreProbes;
            copy.reuse = reuse;
            copy.forwardedFor = forwardedFor;
            copy.errorFiles.putAll(errorFiles);
            return copy;
        }

        private HttpSettings settings() {
            ConnectionMode mode = close
                    ? ConnectionMode.CLOSE
                    : serverClose ? ConnectionMode.SERVER_CLOSE : ConnectionMode.KEEP_ALIVE;
            ErrorPages pages = errorFiles.isEmpty() ? null : ErrorPages.DEFAULT.with(errorFiles);
            return new HttpSettings(mode, forwardedFor, pages, reuse, abortOnClose, ignoreProbes);
        }
    }

    private static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);

    /** A switch of a section. */
    private interface Switch {
        void set(Settings settings, boolean on);
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                option("http-keep-alive", "connections go on after a response", (s, on) -> {
                    s.serverClose &= !on;
                    s.close &= !on;
                }),
                option("http-server-close", "the server's connection ends after a response", (s, on) -> {
                    s.serverClose = on;
                    s.close &= !on;
                }),
                option("httpclose", "both connections end after a response", (s, on) -> {
                    s.close = on;
                    s.serverClose &= !on;
                }),
                backendOption(
                        "abortonclose", "gives up requests whose client has closed", (s, on) -> s.abortOnClose = on),
                option(
                        "http-ignore-probes",
                        "says nothing about connections without data",
                        (s, on) -> s.ignoreProbes = on),
                Keyword.directive("option forwardfor", SectionKind.PROXIES)
                        .arguments("[except NETWORK] [header NAME] [if-none]")
                        .doc("tells the server the client's address")
                        .as(HttpLines::forwardFor),
                Keyword.directive("option forceclose", SectionKind.PROXIES)
                        .doc("the same as option httpclose")
                        .negatable()
                        .retired("option httpclose")
                        .as((line, draft) -> draft.facet(SETTINGS).close = !line.negated()),
                Keyword.directive("option http-use-htx", SectionKind.PROXIES)
                        .doc("the only way HTTP is handled")
                        .negatable()
                        .noEffect("it has been the only way since HAProxy 2.1; remove the line")
                        .as((line, draft) -> {}),
                Keyword.directive("option http-tunnel", SectionKind.PROXIES)
                        .doc("was removed in HAProxy 2.1")
                        .negatable()
                        .noEffect("it was removed in HAProxy 2.1; connections are kept alive")
                        .as((line, draft) -> {}),
                Keyword.directive("http-reuse", SectionKind.PROXIES)
                        .arguments("never | safe | aggressive | always")
                        .doc("which requests share server connections")
                        .as(HttpLines::reuse),
                Keyword.directive("errorfile", SectionKind.PROXIES)
                        .arguments("STATUS FILE")
                        .doc("the response for a status that the proxy makes itself")
                        .as(HttpLines::errorFile));
    }

    private static Keyword<Directive> option(String name, String doc, Switch meaning) {
        return Keyword.directive("option " + name, SectionKind.PROXIES)
                .doc(doc)
                .negatable()
                .as((line, draft) -> {
                    line.noMore("option " + name);
                    meaning.set(draft.facet(SETTINGS), !line.negated());
                });
    }

    private static Keyword<Directive> backendOption(String name, String doc, Switch meaning) {
        return Keyword.directive("option " + name, SectionKind.PROXIES)
                .doc(doc)
                .negatable()
                .as((line, draft) -> {
                    if (((ProxyDraft) draft).needsBackend(line, name, ".")) {
                        line.noMore("option " + name);
                        meaning.set(draft.facet(SETTINGS), !line.negated());
                    }
                });
    }

    private static void forwardFor(Arguments line, Draft draft) {
        byte[] header = X_FORWARDED_FOR;
        byte @Nullable [] except = null;
        int bits = 0;
        boolean ifNone = false;
        while (line.hasNext()) {
            switch (line.next()) {
                case "except" -> {
                    String network = line.require(EXCEPT_SYNTAX).text();
                    int slash = network.indexOf('/');
                    except = literal(slash < 0 ? network : network.substring(0, slash));
                    bits = except == null ? -1 : prefix(network, slash, except.length * 8);
                    if (bits < 0) {
                        throw line.error(EXCEPT_SYNTAX);
                    }
                }
                case "header" ->
                    header = line.require("'option forwardfor header' expects <header_name> as argument.")
                            .text()
                            .toLowerCase(Locale.ROOT)
                            .getBytes(StandardCharsets.US_ASCII);
                case "if-none" -> ifNone = true;
                default ->
                    throw line.error(
                            "'option forwardfor' only supports optional values: 'except', 'header' and 'if-none'.");
            }
        }
        draft.facet(SETTINGS).forwardedFor = new ForwardedFor(header, except, bits, ifNone);
    }

    /** The bits of a mask, written as a number or, for IPv4, as an address; -1 if it is neither. */
    private static int prefix(String network, int slash, int all) {
        if (slash < 0) {
            return all;
        }
        String mask = network.substring(slash + 1);
        if (mask.matches("[0-9]{1,3}")) {
            int bits = Integer.parseInt(mask);
            return bits <= all ? bits : -1;
        }
        byte[] address = literal(mask);
        if (address == null || address.length * 8 != all) {
            return -1;
        }
        int bits = 0;
        while (bits < all && (address[bits >> 3] & 0x80 >> (bits & 7)) != 0) {
            bits++;
        }
        return bits;
    }

    private static byte @Nullable [] literal(String text) {
        if (!text.matches("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+") && text.indexOf(':') < 0) {
            return null;
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException notAnAddress) {
            return null;
        }
    }

    private static void reuse(Arguments line, Draft draft) {
        if (!((ProxyDraft) draft).needsBackend(line, "http-reuse", ".")) {
            return;
        }
        Reuse reuse =
                switch (line.next()) {
                    case "never" -> Reuse.NEVER;
                    case "safe" -> Reuse.SAFE;
                    case "aggressive" -> Reuse.AGGRESSIVE;
                    case "always" -> Reuse.ALWAYS;
                    default -> throw line.error("'http-reuse' only supports 'never', 'safe', 'aggressive', 'always'.");
                };
        draft.facet(SETTINGS).reuse = reuse;
    }

    private static void errorFile(Arguments line, Draft draft) {
        String usage = "errorfile : expects <status_code> and <file> as arguments.";
        String code = line.require(usage).text();
        String file = line.require(usage).text();
        int status = code.matches("[0-9]{3}") ? Integer.parseInt(code) : 0;
        if (!ErrorPages.statuses().contains(status)) {
            throw line.error("errorfile : status code '" + code + "' not handled.");
        }
        try {
            draft.facet(SETTINGS).errorFiles.put(status, Files.readAllBytes(Path.of(file)));
        } catch (IOException unreadable) {
            throw line.error("errorfile : error opening file '" + file + "'.");
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        backend.http = draft.facet(SETTINGS).settings();
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        frontend.http = draft.facet(SETTINGS).settings();
    }
}
