// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.tandem.node.backend.ServerOption;
import io.tandem.node.backend.ServerSettings;
import io.tandem.node.backend.tls.ServerTlsSettings.Verify;
import io.tandem.node.frontend.tls.TlsGlobals;
import io.tandem.node.frontend.tls.TrustFiles;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.tls.ProtocolOptions;
import io.tandem.node.tls.verify.TrustFile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The options of {@code server} and {@code default-server} lines about TLS (HAProxy manual 5.2). */
public final class ServerTlsOptions {
    /** Every option. */
    public static final List<Keyword<ServerOption>> ALL = all();

    private ServerTlsOptions() {}

    private static List<Keyword<ServerOption>> all() {
        List<Keyword<ServerOption>> all = new ArrayList<>();
        ProtocolOptions.ALL.forEach((name, setting) -> all.add(option(name, "TLS versions and preferences")
                .as((line, server) -> setting.apply(line, server.tls().protocol))));
        all.add(flag("ssl", "speaks TLS with the server", tls -> tls.ssl = true));
        all.add(flag("no-ssl", "undoes ssl of default-server", tls -> tls.ssl = false));
        all.add(flag("check-ssl", "checks speak TLS", tls -> {
            tls.checkSsl = true;
            tls.noCheckSsl = false;
        }));
        all.add(flag("no-check-ssl", "checks do not speak TLS", tls -> {
            tls.checkSsl = false;
            tls.noCheckSsl = true;
        }));
        all.add(flag("ssl-reuse", "undoes no-ssl-reuse of default-server", tls -> tls.noReuse = false));
        all.add(flag("no-ssl-reuse", "resumes no session", tls -> tls.noReuse = true));
        all.add(flag("tls-tickets", "undoes no-tls-tickets of default-server", tls -> tls.protocol.tickets = true));
        all.add(option("verify", "whether the server's certificate is verified")
                .arguments("none | required")
                .as(ServerTlsOptions::verify));
        all.add(text(
                "verifyhost",
                "HOST",
                "the name its certificate must be for",
                "hostname to verify against",
                (tls, v) -> tls.verifyHost = v));
        all.add(flag("no-verifyhost", "undoes verifyhost of default-server", tls -> tls.verifyHost = null));
        all.add(option("ca-file", "authorities of its certificate")
                .arguments("FILE | DIRECTORY | @system-ca")
                .as(file("CAfile", true, (tls, file) -> tls.authorities = file)));
        all.add(option("crl-file", "which certificates are revoked")
                .arguments("FILE")
                .as(file("CRLfile", false, (tls, file) -> tls.revocations = file)));
        all.add(text(
                "crt",
                "FILE",
                "the certificate shown to the server",
                "certificate file path",
                (tls, v) -> tls.certificate = v));
        all.add(text("sni", "EXPRESSION", "the server name asked for", "sni expression", (tls, v) -> tls.sni = v));
        all.add(text("check-sni", "NAME", "the server name checks ask for", "SNI", (tls, v) -> tls.checkSni = v));
        all.add(protocols("alpn", "protocols to offer above TLS", (tls, list) -> tls.alpn = list));
        all.add(protocols("check-alpn", "protocols checks offer above TLS", (tls, list) -> tls.checkAlpn = list));
        all.add(text(
                "ciphers",
                "CIPHERS",
                "cipher suites up to TLS 1.2",
                "cipher suite",
                (tls, v) -> tls.protocol.ciphers = v));
        all.add(text(
                "ciphersuites",
                "SUITES",
                "cipher suites from TLS 1.3 on",
                "cipher suite",
                (tls, v) -> tls.protocol.ciphersuites = v));
        all.add(text(
                "curves",
                "CURVES",
                "elliptic curves, most wanted first",
                "curve suite",
                (tls, v) -> tls.protocol.curves = v));
        all.add(option("sigalgs", "signature algorithms")
                .refused("the TLS engine offers its own list")
                .as((line, server) -> {}));
        all.add(option("npn", "an extension of the past")
                .arguments("PROTOCOLS")
                .noEffect("the extension is gone from TLS 1.3, servers use 'alpn'")
                .as((line, server) -> {
                    line.require("'npn' : missing the comma-delimited NPN protocol suite");
                    warn(line, server, "'npn' has no effect: the extension is gone from TLS 1.3, servers use 'alpn'.");
                }));
        all.add(flag("sni-auto", "asks for the name in each request's Host", tls -> tls.sniOfHost = true));
        all.add(flag("no-sni-auto", "undoes sni-auto of default-server", tls -> tls.sniOfHost = false));
        all.add(flag("check-sni-auto", "checks ask for the name in their Host", tls -> tls.checkSniOfHost = true));
        all.add(flag(
                "no-check-sni-auto", "undoes check-sni-auto of default-server", tls -> tls.checkSniOfHost = false));
        all.add(option("allow-0rtt", "early data")
                .noEffect("the TLS engine sends no early data to servers")
                .as((line, server) -> warn(
                        line, server, "'allow-0rtt' has no effect: the TLS engine sends no early data to servers.")));
        return all;
    }

