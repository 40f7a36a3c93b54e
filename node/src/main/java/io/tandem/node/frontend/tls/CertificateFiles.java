// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.tls.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Reads certificates and what lies beside them. Blocks: for the thread that loads, never for an event loop. */
final class CertificateFiles {
    private static final int OCSP_LIMIT_BYTES = 64 * 1024;

    private final ExtraFiles extras;
    private final Map<X500Principal, List<X509Certificate>> issuers = new LinkedHashMap<>();

    private final List<String> warnings = new ArrayList<>();

    private boolean skipsSelfIssued;

    CertificateFiles(ExtraFiles extras) {
        this.extras = extras;
    }

    ExtraFiles extras() {
        return extras;
    }

    /** What files read since the last call hold that cannot be used. */
    List<String> takeWarnings() {
        List<String> taken = List.copyOf(warnings);
        warnings.clear();
        return taken;
    }

    /** Reads {@code file} and those beside it. */
    Certificate read(String file) throws Certificate.Unusable {
        String text = text(Path.of(file));
        if (text == null) {
            throw new Certificate.Unusable("unable to load certificate from file '" + file + "'.");
        }
        warnOfDiffieHellman(file, text);
        return complete(file, CertificateParts.NONE.withPem(file, text), extras.beside(file, ExtraFiles.Kind.KEY));
    }

    /**
     * A certificate of parts that lie where the configuration says ({@code load} in a {@code crt-store}).
     *
     * @param keyFile where the key is; null to look beside {@code file}
     */
    Certificate read(String file, @Nullable String keyFile, @Nullable String ocspFile, @Nullable String issuerFile)
            throws Certificate.Unusable {
        String text = text(Path.of(file));
        if (text == null) {
            throw new Certificate.Unusable("unable to load certificate from file '" + file + "'.");
        }
        warnOfDiffieHellman(file, text);
        CertificateParts parts = CertificateParts.NONE.withPem(file, text);
        if (keyFile != null) {
            parts = parts.withKey(keyFile, required(keyFile));
        }
        if (issuerFile != null) {
            parts = parts.withIssuer(issuerFile, required(issuerFile));
        }
        if (ocspFile != null) {
            parts = parts.withOcsp(response(Path.of(ocspFile)));
        }
        return complete(file, parts, extras.beside(file, ExtraFiles.Kind.KEY));
    }

    /**
     * A certificate whose key may be encrypted.
     *
     * @param pass the key's pass phrase; null where it needs none
     */
    Certificate readEncrypted(String file, @Nullable String pass) throws Certificate.Unusable {
        String text = text(Path.of(file));
        if (text == null || pass == null) {
            return read(file);
        }
        return complete(
                file,
                CertificateParts.NONE.withPem(file, EncryptedKeys.decrypted(file, text, pass)),
                extras.beside(file, ExtraFiles.Kind.KEY));
    }

    private static String required(String file) throws Certificate.Unusable {
        String text = text(Path.of(file));
        if (text == null) {
            throw new Certificate.Unusable("unable to load private key from file '" + file + "'.");
        }
        return text;
    }

    private void warnOfDiffieHellman(String file, String text) {
        if (text.contains("DH PARAMETERS-----")) {
            warnings.add("the DH parameters in '" + file
                    + "' have no effect: the TLS engine has no Diffie-Hellman over integers, only over curves.");
        }
    }

    private void warnOfTimestamps(String file) {
        if (extras.has(ExtraFiles.Kind.SCTL) && Files.exists(Path.of(file))) {
            warnings.add("'" + file + "' has no effect: the TLS engine sends no certificate timestamps.");
        }
    }

    private Certificate complete(String file, CertificateParts read, String keyFile) throws Certificate.Unusable {
        CertificateParts parts = read;
        if (parts.key() == null) {
            String key = extras.has(ExtraFiles.Kind.KEY) ? text(Path.of(keyFile)) : null;
            if (key == null) {
                throw new Certificate.Unusable(
                        "No Private Key found in '" + (extras.has(ExtraFiles.Kind.KEY) ? keyFile : file) + "'.");
            }
            parts = parts.withKey(keyFile, key);
        }
        if (parts.issuer() == null && extras.has(ExtraFiles.Kind.ISSUER)) {
            String beside = extras.beside(file, ExtraFiles.Kind.ISSUER);
            String issuer = text(Path.of(beside));
            parts = issuer == null ? parts : parts.withIssuer(beside, issuer);
        }
        if (parts.ocsp() == null && extras.has(ExtraFiles.Kind.OCSP)) {
            parts = parts.withOcsp(response(Path.of(extras.beside(file, ExtraFiles.Kind.OCSP))));
        }
        warnOfTimestamps(extras.beside(file, ExtraFiles.Kind.SCTL));
        if (parts.chain().size() == 1) {
            parts = parts.withChain(chainOf(parts.chain().get(0)));
        }
        X509Certificate last = parts.chain().get(parts.chain().size() - 1);
        if (skipsSelfIssued
                && parts.chain().size() == 2
                && last.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
            parts = new CertificateParts(
                    parts.chain().subList(0, 1),
                    parts.key(),
                    parts.ocsp(),
                    parts.issuer() == null ? last : parts.issuer());
        }
        return parts.complete(file);
    }

    /** An authority that signed itself is not sent: clients have it. */
    void skipSelfIssued() {
        skipsSelfIssued = true;
    }

    /** Reads the chains of {@code issuers-chain-path}; answers a warning for each file that holds none. */
    List<String> issuers(String directory) {
        List<String> warnings = new ArrayList<>();
        try (Stream<Path> entries = Files.list(Path.of(directory))) {
            for (Path entry : entries.filter(Files::isRegularFile).sorted().toList()) {
                String text = text(entry);
                List<Pem> blocks = text == null ? null : Pem.parse(text);
                List<X509Certificate> chain = blocks == null ? List.of() : CertificateParts.certificates(blocks);
                if (chain.isEmpty()) {
                    warnings.add("unable to load issuers-chain " + entry + " : pem certificate not found.");
                } else {
                    issuers.putIfAbsent(chain.get(0).getSubjectX500Principal(), chain);
                }
            }
        } catch (IOException unreadable) {
            warnings.add("unable to read issuers-chain-path " + directory + " : " + unreadable.getMessage());
        }
        return warnings;
    }

    /** The certificate followed by the chain of its issuer, if {@code issuers-chain-path} has it. */
    List<X509Certificate> chainOf(X509Certificate certificate) {
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        chain.addAll(issuers.getOrDefault(certificate.getIssuerX500Principal(), List.of()));
        return chain;
    }

    private static @Nullable String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            return null;
        }
    }

    private static @Nullable OcspResponse response(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                return null;
            }
            return Files.size(file) <= OCSP_LIMIT_BYTES
                    ? new OcspResponse(Files.readAllBytes(file))
                    : OcspResponse.AWAITED;
        } catch (IOException unreadable) {
            return null;
        }
    }
}
