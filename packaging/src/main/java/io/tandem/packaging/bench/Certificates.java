// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A P-256 and an RSA-2048 certificate, made by {@code openssl}, certificate and key in one file each. */
final class Certificates {
    /** Clients that use OpenSSL ask all proxies for the same cipher: left alone, each program prefers another. */
    private static final String CLIENT_SETTINGS =
            """
            openssl_conf = all
            [all]
            ssl_conf = modules
            [modules]
            system_default = clients
            [clients]
            Ciphersuites = TLS_AES_256_GCM_SHA384
            Groups = X25519
            """;

    private final Path directory;

    Certificates(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        make(Features.Key.ECDSA, "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
        make(Features.Key.RSA, "rsa:2048");
        Files.writeString(clientSettings(), CLIENT_SETTINGS);
    }

    Path pem(Features.Key key) {
        return directory.resolve(key + ".pem");
    }

    /** An openssl.cnf for load generators. */
    Path clientSettings() {
        return directory.resolve("client-openssl.cnf");
    }

    private void make(Features.Key kind, String... algorithm) throws IOException, InterruptedException {
        Path key = directory.resolve(kind + ".key");
        Path certificate = directory.resolve(kind + ".crt");
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-days", "30"));
        command.addAll(
                List.of("-subj", "/CN=bench.example", "-keyout", key.toString(), "-out", certificate.toString()));
        command.add("-newkey");
        command.addAll(List.of(algorithm));
        Tool.run(command, 30);
        Files.writeString(pem(kind), Files.readString(certificate) + Files.readString(key));
    }
}