    private static void verify(Arguments line, ServerSettings server) {
        String method = line.require("'verify' : missing verify method").text();
        server.tls().verify = switch (method) {
            case "none" -> Verify.NONE;
            case "required" -> Verify.REQUIRED;
            default ->
                throw line.error(
                        "'verify' : unknown verify method '" + method + "', only 'none' and 'required' are supported");
        };
    }

    private static ServerOption file(
            String what, boolean authorities, BiConsumer<ServerTlsSettings, TrustFile> setting) {
        return (line, server) -> {
            String name = line.taken().text();
            String word =
                    line.require("'" + name + "' : missing " + what + " path").text();
            Draft global = line.context().drafts().global();
            String location =
                    word.equals(TrustFile.SYSTEM) ? word : TlsGlobals.of(global).authority(word);
            try {
                setting.accept(server.tls(), TrustFiles.read(global, location, authorities));
            } catch (TrustFile.Unreadable unreadable) {
                // two alerts, the second one without the place, as HAProxy words it
                throw line.error("Couldn't open the ca-file '" + location + "' (" + unreadable.why() + ").\n" + "'"
                        + name + "' : unable to load " + location);
            }
        };
    }

    private static Keyword<ServerOption> text(
            String name, String argument, String doc, String what, BiConsumer<ServerTlsSettings, String> setting) {
        return option(name, doc)
                .arguments(argument)
                .as((line, server) -> setting.accept(
                        server.tls(),
                        line.require("'" + name + "' : missing " + what).text()));
    }

    private static Keyword<ServerOption> protocols(
            String name, String doc, BiConsumer<ServerTlsSettings, List<String>> setting) {
        return option(name, doc).arguments("PROTOCOL[,…]").as((line, server) -> {
            String text = line.require("'" + name + "' : missing the comma-delimited ALPN protocol suite")
                    .text();
            if (name.equals("check-alpn") && List.of(text.split(",", -1)).contains("h2")) {
                throw line.error(KnownKeywords.notSupported("check-alpn h2") + ": checks speak HTTP/1");
            }
            setting.accept(
                    server.tls(),
                    List.of(text.split(",", -1)).stream()
                            .filter(protocol -> !protocol.isEmpty())
                            .toList());
        });
    }

    private static Keyword<ServerOption> flag(String name, String doc, Consumer<ServerTlsSettings> setting) {
        return option(name, doc).as((line, server) -> setting.accept(server.tls()));
    }

    private static void warn(Arguments line, ServerSettings server, String text) {
        line.context()
                .problems()
                .warning(
                        line.origin(),
                        "[" + line.origin().file() + ":" + line.origin().line() + "] : 'server " + server.name()
                                + "' : " + text);
    }

    private static Keyword.Builder<ServerOption> option(String name, String doc) {
        return Keyword.<ServerOption>of(name).doc(doc);
    }
}
