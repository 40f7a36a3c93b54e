// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.frontend.listen.BindLine;
import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The options of {@code bind} about TLS (HAProxy manual 5.1). */
final class TlsOptions {
    /** Sets something that may also stand in {@code ssl-default-bind-options}. */
    @FunctionalInterface
    private interface Setting {
        void apply(Arguments line, TlsSettings settings);
    }

    /** Files in a directory of certificates that belong to others, not read as certificates of their own. */
    private static final List<String> COMPANIONS = List.of(".key", ".ocsp", ".issuer", ".sctl", ".dh");

    private static final Map<String, Setting> DEFAULTABLE = defaultable();

    static final List<Keyword<BindOption>> ALL = all();

    private TlsOptions() {}

    static boolean isDefaultable(String name) {
        return DEFAULTABLE.containsKey(name);
    }

    /** Applies option {@code name}, which {@link #isDefaultable}, to the defaults of all bind lines. */
    static void apply(String name, Arguments line, TlsSettings defaults) {
        Setting setting = DEFAULTABLE.get(name);
        if (setting != null) {
            setting.apply(line, defaults);
        }
    }

    private static Map<String, Setting> defaultable() {
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (TlsVersion version : TlsVersion.values()) {
            settings.put("no-" + version.suffix(), (line, s) -> s.disabled.add(version));
            settings.put("force-" + version.suffix(), (line, s) -> {
                s.least = version;
                s.most = version;
            });
        }
        settings.put("ssl-min-ver", (line, s) -> s.least = version(line));
        settings.put("ssl-max-ver", (line, s) -> s.most = version(line));
        settings.put("no-tls-tickets", (line, s) -> s.noTickets = true);
        settings.put("prefer-client-ciphers", (line, s) -> s.preferClientCiphers = true);
        return settings;
    }

    private static List<Keyword<BindOption>> all() {
        List<Keyword<BindOption>> all = new ArrayList<>();
        DEFAULTABLE.forEach((name, setting) -> all.add(option(name, "TLS versions and preferences")
                .as((line, bind) -> setting.apply(line, bind.facet(TlsSettings.KEY)))));
        all.add(option("ssl", "clients speak TLS").as((line, bind) -> bind.tls(TlsContexts::stage)));
        all.add(option("crt", "a file with certificate and key, or a directory of them")
                .arguments("FILE | DIRECTORY")
                .as(TlsOptions::certificate));
        all.add(option("ciphers", "cipher suites up to TLS 1.2")
                .arguments("CIPHERS")
                .as(text("cipher suite", (settings, value) -> settings.ciphers = value)));
        all.add(option("ciphersuites", "cipher suites from TLS 1.3 on")
                .arguments("SUITES")
                .as(text("cipher suite", (settings, value) -> settings.ciphersuites = value)));
        all.add(option("curves", "elliptic curves, most wanted first")
                .arguments("CURVES")
                .as(text("curve suite", (settings, value) -> settings.curves = value)));
        all.add(option("ecdhe", "the elliptic curve")
                .arguments("CURVE")
                .as(text("named curve", (settings, value) -> settings.ecdhe = value)));
        all.add(option("alpn", "protocols to offer above TLS")
                .arguments("PROTOCOLS")
                .as(TlsOptions::alpn));
        all.add(option("strict-sni", "refuses clients that ask for a name without certificate")
                .as((line, bind) -> bind.facet(TlsSettings.KEY).strictSni = true));
        all.addAll(VerifyOptions.ALL);
        all.add(option("npn", "an extension of the past")
                .noEffect("the extension is gone from TLS 1.3, clients use 'alpn'")
                .arguments("PROTOCOLS")
                .as((line, bind) -> line.require("'npn' : missing the comma-delimited NPN protocol suite")));
        return all;
    }

    private static TlsVersion version(Arguments line) {
        String name = line.taken().text();
        String word =
                line.require("'" + name + "' : missing the ssl/tls version").text();
        return TlsVersion.named(word).orElseThrow(() -> line.error("'" + word + "' : unknown ssl/tls version"));
    }

    private static void certificate(Arguments line, BindLine bind) {
        String word = line.require("'crt' : missing certificate location").text();
        TlsGlobals globals = TlsGlobals.of(line.context().drafts().global());
        List<Certificate> certificates = bind.facet(TlsSettings.KEY).certificates;
        for (String file : files(line, TlsGlobals.under(globals.certificateBase, word))) {
            try {
                certificates.add(Certificate.read(file));
            } catch (Certificate.Unusable unusable) {
                throw line.error(unusable.text());
            }
        }
    }

    private static List<String> files(Arguments line, String location) {
        Path path = Path.of(location);
        if (Files.isDirectory(path)) {
            try (Stream<Path> entries = Files.list(path)) {
                return entries.filter(Files::isRegularFile)
                        .map(entry -> entry.getFileName().toString())
                        .filter(name ->
                                !name.startsWith(".") && COMPANIONS.stream().noneMatch(name::endsWith))
                        .sorted()
                        .map(name -> location.endsWith("/") ? location + name : location + "/" + name)
                        .toList();
            } catch (IOException e) {
                throw line.error("unable to scan directory '" + location + "' : " + e.getMessage() + ".");
            }
        }
        if (Files.exists(path)) {
            return List.of(location);
        }
        List<String> bundle = Stream.of(".rsa", ".ecdsa")
                .map(suffix -> location + suffix)
                .filter(file -> Files.exists(Path.of(file)))
                .toList();
        if (bundle.isEmpty()) {
            throw line.error(
                    "unable to stat SSL certificate from file '" + location + "' : No such file or directory.");
        }
        return bundle;
    }

    private static void alpn(Arguments line, BindLine bind) {
        List<String> asked = List.of(line.require("'alpn' : missing the comma-delimited ALPN protocol suite")
                .text()
                .split(",", -1));
        List<String> offered = asked.stream()
                .filter(name -> name.equals("http/1.1") || name.equals("http/1.0"))
                .toList();
        if (offered.isEmpty()) {
            throw line.error("'alpn' : none of '" + String.join(",", asked)
                    + "' is supported by this version of tandem; it speaks 'http/1.1'");
        }
        if (asked.contains("h2")) {
            line.warn("'bind " + bind.written()
                    + "' : 'alpn h2' : HTTP/2 is not supported by this version of tandem, clients are offered '"
                    + String.join(",", offered) + "'.");
        }
        bind.facet(TlsSettings.KEY).alpn = offered;
    }

    private interface Text {
        void set(TlsSettings settings, @Nullable String value);
    }

    private static BindOption text(String what, Text setting) {
        return (line, bind) -> {
            String name = line.taken().text();
            setting.set(
                    bind.facet(TlsSettings.KEY),
                    line.require("'" + name + "' : missing " + what).text());
        };
    }

    private static Keyword.Builder<BindOption> option(String name, String doc) {
        return Keyword.<BindOption>of(name).doc(doc);
    }
}
