// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import io.tandem.node.tls.Pem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code ca-file} or {@code crl-file} holds: authorities and revocation lists, from a file, a directory, or the
 * system's own authorities.
 *
 * @param location as the configuration names it
 */
public record TrustFile(String location, List<X509Certificate> certificates, List<X509CRL> revocations) {
    /** Names the system's own authorities. */
    public static final String SYSTEM = "@system-ca";

    private static final Set<String> SUFFIXES = Set.of(".pem", ".crt", ".cer", ".crl");

    public TrustFile {
        certificates = List.copyOf(certificates);
        revocations = List.copyOf(revocations);
    }

    /** Why nothing could be read. */
    public static final class Unreadable extends Exception {
        Unreadable(String why) {
            super(why, null, false, false);
        }

        /** As strerror(3), or what was missing. */
        public String why() {
            return String.valueOf(getMessage());
        }
    }

    /** Reads {@code location}; blocks, so never on an event loop. */
    public static TrustFile read(String location) throws Unreadable {
        if (location.equals(SYSTEM)) {
            return directory(SYSTEM, systemDirectory(System.getenv()));
        }
        Path path = Path.of(location);
        if (Files.isDirectory(path)) {
            return directory(location, path);
        }
        try {
            TrustFile file = parse(location, Files.readString(path, StandardCharsets.ISO_8859_1));
            if (file == null) {
                throw new Unreadable("no certificate or crl found");
            }
            return file;
        } catch (NoSuchFileException missing) {
            throw new Unreadable("No such file or directory");
        } catch (IOException failed) {
            throw new Unreadable("Permission denied");
        }
    }

    private static Path systemDirectory(Map<String, String> environment) {
        return Path.of(environment.getOrDefault("SSL_CERT_DIR", "/etc/ssl/certs"));
    }

    /** Files that hold neither kind are passed over. */
    private static TrustFile directory(String location, Path directory) throws Unreadable {
        List<X509Certificate> certificates = new ArrayList<>();
        List<X509CRL> revocations = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.sorted().toList()) {
                String name = entry.getFileName().toString();
                int dot = name.lastIndexOf('.');
                if (dot > 0
                        && !name.startsWith(".")
                        && SUFFIXES.contains(name.substring(dot))
                        && Files.isRegularFile(entry)) {
                    TrustFile file = parse(location, Files.readString(entry, StandardCharsets.ISO_8859_1));
                    if (file != null) {
                        file.certificates.stream()
                                .filter(c -> !certificates.contains(c))
                                .forEach(certificates::add);
                        revocations.addAll(file.revocations);
                    }
                }
            }
        } catch (IOException failed) {
            throw new Unreadable("No such file or directory");
        }
        return new TrustFile(location, certificates, revocations);
    }

    /**
     * Takes certificates and revocation lists from PEM; what else is there is passed over.
     *
     * @return null where there is none, or one cannot be read
     */
    public static @Nullable TrustFile parse(String location, String text) {
        List<Pem> blocks = Pem.parse(text);
        if (blocks == null) {
            return null;
        }
        List<X509Certificate> certificates = new ArrayList<>();
        List<X509CRL> revocations = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Pem block : blocks) {
                ByteArrayInputStream content = new ByteArrayInputStream(block.content());
                if (block.isCertificate()) {
                    certificates.add((X509Certificate) factory.generateCertificate(content));
                } else if (block.label().equals("X509 CRL")) {
                    revocations.add((X509CRL) factory.generateCRL(content));
                }
            }
        } catch (GeneralSecurityException damaged) {
            return null;
        }
        return certificates.isEmpty() && revocations.isEmpty()
                ? null
                : new TrustFile(location, certificates, revocations);
    }
}
