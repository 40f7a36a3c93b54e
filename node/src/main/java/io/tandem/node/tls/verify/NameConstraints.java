// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * Which names the certificates below an authority may carry (RFC 5280 4.2.1.10), as OpenSSL judges it. Pure.
 *
 * <pre>
 * NameConstraints  SEQUENCE { [0] permitted { SEQUENCE { base GeneralName … } }, [1] excluded { … } }
 * GeneralName      [1] mail  [2] dns  [4] directory name  [6] uri  [7] address and mask
 * </pre>
 */
final class NameConstraints {
    private static final int MAIL = 0x81;
    private static final int DNS = 0x82;
    private static final int DIRECTORY = 0xA4;
    private static final int URI = 0x86;
    private static final int ADDRESS = 0x87;

    private static final int PERMITTED = 0xA0;
    private static final int EXCLUDED = 0xA1;

    private record Name(int kind, byte[] content) {
        String text() {
            return new String(content, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        }
    }

    /** A constraint that cannot be read or is of a kind that cannot be judged. */
    private static final class Unjudgeable extends Exception {
        final CertificateError error;

        Unjudgeable(CertificateError error) {
            super(error.name(), null, false, false);
            this.error = error;
        }
    }

    private NameConstraints() {}

    /**
     * Whether {@code authority} permits the names of {@code certificate}.
     *
     * @param leaf whether it ends the chain: then a common name counts as a DNS name where there is no other
     */
    static CertificateError check(X509Certificate authority, X509Certificate certificate, boolean leaf) {
        byte[] extension = Traits.inner(authority, "2.5.29.30");
        if (extension == null) {
            return CertificateError.OK;
        }
        Der constraints = new Der(extension);
        if (!constraints.next(Der.SEQUENCE)) {
            return CertificateError.UNSUPPORTED_CONSTRAINT_SYNTAX;
        }
        try {
            List<Name> names = names(certificate, leaf);
            Der lists = constraints.inside();
            while (lists.next()) {
                List<Name> bases = bases(lists.inside());
                if (lists.tag() == PERMITTED && !names.stream().allMatch(name -> permits(bases, name))) {
                    return CertificateError.PERMITTED_VIOLATION;
                }
                if (lists.tag() == EXCLUDED && names.stream().anyMatch(name -> matches(bases, name))) {
                    return CertificateError.EXCLUDED_VIOLATION;
                }
            }
            return CertificateError.OK;
        } catch (Unjudgeable unjudgeable) {
            return unjudgeable.error;
        }
    }

    private static List<Name> bases(Der trees) throws Unjudgeable {
        List<Name> bases = new ArrayList<>();
        while (trees.next()) {
            Der tree = trees.inside();
            if (!tree.next()) {
                throw new Unjudgeable(CertificateError.UNSUPPORTED_CONSTRAINT_SYNTAX);
            }
            switch (tree.tag()) {
                case MAIL, DNS, DIRECTORY, URI, ADDRESS -> bases.add(new Name(tree.tag(), tree.content()));
                default -> throw new Unjudgeable(CertificateError.UNSUPPORTED_CONSTRAINT_TYPE);
            }
            if (tree.next()) {
                throw new Unjudgeable(CertificateError.SUBTREE_MINMAX);
            }
        }
        return bases;
    }

    private static List<Name> names(X509Certificate certificate, boolean leaf) throws Unjudgeable {
        List<Name> names = new ArrayList<>();
        X500Principal subject = certificate.getSubjectX500Principal();
        if (!subject.getName().isEmpty()) {
            names.add(new Name(DIRECTORY, subject.getEncoded()));
        }
        byte[] extension = Traits.inner(certificate, "2.5.29.17");
        boolean hasDns = false;
        if (extension != null) {
            Der alternatives = new Der(extension);
            Der each = alternatives.next(Der.SEQUENCE) ? alternatives.inside() : new Der(new byte[0]);
            while (each.next()) {
                names.add(new Name(each.tag(), each.content()));
                hasDns |= each.tag() == DNS;
            }
        }
        addSubject(names, subject, leaf && !hasDns);
        return names;
    }

    private static void addSubject(List<Name> names, X500Principal subject, boolean commonNameCounts)
            throws Unjudgeable {
        try {
            for (Rdn rdn : new LdapName(subject.getName()).getRdns()) {
                boolean mail = rdn.getType().equals("1.2.840.113549.1.9.1");
                boolean host = commonNameCounts && rdn.getType().equalsIgnoreCase("CN");
                if (rdn.getValue() instanceof String text && (mail || (host && looksLikeHost(text)))) {
                    names.add(new Name(mail ? MAIL : DNS, text.getBytes(StandardCharsets.ISO_8859_1)));
                }
            }
        } catch (InvalidNameException unreadable) {
            throw new Unjudgeable(CertificateError.UNSUPPORTED_NAME_SYNTAX);
        }
    }

    private static boolean looksLikeHost(String text) {
        return text.matches("[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\\.[A-Za-z0-9_-]+)+");
    }

    /** Names of a kind that nothing is said about are permitted. */
    private static boolean permits(List<Name> bases, Name name) {
        return bases.stream().noneMatch(base -> base.kind() == name.kind()) || matches(bases, name);
    }

    private static boolean matches(List<Name> bases, Name name) {
        for (Name base : bases) {
            if (base.kind() == name.kind() && matches(base, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(Name base, Name name) {
        return switch (base.kind()) {
            case DNS -> hostIn(base.text(), name.text());
            case MAIL -> mailIn(base.text(), name.text());
            case URI -> uriIn(base.text(), name.text());
            case DIRECTORY -> directoryIn(base.content(), name.content());
            default -> addressIn(base.content(), name.content());
        };
    }

    private static boolean hostIn(String base, String host) {
        if (base.isEmpty() || host.equals(base)) {
            return true;
        }
        return host.endsWith(base.startsWith(".") ? base : "." + base);
    }

    private static boolean mailIn(String base, String mail) {
        if (base.startsWith(".")) {
            return mail.endsWith(base);
        }
        return mail.equals(base) || (base.indexOf('@') < 0 && mail.endsWith("@" + base));
    }

    private static boolean uriIn(String base, String uri) {
        int start = uri.indexOf("://");
        if (start < 0) {
            return false;
        }
        String host = uri.substring(start + 3).split("[:/]", 2)[0];
        return base.startsWith(".") ? host.endsWith(base) : host.equals(base);
    }

    private static boolean directoryIn(byte[] base, byte[] name) {
        try {
            return new LdapName(new X500Principal(name).getName())
                    .startsWith(new LdapName(new X500Principal(base).getName()));
        } catch (InvalidNameException | IllegalArgumentException unreadable) {
            return false;
        }
    }

    private static boolean addressIn(byte[] base, byte[] address) {
        if (base.length != 2 * address.length) {
            return false;
        }
        for (int i = 0; i < address.length; i++) {
            if (((address[i] ^ base[i]) & base[address.length + i]) != 0) {
                return false;
            }
        }
        return true;
    }
}
