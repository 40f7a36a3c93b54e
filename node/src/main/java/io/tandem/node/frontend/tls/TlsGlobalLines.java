// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Times;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.socket.Endpoints;
import io.tandem.node.tls.KeyLog;
import io.tandem.node.tls.ProtocolOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The lines of {@code global} about TLS towards clients (HAProxy manual 3.1 and 3.2). */
final class TlsGlobalLines {
    private static final String NO_DH =
            "the TLS engine has no Diffie-Hellman over integers: clients agree on elliptic curves";

    private static final String NO_OPENSSL = "OpenSSL is not the TLS engine here";

    static final List<Keyword<Directive>> ALL = List.of(
            line("crt-base", "DIRECTORY", "where relative names of certificates start")
                    .as(TlsGlobalLines::certificateBase),
            line("key-base", "DIRECTORY", "where relative names of keys in crt-store sections start")
                    .as(TlsGlobalLines::keyBase),
            line("ca-base", "DIRECTORY", "where relative names of authorities start")
                    .as(TlsGlobalLines::authorityBase),
            line("issuers-chain-path", "DIRECTORY", "chains of issuers, for certificates that come without")
                    .as(TlsGlobalLines::issuers),
            line("ssl-load-extra-files", "KIND…", "which files beside a certificate's are looked for")
                    .as(TlsGlobalLines::extraFiles),
            line("ssl-load-extra-del-ext", "", "files beside a certificate's replace its extension")
                    .as((line, draft) -> store(draft).extras().replaceExtension()),
            line("ssl-default-bind-ciphers", "CIPHERS", "cipher suites of bind lines up to TLS 1.2")
                    .as((line, draft) -> defaults(draft).protocol.ciphers = only(line, "a cipher suite")),
            line("ssl-default-bind-ciphersuites", "SUITES", "cipher suites of bind lines from TLS 1.3 on")
                    .as((line, draft) -> defaults(draft).protocol.ciphersuites = only(line, "a cipher suite")),
            line("ssl-default-bind-curves", "CURVES", "elliptic curves of bind lines")
                    .as((line, draft) ->
                            defaults(draft).protocol.curves = only(line, "a curves suite", "an arguments")),
            line("ssl-default-bind-options", "OPTION…", "options of all bind lines")
                    .as(TlsGlobalLines::options),
            line("tune.ssl.capture-buffer-size", "BYTES", "how much of clients' first messages is kept for fetches")
                    .as((line, draft) -> TlsGlobals.of(draft).captureBytes = Math.min(number(line), 16_384)),
            line("tune.ssl.capture-cipherlist-size", "BYTES", "as tune.ssl.capture-buffer-size")
                    .as(TlsGlobalLines::oldCapture),
            line("tune.ssl.cachesize", "SESSIONS", "TLS sessions remembered for clients without tickets")
                    .as((line, draft) -> TlsGlobals.of(draft).sessions = number(line)),
            line("tune.ssl.keylog", "on|off", "keeps the secrets of clients' connections for fetches")
                    .as(TlsGlobalLines::keyLog),
            line("tune.ssl.lifetime", "TIME", "how long a TLS session can be resumed")
                    .as((line, draft) -> TlsGlobals.of(draft).sessionLifetimeS = lifetime(line)),
            line("tune.ssl.maxrecord", "BYTES", "the most clear text in one TLS record")
                    .as((line, draft) -> TlsGlobals.of(draft).recordLimit(number(line))),
            line("tune.ssl.hard-maxrecord", "BYTES", "the most clear text in one TLS record, always")
                    .as((line, draft) -> TlsGlobals.of(draft).hardRecordLimit(number(line))),
            line("tune.ssl.ssl-ctx-cache-size", "NUMBER", "how many generated certificates are kept")
                    .as((line, draft) -> TlsGlobals.of(draft).generatedKept = number(line)),
            vain("tune.ssl.default-dh-param", "BITS", NO_DH, TlsGlobalLines::dhParam),
            vain("ssl-dh-param-file", "FILE", NO_DH, TlsGlobalLines::dhFile),
            vain(
                    "tune.ssl.force-private-cache",
                    "",
                    "TLS sessions are remembered in this process alone anyway",
                    line -> line.noMore("tune.ssl.force-private-cache")),
            vain("ssl-mode-async", "", "the TLS engine never waits for a cryptographic device", line -> {}),
            vain("ssl-default-bind-sigalgs", "ALGORITHMS", TlsOptions.OWN_ALGORITHMS, word("signature algorithms")),
            vain(
                    "ssl-default-bind-client-sigalgs",
                    "ALGORITHMS",
                    TlsOptions.OWN_ALGORITHMS,
                    word("signature algorithms")),
            vain(
                    "tune.ssl.certificate-compression",
                    "auto|off",
                    "certificates are sent as they are",
                    word("'auto' or 'off'")),
            vain("ssl-provider", "NAME", NO_OPENSSL, word("a valid engine provider name")),
            vain("ssl-provider-path", "DIRECTORY", NO_OPENSSL, word("a directory path")),
            vain("ssl-propquery", "QUERY", NO_OPENSSL, word("a property string")),
            line("tune.ssl.ocsp-update.mindelay", "SECONDS", "the least time between two updates of an OCSP response")
                    .as((line, draft) -> delay(line, draft, true)),
            line("tune.ssl.ocsp-update.maxdelay", "SECONDS", "the most time between two updates of an OCSP response")
                    .as((line, draft) -> delay(line, draft, false)),
            line("tune.ssl.ocsp-update.mode", "on|off", "whether OCSP responses are fetched where nothing else is said")
                    .as((line, draft) -> store(draft).updates().byDefault(TlsOptions.onOrOff(line))),
            line("ocsp-update.mindelay", "SECONDS", "as tune.ssl.ocsp-update.mindelay")
                    .as((line, draft) -> delay(line, draft, true)),
            line("ocsp-update.maxdelay", "SECONDS", "as tune.ssl.ocsp-update.maxdelay")
                    .as((line, draft) -> delay(line, draft, false)),
            line("ocsp-update.mode", "on|off", "as tune.ssl.ocsp-update.mode")
                    .as((line, draft) -> store(draft).updates().byDefault(TlsOptions.onOrOff(line))),
            line("ocsp-update.disable", "on|off", "fetches no OCSP response, whatever other lines say")
                    .as((line, draft) -> store(draft).updates().disable(TlsOptions.onOrOff(line))),
            line("ocsp-update.httpproxy", "ADDRESS[:PORT]", "the HTTP proxy that OCSP responses are fetched through")
                    .as(TlsGlobalLines::httpProxy),
            line("ssl-skip-self-issued-ca", "", "does not send an authority that signed itself")
                    .as((line, draft) -> store(draft).files().skipSelfIssued()));

