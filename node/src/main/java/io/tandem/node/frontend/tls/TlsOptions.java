// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.frontend.listen.BindLine;
import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import io.tandem.node.tls.ProtocolOptions;
import io.tandem.node.tls.ProtocolSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The options of {@code bind} about TLS (HAProxy manual 5.1). */
final class TlsOptions {
    static final String OWN_ALGORITHMS = "the TLS engine chooses among all that fit the key";

    /** An option without argument of listeners alone, that {@code ssl-default-bind-options} may have, too. */
    private record Flag(String doc, Consumer<TlsSettings> setting) {}

    private static final Map<String, Flag> FLAGS = flags();

    static final List<Keyword<BindOption>> ALL = all();

    private TlsOptions() {}

    /** Applies option {@code name} of {@code ssl-default-bind-options}; false where it has none of that name. */
    static boolean applyDefault(String name, Arguments line, TlsSettings defaults) {
        Flag flag = FLAGS.get(name);
        if (flag != null) {
            flag.setting().accept(defaults);
            return true;
        }
        return ProtocolOptions.apply(name, line, defaults.protocol);
    }

    private static Map<String, Flag> flags() {
        Flag strict = new Flag(
                "refuses clients that ask for no name, or for one without certificate", s -> s.strictSni = true);
        Map<String, Flag> flags = new LinkedHashMap<>();
        flags.put(
                "prefer-client-ciphers",
                new Flag("the client's order of cipher suites decides", s -> s.preferClientCiphers = true));
        flags.put("strict-sni", strict);
        flags.put("force-strict-sni", strict);
        flags.put("no-strict-sni", new Flag("undoes strict-sni of ssl-default-bind-options", s -> s.strictSni = false));
        flags.put(
                "tls-tickets",
                new Flag("undoes no-tls-tickets of ssl-default-bind-options", s -> s.protocol.tickets = true));
        return Collections.unmodifiableMap(flags);
    }

    private static List<Keyword<BindOption>> all() {
        List<Keyword<BindOption>> all = new ArrayList<>();
        ProtocolOptions.ALL.forEach((name, setting) -> all.add(option(name, "TLS versions and preferences")
                .as((line, bind) -> setting.apply(line, bind.facet(TlsSettings.KEY).protocol))));
        FLAGS.forEach((name, flag) -> all.add(
                option(name, flag.doc()).as((line, bind) -> flag.setting().accept(bind.facet(TlsSettings.KEY)))));
        all.add(option("ssl", "clients speak TLS").as((line, bind) -> bind.tls(TlsBind::stage)));
        all.add(option("crt", "a file with certificate and key, or a directory of them")
                .arguments("FILE | DIRECTORY")
                .as((line, bind) -> certificate(line, bind, false)));
        all.add(option("default-crt", "as crt, for clients too that ask for no name or an unknown one")
                .arguments("FILE | DIRECTORY")
                .as((line, bind) -> certificate(line, bind, true)));
        all.add(option("crt-list", "a file of certificates, with options and names for each")
                .arguments("FILE")
                .as(TlsOptions::list));
        all.add(option("ciphers", "cipher suites up to TLS 1.2")
                .arguments("CIPHERS")
                .as(text("cipher suite", (protocol, value) -> protocol.ciphers = value)));
        all.add(option("ciphersuites", "cipher suites from TLS 1.3 on")
                .arguments("SUITES")
                .as(text("cipher suite", (protocol, value) -> protocol.ciphersuites = value)));
        all.add(option("curves", "elliptic curves, most wanted first")
                .arguments("CURVES")
                .as(text("curve suite", (protocol, value) -> protocol.curves = value)));
        all.add(option("ecdhe", "the elliptic curve")
                .arguments("CURVE")
                .as(text("named curve", (protocol, value) -> protocol.ecdhe = value)));
        all.add(option("alpn", "protocols to offer above TLS")
                .arguments("PROTOCOLS")
                .as(TlsOptions::alpn));
        all.add(option("no-alpn", "undoes alpn").as((line, bind) -> bind.facet(TlsSettings.KEY).alpn = List.of()));
        all.addAll(VerifyOptions.ALL);
        all.add(option("tls-ticket-keys", "the keys of session tickets: at least three, the one before the last seals")
                .arguments("FILE")
                .as(TlsOptions::ticketKeys));
        all.add(option("generate-certificates", "makes certificates for names that none is configured for")
                .as((line, bind) -> bind.facet(TlsSettings.KEY).generates = true));
        all.add(option("ca-sign-file", "certificate and key that sign generated certificates")
                .arguments("FILE")
                .as((line, bind) -> bind.facet(TlsSettings.KEY).signerFile = TlsGlobals.under(
                        TlsGlobals.of(line.context().drafts().global()).authorityBase,
                        line.require("'ca-sign-file' : missing CAfile path").text())));
        all.add(option("ca-sign-pass", "pass phrase of the key in ca-sign-file")
                .arguments("TEXT")
                .as((line, bind) -> bind.facet(TlsSettings.KEY).signerPass =
                        line.require("'ca-sign-pass' : missing CAkey password").text()));
        all.add(option("ocsp-update", "asks the authority for OCSP responses, and again before they end")
                .arguments("on|off")
                .as((line, bind) -> bind.facet(TlsSettings.KEY).ocspUpdate = onOrOff(line)));
        all.add(vain(
                "npn",
                "an extension of the past",
                "the extension is gone from TLS, clients use 'alpn'",
                "missing the comma-delimited NPN protocol suite"));
        all.add(vain(
                "allow-0rtt",
                "takes requests in a client's first message",
                "early data is refused, clients send it again once the handshake is over",
                ""));
        all.add(vain("sigalgs", "signature algorithms", OWN_ALGORITHMS, "missing signature algorithms"));
        all.add(vain(
                "client-sigalgs",
                "signature algorithms of clients' certificates",
                OWN_ALGORITHMS,
                "missing signature algorithms"));
        return all;
    }

