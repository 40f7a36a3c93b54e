// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.testkit.Pems;
import io.tandem.node.tls.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "rsa.crt rsa.key, RSA",
        "rsa.key rsa.crt, RSA",
        "rsa-pkcs1.key rsa.crt, RSA",
        "ec.crt ec.key, EC",
        "ec-sec1.key ec.crt, EC",
        "ec-a.crt ec-a.key, EC",
        "ed25519.crt ed25519.key, EdDSA",
    })
    void readsEveryEncodingInEveryOrder(String parts, String algorithm) throws Exception {
        Certificate certificate = Certificate.read(Pems.write(directory, "x.pem", parts.split(" ")));
        assertThat(certificate.key().getAlgorithm()).isEqualTo(algorithm);
        assertThat(certificate.chain()).hasSize(1);
    }

    @Test
    void takesTheFirstCertificateAsTheServersAndTheRestAsItsChain() throws Exception {
        Certificate certificate = Certificate.read(Pems.write(directory, "x.pem", "rsa.crt", "rsa.key", "ec.crt"));
        assertThat(certificate.chain()).hasSize(2);
        assertThat(certificate.names()).containsExactlyInAnyOrder("a.example", "*.wild.example");
    }

    @Test
    void findsTheKeyInAFileBesideIt() throws Exception {
        String file = Pems.write(directory, "x.crt", "rsa.crt");
        Pems.write(directory, "x.crt.key", "rsa.key");
        assertThat(Certificate.read(file).key().getAlgorithm()).isEqualTo("RSA");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rsa.crt|No Private Key found in '%s.key'.",
                "rsa.key|unable to load certificate from file '%s'.",
                "rsa.crt ec.key|inconsistencies between private key and certificate loaded '%s'.",
                "rsa.crt other-rsa.key|inconsistencies between private key and certificate loaded '%s'.",
                "ec.crt ec-a.key|inconsistencies between private key and certificate loaded '%s'.",
            })
    void aMistakeIsWordedAsHaproxyWordsIt(String parts, String message) throws Exception {
        String file = Pems.write(directory, "x.pem", parts.split(" "));
        assertThatThrownBy(() -> Certificate.read(file)).hasMessage(message.formatted(file));
    }

    @ParameterizedTest
    @CsvSource({"rsa.crt rsa-encrypted-pkcs1.key", "rsa.crt rsa-encrypted-pkcs8.key"})
    void anEncryptedKeyIsRefusedWithTheRemedy(String parts) throws Exception {
        String file = Pems.write(directory, "x.pem", parts.split(" "));
        assertThatThrownBy(() -> Certificate.read(file))
                .hasMessageContaining("is encrypted")
                .hasMessageContaining("openssl pkey");
    }

    @Test
    void damagedFilesAreRefused() throws Exception {
        String good = Files.readString(Path.of(Pems.write(directory, "x.pem", "rsa.crt", "rsa.key")));
        for (String text : Stream.of(
                        "",
                        "garbage",
                        good.substring(0, 200),
                        good.replace("END CERTIFICATE", "END CERT"),
                        "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n")
                .toList()) {
            Path file = directory.resolve("damaged.pem");
            Files.writeString(file, text);
            assertThatThrownBy(() -> Certificate.read(file.toString()))
                    .hasMessage("unable to load certificate from file '" + file + "'.");
        }
    }

    @Property(tries = 300)
    void noDamageToAKeyBringsMoreThanARefusal(@ForAll int seed) throws Exception {
        java.util.Random random = new java.util.Random(seed);
        for (String name : new String[] {"ec-sec1.key", "rsa-pkcs1.key", "ec.key"}) {
            Pem block = Objects.requireNonNull(Pem.parse(Pems.read(name))).stream()
                    .filter(Pem::isPrivateKey)
                    .findFirst()
                    .orElseThrow();
            byte[] content = block.content().clone();
            for (int i = 0; i < 3; i++) {
                content[random.nextInt(Math.min(content.length, 40))] = (byte) random.nextInt();
            }
            try {
                PrivateKeys.read(new Pem(block.label(), content, false));
            } catch (java.security.GeneralSecurityException refused) {
                assertThat(refused).isNotNull();
            }
        }
    }

    @Example
    void aBlockWithoutEndIsNoPem() {
        assertThat(Pem.parse("-----BEGIN X-----\nAAAA\n")).isNull();
        assertThat(Pem.parse("-----BEGIN X")).isNull();
    }
}