    private TlsGlobalLines() {}

    private static TlsSettings defaults(Draft draft) {
        return TlsGlobals.of(draft).defaults;
    }

    private static CertificateStore store(Draft draft) {
        return CertificateStore.of(draft);
    }

    private static void certificateBase(Arguments line, Draft draft) {
        String path = directory(line);
        if (!TlsGlobals.of(draft).certificateBase.isEmpty()) {
            throw line.error("'crt-base' already specified.");
        }
        TlsGlobals.of(draft).certificateBase = path;
        store(draft).base(path);
    }

    private static void keyBase(Arguments line, Draft draft) {
        String path = directory(line);
        if (!TlsGlobals.of(draft).keyBase.isEmpty()) {
            throw line.error("'key-base' already specified.");
        }
        TlsGlobals.of(draft).keyBase = path;
    }

    private static void authorityBase(Arguments line, Draft draft) {
        String path = directory(line);
        if (!TlsGlobals.of(draft).authorityBase.isEmpty()) {
            throw line.error("'ca-base' already specified.");
        }
        TlsGlobals.of(draft).authorityBase = path;
    }

    private static void issuers(Arguments line, Draft draft) {
        String path = line.next();
        line.noMore(line.keyword());
        if (path.isEmpty() || !Files.isDirectory(Path.of(path))) {
            throw line.error("global statement 'issuers-chain-path' expects a directory path as an argument.");
        }
        for (String warning : store(draft).files().issuers(path)) {
            line.context().problems().warning(new Origin("", 0, 0), warning);
        }
    }

    private static void extraFiles(Arguments line, Draft draft) {
        String complaint = "'ssl-load-extra-files' expects one or multiple arguments"
                + " (none, all, bundle, sctl, ocsp, issuer).";
        line.require(complaint);
        line.position(line.position() - 1);
        Set<ExtraFiles.Kind> wanted = EnumSet.noneOf(ExtraFiles.Kind.class);
        boolean whole = false;
        int words = 0;
        while (line.hasNext()) {
            String word = line.next();
            words++;
            if (word.equals("none") || word.equals("all")) {
                whole = true;
                wanted = word.equals("all")
                        ? EnumSet.allOf(ExtraFiles.Kind.class)
                        : EnumSet.noneOf(ExtraFiles.Kind.class);
            } else {
                wanted.add(ExtraFiles.Kind.named(word).orElseThrow(() -> line.error(complaint)));
            }
        }
        if (whole && words > 1) {
            throw line.error("'ssl-load-extra-files' 'none' and 'all' can be only used alone");
        }
        store(draft).extras().only(wanted);
    }

    private static void options(Arguments line, Draft draft) {
        ProtocolOptions.readDefaults(line, name -> TlsOptions.applyDefault(name, line, defaults(draft)));
    }

