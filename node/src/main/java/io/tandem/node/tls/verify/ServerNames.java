// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Whether a server's certificate is for the name one wanted to talk to, as HAProxy judges it: its DNS names, then its common
 * names; a star stands for a part of the leftmost label, be it empty. Pure.
 */
final class ServerNames {
    private static final int DNS_NAME = 2;

    private ServerNames() {}

    static boolean include(X509Certificate certificate, String wanted) {
        String host = wanted.toLowerCase(Locale.ROOT);
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (alternative.get(0).equals(DNS_NAME)
                            && alternative.get(1) instanceof String name
                            && matches(name.toLowerCase(Locale.ROOT), host)) {
                        return true;
                    }
                }
            }
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")
                        && rdn.getValue() instanceof String name
                        && matches(name.toLowerCase(Locale.ROOT), host)) {
                    return true;
                }
            }
            return false;
        } catch (CertificateParsingException | InvalidNameException unreadable) {
            return false;
        }
    }

    static boolean matches(String pattern, String host) {
        if (pattern.equals(host)) {
            return true;
        }
        int star = pattern.indexOf('*');
        int patternDot = pattern.indexOf('.');
        int hostDot = host.indexOf('.');
        if (star < 0 || patternDot < star || hostDot < 0) {
            return false;
        }
        String prefix = pattern.substring(0, star);
        String suffix = pattern.substring(star + 1, patternDot);
        String label = host.substring(0, hostDot);
        return pattern.substring(patternDot).equals(host.substring(hostDot))
                && label.length() >= prefix.length() + suffix.length()
                && label.startsWith(prefix)
                && label.endsWith(suffix);
    }
}
