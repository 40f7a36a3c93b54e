// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Protocol versions, cipher suites and curves as the TLS engine takes them.
 *
 * @param versions by the engine's names, at least one
 * @param ciphers by the engine's names, most wanted first; empty for its own choice
 * @param curves by the engine's names, most wanted first; empty for its own choice
 */
public record ProtocolParameters(List<String> versions, List<String> ciphers, List<String> curves) {
    /**
     * Where Netty keeps certificate and key. The default, PKCS #12, refuses chains that are out of order or say something
     * twice, which OpenSSL takes, and costs milliseconds of key derivation for each certificate.
     */
    private static final String KEY_STORE = "JKS";

    /** What OpenSSL offers where nothing is said; the JDK's engine prefers weaker ones. */
    private static final String OF_OPENSSL = "DEFAULT";

    public ProtocolParameters {
        versions = List.copyOf(versions);
        ciphers = List.copyOf(ciphers);
        curves = List.copyOf(curves);
    }

    /**
     * What {@code settings} mean, and where they are silent {@code defaults}.
     *
     * @param versions what to offer, at least one
     * @param where what stands behind complaints, such as {@code " for bind 'x'"}; or nothing
     * @return null after an alert
     */
    public static @Nullable ProtocolParameters of(
            Collection<TlsVersion> versions,
            ProtocolSettings settings,
            ProtocolSettings defaults,
            String where,
            Complaints complaints) {
        List<String> offered = new ArrayList<>();
        versions.forEach(version -> offered.add(version.protocol()));
        Resolver resolver = new Resolver(settings, defaults, where, complaints);
        List<String> ciphers = resolver.suites() ? resolver.ciphers(offered) : null;
        List<String> curves = ciphers == null ? null : resolver.curves();
        return ciphers == null || curves == null ? null : new ProtocolParameters(offered, ciphers, curves);
    }

    public boolean offers(TlsVersion version) {
        return versions.contains(version.protocol());
    }

    /** Tells a context to be, and that it offers the protocols {@code alpn} above TLS. */
    public SslContextBuilder applyTo(SslContextBuilder builder, List<String> alpn) {
        boolean openSsl = Engine.isNative();
        builder.sslProvider(openSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .protocols(versions)
                .keyStoreType(KEY_STORE);
        if (!ciphers.isEmpty()) {
            builder.ciphers(ciphers, IdentityCipherSuiteFilter.INSTANCE);
        }
        if (!alpn.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    alpn));
        }
        if (openSsl && !curves.isEmpty()) {
            builder.option(OpenSslContextOption.GROUPS, curves.toArray(String[]::new));
        }
        return builder;
    }

    private record Resolver(ProtocolSettings settings, ProtocolSettings defaults, String where, Complaints complaints) {
        /** {@link #where}, behind a whole sentence. */
        private String apart() {
            return where.isEmpty() ? "" : "," + where;
        }

        /** Looks at the suites of TLS 1.3; false after an alert. */
        boolean suites() {
            String asked = ProtocolSettings.either(settings.ciphersuites, defaults.ciphersuites);
            if (asked == null) {
                return true;
            }
            Set<String> meant = Suites.modern(asked);
            if (meant == null) {
                complaints.alert("unable to set TLS 1.3 cipher suites to '" + asked + "'" + where + ".");
            } else if (meant.size() < 3) {
                complaints.warn("'ciphersuites " + asked + "' has no effect" + where
                        + ": the TLS engine always offers its three TLSv1.3 suites, all of them strong.");
            }
            return meant != null;
        }

        /** Drops the versions for which nothing is left from {@code versions}; null after an alert. */
        @Nullable List<String> ciphers(List<String> versions) {
            String asked = ProtocolSettings.either(settings.ciphers, defaults.ciphers);
            if (asked == null) {
                return Engine.isNative() ? List.of() : Suites.usable(OF_OPENSSL, versions, false);
            }
            if (!Suites.areNamed(asked)) {
                complaints.alert("unable to set SSL cipher list to '" + asked + "'" + where + ".");
                return null;
            }
            boolean older = versions.stream().anyMatch(version -> !version.equals(TlsVersion.TLS13.protocol()));
            List<String> usable = Suites.usable(asked, versions, Engine.isNative());
            List<String> missing = Suites.missing(asked, Engine.isNative());
            boolean lostAll =
                    older && versions.stream().allMatch(version -> version.equals(TlsVersion.TLS13.protocol()));
            String lost = "none of the ciphers '" + asked + "' is known to the TLS engine" + apart();
            if (usable.isEmpty()) {
                complaints.alert(lost + ".");
                return null;
            }
            if (lostAll) {
                complaints.warn(lost + ": only TLSv1.3 is offered.");
            } else if (!missing.isEmpty()) {
                complaints.warn("ciphers '" + String.join(":", missing)
                        + "' are not known to the TLS engine and are not offered" + apart() + ".");
            }
            return usable;
        }

        @Nullable List<String> curves() {
            String asked = ProtocolSettings.either(settings.curves, defaults.curves);
            boolean single = asked == null && settings.ecdhe != null;
            if (single) {
                asked = settings.ecdhe;
            }
            if (asked == null) {
                return List.of();
            }
            Suites.Curves curves = Suites.curves(asked);
            if (curves == null) {
                complaints.alert(
                        (single ? "unable to set elliptic named curve to '" : "unable to set SSL curves list to '")
                                + asked + "'" + where + ".");
                return null;
            }
            if (!Engine.isNative()) {
                complaints.warn("the curves '" + asked + "' are not chosen" + apart() + ": " + Fallback.CANNOT + ".");
            }
            if (curves.known().isEmpty()) {
                complaints.alert("none of the curves '" + asked + "' is known to the TLS engine" + apart() + ".");
                return null;
            }
            if (!curves.missing().isEmpty()) {
                complaints.warn("curves '" + String.join(":", curves.missing())
                        + "' are not known to the TLS engine and are not offered" + apart() + ".");
            }
            return curves.known();
        }
    }
}