    private static void oldCapture(Arguments line, Draft draft) {
        line.context()
                .problems()
                .warning(
                        line.origin(),
                        "parsing [" + line.origin().file() + ":" + line.origin().line()
                                + "]: 'tune.ssl.capture-cipherlist-size' is deprecated and will be removed in version 2.7."
                                + " Please use 'tune.ssl.capture-buffer-size' instead.");
        TlsGlobals.of(draft).captureBytes = Math.min(number(line), 16_384);
    }

    private static void keyLog(Arguments line, Draft draft) {
        String word = line.next();
        line.noMore(line.keyword());
        if (!word.equals("on") && !word.equals("off")) {
            throw line.error("'" + line.keyword() + "' expects either 'on' or 'off' but got '" + word + "'.");
        }
        TlsGlobals.of(draft).keepsSecrets = word.equals("on");
        if (word.equals("on") && !KeyLog.isAvailable()) {
            line.warn("'tune.ssl.keylog' has no effect: the TLS engine of this process tells no secrets.");
        }
    }

    private static void dhParam(Arguments line) {
        if (!line.hasNext()) {
            throw line.error("'tune.ssl.default-dh-param' expects an integer argument.");
        }
        if (line.leadingInteger() < 1024) {
            throw line.error("'tune.ssl.default-dh-param' expects a value >= 1024.");
        }
    }

    private static void dhFile(Arguments line) {
        String file = line.require("'ssl-dh-param-file' expects a file path as an argument.")
                .text();
        line.noMore(line.keyword());
        if (!Files.isReadable(Path.of(file))) {
            throw line.error("'ssl-dh-param-file': unable to load DH parameters from file <" + file + ">.");
        }
    }

    private static Look word(String what) {
        return line -> line.require("global statement '" + line.keyword() + "' expects " + what + " as an argument.");
    }

    private static void httpProxy(Arguments line, Draft draft) {
        String text = line.require("'" + line.keyword() + "' expects an address and optionally a port.")
                .text();
        line.noMore(line.keyword());
        AddressSyntax.Result result =
                new AddressSyntax(line.context().options().environment(), AddressSyntax.Allow.STREAM).parse(text);
        InetAddress address = result.address() instanceof Address.Inet inet ? Endpoints.resolve(inet) : null;
        if (address == null || !(result.address() instanceof Address.Inet found)) {
            throw line.error("'" + line.keyword() + " " + text + "' : "
                    + (result.error() != null ? result.error() : "no address of an HTTP proxy"));
        }
        int port = found.port() == 0 ? 80 : found.port();
        store(draft).updates().through(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(address, port)));
    }

    private static void delay(Arguments line, Draft draft, boolean least) {
        OcspUpdates updates = store(draft).updates();
        long ms = 1000L * number(line);
        if (least) {
            updates.least(ms);
        } else {
            updates.most(ms);
        }
    }

    private static int lifetime(Arguments line) {
        String text = line.require("'tune.ssl.lifetime' expects ssl sessions <lifetime> in seconds as argument.")
                .text();
        line.noMore(line.keyword());
        Times time = Times.parse(text, Times.Unit.S);
        if (time.outcome() == Times.Outcome.OVERFLOW) {
            throw line.error("timer overflow in argument '" + text
                    + "' to <tune.ssl.lifetime> (maximum value is 2147483647 s or ~68 years).");
        }
        if (!time.ok()) {
            throw line.error("unexpected character '" + time.character() + "' in argument to <tune.ssl.lifetime>.");
        }
        return (int) time.value();
    }

    private static int number(Arguments line) {
        if (!line.hasNext()) {
            throw line.error("'" + line.keyword() + "' expects an integer argument.");
        }
        int value = line.leadingInteger();
        line.noMore(line.keyword());
        if (value < 0) {
            throw line.error("'" + line.keyword() + "' expects a positive numeric value.");
        }
        return value;
    }

    private static String directory(Arguments line) {
        return only(line, "a directory path");
    }

    private static String only(Arguments line, String what) {
        return only(line, what, "an argument");
    }

    private static String only(Arguments line, String what, String place) {
        String text = line.require("global statement '" + line.keyword() + "' expects " + what + " as " + place + ".")
                .text();
        line.noMore(line.keyword());
        return text;
    }

    private interface Look {
        void at(Arguments line);
    }

    private static Keyword<Directive> vain(String name, String arguments, String why, Look look) {
        return line(name, arguments, "accepted for configurations that have it")
                .noEffect(why)
                .as((line, draft) -> look.at(line));
    }

    private static Keyword.Builder<Directive> line(String name, String arguments, String doc) {
        return Keyword.directive(name, SectionKind.GLOBAL).arguments(arguments).doc(doc);
    }
}
