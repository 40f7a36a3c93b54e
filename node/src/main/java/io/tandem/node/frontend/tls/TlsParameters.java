// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.tls.Suites;
import java.util.ArrayList;
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
record TlsParameters(List<String> versions, List<String> ciphers, List<String> curves) {
    TlsParameters {
        versions = List.copyOf(versions);
        ciphers = List.copyOf(ciphers);
        curves = List.copyOf(curves);
    }

    /** What {@code settings} mean for the listener at {@code place}; null after an alert. */
    static @Nullable TlsParameters of(TlsSettings settings, TlsGlobals globals, String place, Complaints complaints) {
        Resolver resolver = new Resolver(settings, globals, " for bind " + place, complaints);
        List<String> versions = resolver.versions();
        if (versions.isEmpty()) {
            return null;
        }
        List<String> ciphers = resolver.ciphers(versions);
        List<String> curves = resolver.curves();
        return ciphers == null || curves == null ? null : new TlsParameters(versions, ciphers, curves);
    }

    boolean offers(TlsVersion version) {
        return versions.contains(version.protocol());
    }

    private record Resolver(TlsSettings settings, TlsGlobals globals, String where, Complaints complaints) {
        List<String> versions() {
            if (settings.disablesInVain(globals.defaults)) {
                complaints.warn("no-sslv3/no-tlsv1x are ignored" + where
                        + ". Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.");
            }
            List<String> versions = new ArrayList<>();
            TlsVersion only = settings.ambiguous(globals.defaults);
            if (only != null && !settings.isOfCertificate()) {
                complaints.warn("Ambiguous configuration" + where
                        + ": the ssl-min-ver value is not configured and the ssl-max-ver value is lower than the default"
                        + " ssl-min-ver value (TLSv1.2). Setting the ssl-min-ver to " + only.word()
                        + ". Use 'ssl-min-ver' to fix this.");
            }
            if (only == null || !settings.isOfCertificate()) {
                settings.versions(globals.defaults).forEach(version -> versions.add(version.protocol()));
            }
            if (versions.isEmpty()) {
                complaints.alert("all SSL/TLS versions are disabled" + where + ".");
            }
            return versions;
        }

        /** Drops the versions for which nothing is left from {@code versions}; null after an alert. */
        @Nullable List<String> ciphers(List<String> versions) {
            suites();
            String asked = TlsGlobals.either(settings.ciphers, globals.defaults.ciphers);
            if (asked == null) {
                return List.of();
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
            String lost = "none of the ciphers '" + asked + "' is known to the TLS engine," + where;
            if (usable.isEmpty()) {
                complaints.alert(lost + ".");
                return null;
            }
            if (lostAll) {
                complaints.warn(lost + ": only TLSv1.3 is offered.");
            } else if (!missing.isEmpty()) {
                complaints.warn("ciphers '" + String.join(":", missing)
                        + "' are not known to the TLS engine and are not" + " offered," + where + ".");
            }
            return usable;
        }

        private void suites() {
            String asked = TlsGlobals.either(settings.ciphersuites, globals.defaults.ciphersuites);
            if (asked == null) {
                return;
            }
            Set<String> meant = Suites.modern(asked);
            if (meant == null) {
                complaints.alert("unable to set TLS 1.3 cipher suites to '" + asked + "'" + where + ".");
            } else if (meant.size() < 3) {
                complaints.warn("'ciphersuites " + asked + "' has no effect" + where
                        + ": the TLS engine always offers its three TLSv1.3 suites, all of them strong.");
            }
        }

        @Nullable List<String> curves() {
            String asked = TlsGlobals.either(settings.curves, globals.defaults.curves);
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
            if (curves.known().isEmpty()) {
                complaints.alert("none of the curves '" + asked + "' is known to the TLS engine," + where + ".");
                return null;
            }
            if (!curves.missing().isEmpty()) {
                complaints.warn("curves '" + String.join(":", curves.missing())
                        + "' are not known to the TLS engine and are not" + " offered," + where + ".");
            }
            return curves.known();
        }
    }
}
