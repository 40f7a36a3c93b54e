// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.handler.ssl.OpenSsl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What OpenSSL's names of cipher suites and curves are to the TLS engine of this process. */
public final class Suites {
    /** Curves as OpenSSL and its users name them, and as BoringSSL does. */
    private static final Map<String, String> CURVES = Map.ofEntries(
            Map.entry("X25519", "X25519"),
            Map.entry("x25519", "X25519"),
            Map.entry("P-256", "P-256"),
            Map.entry("prime256v1", "P-256"),
            Map.entry("secp256r1", "P-256"),
            Map.entry("P-384", "P-384"),
            Map.entry("secp384r1", "P-384"),
            Map.entry("P-521", "P-521"),
            Map.entry("secp521r1", "P-521"),
            Map.entry("X25519MLKEM768", "X25519MLKEM768"));

    /** Curves that OpenSSL has and BoringSSL has not: passed over. */
    private static final Set<String> CURVES_MISSING = Set.of("X448", "x448", "P-224", "secp224r1", "secp256k1");

    private Suites() {}

    /** Whether a cipher string names any suite that OpenSSL has. */
    public static boolean areNamed(String cipherString) {
        return !CipherString.parse(cipherString).isEmpty();
    }

    /**
     * The suites of a cipher string that the engine has, by its names for them, those of TLS 1.3 behind them.
     *
     * @param versions what is offered; where no suite is left only TLS 1.3 stays
     * @return empty where nothing is left at all
     */
    public static List<String> usable(String cipherString, List<String> versions, boolean openSsl) {
        Set<String> available = openSsl ? OpenSsl.availableOpenSslCipherSuites() : Engine.jdkSuites();
        List<String> usable = new ArrayList<>();
        for (CipherSuite suite : CipherString.parse(cipherString)) {
            String name = openSsl ? suite.name() : suite.standardName();
            if (available.contains(name)) {
                usable.add(name);
            }
        }
        if (usable.isEmpty()) {
            versions.removeIf(version -> !version.equals(TlsVersion.TLS13.protocol()));
        }
        if (versions.contains(TlsVersion.TLS13.protocol())) {
            CipherSuite.all().stream()
                    .filter(suite -> suite.since().equals("TLSv1.3"))
                    .forEach(suite -> usable.add(suite.standardName()));
        }
        return usable;
    }

    /** The suites that a cipher string names one by one, by OpenSSL's names, and that the engine has not. */
    public static List<String> missing(String cipherString, boolean openSsl) {
        Set<String> available = openSsl ? OpenSsl.availableOpenSslCipherSuites() : Engine.jdkSuites();
        List<String> words = List.of(cipherString.split("[:, ;]+", -1));
        return CipherString.parse(cipherString).stream()
                .filter(suite -> words.contains(suite.name()) || words.contains(suite.standardName()))
                .filter(suite -> !available.contains(openSsl ? suite.name() : suite.standardName()))
                .map(CipherSuite::name)
                .toList();
    }

    /** The suites of TLS 1.3 that a {@code ciphersuites} list names; null where one is unknown. */
    public static @Nullable Set<String> modern(String list) {
        return CipherString.tls13(list);
    }

    /**
     * A list of curves.
     *
     * @param known by the engine's names, in the list's order
     * @param missing as written: OpenSSL has them, the engine has not
     */
    public record Curves(List<String> known, List<String> missing) {
        public Curves {
            known = List.copyOf(known);
            missing = List.copyOf(missing);
        }
    }

    /** The curves of a list; null where one is unknown. */
    public static @Nullable Curves curves(String list) {
        List<String> curves = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : list.split(":", -1)) {
            String known = CURVES.get(name);
            if (known != null) {
                curves.add(known);
            } else if (CURVES_MISSING.contains(name)) {
                missing.add(name);
            } else {
                return null;
            }
        }
        return new Curves(curves, missing);
    }
}
