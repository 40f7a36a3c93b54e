// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.testkit.Pems;
import io.tandem.node.tls.verify.TrustFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and answers that are damaged anywhere: each is read or refused with a reason, and nothing else happens. */
class BrokenFilesFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String[] PEM_WORDS = {
        "-----BEGIN ",
        "-----END ",
        "-----",
        "CERTIFICATE",
        "PRIVATE KEY",
        "EC PRIVATE KEY",
        "RSA PRIVATE KEY",
        "\n",
        "=",
        "Proc-Type: 4,ENCRYPTED\n",
        "X509 CRL",
        "MIIB",
        "\0"
    };

    @TempDir
    Path directory;

    @Test
    void certificatesAndKeys() {
        String[] texts = {
            Pems.read("rsa.crt") + Pems.read("rsa.key"),
            Pems.read("ec.key") + Pems.read("ec.crt") + Pems.read("ec-a.crt"),
            Pems.read("ec-sec1.key"),
            Pems.read("rsa-pkcs1.key") + Pems.read("rsa.crt"),
            Pems.read("ed25519.crt") + Pems.read("ed25519.key"),
            Pems.read("rsa-encrypted-pkcs1.key"),
        };
        Fuzz.run("PEM files", random -> {
            String text = damaged(random, Fuzz.oneOf(random, texts));
            try {
                CertificateParts parts = CertificateParts.NONE.withPem("f", text);
                assertThat(parts.chain()).isNotEmpty();
                parts.complete("f");
            } catch (Certificate.Unusable refused) {
                assertThat(refused.text()).isNotEmpty();
            }
            TrustFile trusted = TrustFile.parse("f", text);
            assertThat(trusted == null
                            || trusted.certificates().size()
                                            + trusted.revocations().size()
                                    > 0)
                    .isTrue();
        });
    }

    /** Half of the rounds change the text, half a byte of what a block holds. */
    private static String damaged(Random random, String text) {
        if (random.nextBoolean()) {
            return Fuzz.mutate(random, text, PEM_WORDS);
        }
        int begin = text.indexOf("-----\n", text.indexOf("-----BEGIN")) + 6;
        int end = text.indexOf("-----END", begin);
        String body = text.substring(begin, end);
        if (body.contains(":")) {
            return Fuzz.mutate(random, text, PEM_WORDS);
        }
        byte[] der = Base64.getMimeDecoder().decode(body);
        for (int i = random.nextInt(3); i >= 0; i--) {
            der[random.nextInt(random.nextBoolean() ? Math.min(der.length, 40) : der.length)] =
                    (byte) random.nextInt(256);
        }
        int length = random.nextInt(4) == 0 ? random.nextInt(der.length) : der.length;
        return text.substring(0, begin)
                + Base64.getMimeEncoder().encodeToString(java.util.Arrays.copyOf(der, length))
                + "\n"
                + text.substring(end);
    }

    @Test
    void ticketKeys() {
        String key = Base64.getEncoder().encodeToString(new byte[48]);
        String longKey = Base64.getEncoder().encodeToString(new byte[80]);
        String[] words = {"\n", "=", "\r\n", key, longKey, "\0", " "};
        Path file = directory.resolve("keys");
        Fuzz.run("ticket keys", random -> {
            String one = random.nextBoolean() ? key : longKey;
            write(file, Fuzz.mutate(random, (one + "\n").repeat(2 + random.nextInt(3)), words));
            try {
                assertThat(TicketFile.read(file.toString()).shown()).hasSize(3);
            } catch (TicketFile.Malformed refused) {
                assertThat(refused.text()).isNotEmpty();
            }
        });
    }

    @Test
    void linesOfCertificateLists() {
        String[] words = {"[", "]", "!", "*.", " ", "\t", "#", "\r", "alpn", "h2", "verify none"};
        Fuzz.run("crt-list", random -> {
            String line = Fuzz.mutate(random, "a.pem [alpn h2 verify none] *.x.example !y.x.example", words);
            if (!CrtListLine.isBlank(line)) {
                try {
                    CrtListLine read = CrtListLine.parse(line);
                    assertThat(read.file()).isNotEmpty().doesNotContain("[", "]");
                    assertThat(read.filters()).noneMatch(filter -> filter.contains("[") || filter.contains("]"));
                } catch (CrtListLine.Malformed refused) {
                    assertThat(refused.text()).isNotEmpty();
                }
            }
        });
    }

    /** Whatever is done to a good response: it is read or refused, and only the unchanged one is believed. */
    @Test
    void ocspResponses() throws Exception {
        CertificateParts parts = CertificateParts.NONE.withPem("f", Pems.read("rsa.crt") + Pems.read("rsa.key"));
        Certificate certificate = parts.complete("f");
        JcaX509CertificateHolder issuer = new JcaX509CertificateHolder(certificate.leaf());
        byte[] good = new OCSPRespBuilder()
                .build(
                        OCSPResp.SUCCESSFUL,
                        new BasicOCSPRespBuilder(new RespID(issuer.getSubject()))
                                .addResponse(
                                        new CertificateID(
                                                new JcaDigestCalculatorProviderBuilder()
                                                        .build()
                                                        .get(CertificateID.HASH_SHA1),
                                                issuer,
                                                certificate.leaf().getSerialNumber()),
                                        CertificateStatus.GOOD,
                                        Date.from(NOW.minusSeconds(60)),
                                        Date.from(NOW.plusSeconds(86_400)),
                                        null)
                                .build(
                                        new JcaContentSignerBuilder("SHA256withRSA").build(certificate.key()),
                                        new JcaX509CertificateHolder[] {issuer},
                                        Date.from(NOW)))
                .getEncoded();
        OcspId id = OcspId.of(certificate.leaf(), certificate.leaf());
        assertThat(OcspCheck.complaint(new OcspResponse(good), id, NOW)).isNull();
        assertThat(OcspSignature.isGood(new OcspResponse(good), certificate.leaf(), NOW))
                .isTrue();
        Fuzz.run("OCSP responses", random -> {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(random.nextBoolean() ? 120 : bytes.length)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
            OcspResponse response = new OcspResponse(java.util.Arrays.copyOf(bytes, length));
            String complaint = OcspCheck.complaint(response, id, NOW);
            boolean believed = complaint == null && OcspSignature.isGood(response, certificate.leaf(), NOW);
            assertThat(OcspText.of(response)).startsWith("OCSP Response Data:\n");
            if (believed) {
                assertThat(HexFormat.of().formatHex(tbs(response.der())))
                        .isEqualTo(HexFormat.of().formatHex(tbs(good)));
            }
        });
    }

    /** What the signature covers. */
    private static byte[] tbs(byte[] der) {
        try {
            return OcspCheck.basic(org.bouncycastle.asn1.ocsp.OCSPResponse.getInstance(der))
                    .getTbsResponseData()
                    .getEncoded("DER");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
