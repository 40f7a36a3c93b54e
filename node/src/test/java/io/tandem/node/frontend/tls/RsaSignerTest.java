// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.testkit.Pems;
import io.tandem.node.tls.EngineGap;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RSA signatures outside BoringSSL; the provider is there on x86-64, where these tests run. */
class RsaSignerTest {
    private static final byte[] TEXT = "what a handshake signs".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path directory;

    private final SSLEngine nobody = Objects.requireNonNull(engine());

    @BeforeAll
    static void needsBoringSsl() {
        EngineGap.COST.endsTheTest();
    }

    private static SSLEngine engine() {
        try {
            return javax.net.ssl.SSLContext.getDefault().createSSLEngine();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Certificate rsa() throws Exception {
        return Certificate.read(Pems.write(directory, "rsa.pem", "rsa.crt", "rsa.key"));
    }

    private static Provider provider() {
        return Objects.requireNonNull(RsaProvider.get(), "no provider on this machine");
    }

    @ParameterizedTest
    @EnumSource
    void everyAlgorithmOfTlsVerifiesByTheJdksOwn(RsaAlgorithm algorithm) throws Exception {
        Certificate certificate = rsa();
        RsaSigner signer = Objects.requireNonNull(RsaSigner.of(provider(), certificate));
        Signature verifier = Signature.getInstance(algorithm.javaName());
        if (algorithm.isPss()) {
            verifier.setParameter(new PSSParameterSpec(
                    algorithm.hash(), "MGF1", new MGF1ParameterSpec(algorithm.hash()), algorithm.saltBytes(), 1));
        }
        for (int i = 0; i < 3; i++) { // the signature object is used again
            verifier.initVerify(certificate.leaf().getPublicKey());
            verifier.update(TEXT);
            assertThat(verifier.verify(signer.sign(nobody, algorithm.number(), TEXT)))
                    .isTrue();
        }
    }

    @Test
    void anAlgorithmThatIsNotRsasIsRefused() throws Exception {
        RsaSigner signer = Objects.requireNonNull(RsaSigner.of(provider(), rsa()));
        assertThatThrownBy(() -> signer.sign(nobody, 0x0403, TEXT)).isInstanceOf(SignatureException.class);
    }

    @Test
    void theRawOperationOpensWhatTheCertificateSealed() throws Exception {
        Certificate certificate = rsa();
        RsaSigner signer = Objects.requireNonNull(RsaSigner.of(provider(), certificate));
        Cipher cipher = Cipher.getInstance("RSA/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, certificate.leaf().getPublicKey());
        byte[] secret = new byte[256];
        secret[255] = 42;
        assertThat(signer.decrypt(nobody, cipher.doFinal(secret))).isEqualTo(secret);
    }

    @Test
    void otherKeysAreLeftToTheEngine() throws Exception {
        Certificate ec = Certificate.read(Pems.write(directory, "ec.pem", "ec.crt", "ec.key"));
        assertThat(RsaSigner.of(provider(), ec)).isNull();
        assertThat(RsaSigner.of(null, rsa())).isNull();
    }

    @Test
    void theMeasurementEndsAndSaysWhatItMeasured() throws Exception {
        Certificate certificate = rsa();
        assertThat(RsaMeasurement.fastest(certificate, Objects.requireNonNull(RsaSigner.of(provider(), certificate))))
                .allMatch(us -> us > 0);
        String result = RsaMeasurement.faster(provider(), certificate);
        if (result != null) {
            assertThat(result).matches("tls rsa-signatures=corretto handshake-us=[0-9]+ instead-of-us=[0-9]+");
        }
    }
}