    /** The argument of {@code ocsp-update} and its likes. */
    static boolean onOrOff(Arguments line) {
        String name = line.taken().text();
        String word = line.require("'" + name + "' : expecting <on|off>").text();
        if (!word.equals("on") && !word.equals("off")) {
            throw line.error("'" + name + "' : expecting <on|off>");
        }
        return word.equals("on");
    }

    private static void certificate(Arguments line, BindLine bind, boolean byDefault) {
        String name = line.taken().text();
        String word =
                line.require("'" + name + "' : missing certificate location").text();
        CertificateStore store = store(line);
        TlsSettings settings = bind.facet(TlsSettings.KEY);
        try {
            settings.sources.add(
                    byDefault ? settings.defaults++ : settings.sources.size(), store.crt(store.path(word)));
        } catch (Certificate.Unusable unusable) {
            throw line.error(unusable.text());
        }
        tellWarnings(line, bind, store, "");
    }

    private static void list(Arguments line, BindLine bind) {
        String word = line.require("'crt-list' : missing certificate location").text();
        CertificateStore store = store(line);
        try {
            bind.facet(TlsSettings.KEY).sources.add(store.list(word, line.context()));
        } catch (Certificate.Unusable unusable) {
            throw line.error("'crt-list' : " + unusable.text());
        }
        tellWarnings(line, bind, store, "'crt-list' : ");
    }

    private static CertificateStore store(Arguments line) {
        CertificateStore store = CertificateStore.of(line.context().drafts().global());
        store.loadedBy(line.context());
        return store;
    }

    private static void tellWarnings(Arguments line, BindLine bind, CertificateStore store, String where) {
        store.takeWarnings().forEach(text -> warn(line, bind, where + text));
    }

    private static void warn(Arguments line, BindLine bind, String text) {
        String section = bind.proxy().isEmpty() ? "" : "'bind " + bind.written() + "' : ";
        line.warn(section + text);
    }

    private static void ticketKeys(Arguments line, BindLine bind) {
        String file = line.require("'tls-ticket-keys' : missing TLS ticket keys file path")
                .text();
        try {
            TicketFile keys = store(line).ticketFile(file);
            bind.facet(TlsSettings.KEY).ticketFile = keys;
            if (keys.isLong()) {
                warn(
                        line,
                        bind,
                        "'tls-ticket-keys " + file
                                + "' : the TLS engine seals tickets with AES-128, its keys are derived"
                                + " from these of 80 bytes.");
            }
        } catch (TicketFile.Malformed malformed) {
            throw line.error("'" + file + "' : " + malformed.text());
        }
    }

    /** An option that is read, and does nothing here. */
    private static Keyword<BindOption> vain(String name, String doc, String why, String missing) {
        return option(name, doc).noEffect(why).as((line, bind) -> {
            if (!missing.isEmpty()) {
                line.require("'" + name + "' : " + missing);
            }
            warn(line, bind, "'" + name + "' has no effect: " + why + ".");
        });
    }

    private static void alpn(Arguments line, BindLine bind) {
        List<String> asked = List.of(line.require("'alpn' : missing the comma-delimited ALPN protocol suite")
                .text()
                .split(",", -1));
        List<String> offered = asked.stream()
                .filter(name -> name.equals("h2") || name.equals("http/1.1") || name.equals("http/1.0"))
                .toList();
        if (offered.isEmpty()) {
            throw line.error("'alpn' : none of '" + String.join(",", asked)
                    + "' is supported by this version of tandem; it speaks 'h2' and 'http/1.1'");
        }
        bind.facet(TlsSettings.KEY).alpn = offered;
    }

    private interface Text {
        void set(ProtocolSettings protocol, @Nullable String value);
    }

    private static BindOption text(String what, Text setting) {
        return (line, bind) -> {
            String name = line.taken().text();
            setting.set(
                    bind.facet(TlsSettings.KEY).protocol,
                    line.require("'" + name + "' : missing " + what).text());
        };
    }

    private static Keyword.Builder<BindOption> option(String name, String doc) {
        return Keyword.<BindOption>of(name).doc(doc);
    }
}
