// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code jwt_decrypt_secret} and {@code jwt_decrypt_jwk} (HAProxy 3.3): an example of RFC 7516, and tokens that are made here. */
class JsonWebEncryptionTest {
    /** RFC 7516 appendix A.3. */
    private static final String EXAMPLE = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0"
            + ".6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ"
            + ".KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ";

    private static final String EXAMPLE_KEY = "GawgguFyGrWKav7AX4VKUg";
    private static final byte[] TEXT = Text.bytes("Live long and prosper.");

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bySecret(String token, String secret) {
        return JsonWebEncryption.content(token, requireNonNull(JsonWebEncryption.secret(Text.bytes(secret))));
    }

    private static byte[] byJwk(String token, String jwk) {
        return JsonWebEncryption.content(token, requireNonNull(JsonWebEncryption.jwk(Text.bytes(jwk))));
    }

    @Test
    void theExampleOfTheRfcIsDecrypted() {
        assertThat(bySecret(EXAMPLE, EXAMPLE_KEY)).isEqualTo(TEXT);
        assertThat(byJwk(EXAMPLE, "{\"kty\":\"oct\",\"k\":\"" + EXAMPLE_KEY + "\"}"))
                .isEqualTo(TEXT);
        assertThat(bySecret(EXAMPLE, "GawgguFyGrWKav7AX4VKUQ")).isEmpty();
    }

    /** Whichever character is another one, but for bits that base64 does not use. */
    @Test
    void aTokenThatWasChangedYieldsNothing() {
        for (int at = 0; at < EXAMPLE.length(); at++) {
            char other = EXAMPLE.charAt(at) == 'A' ? 'Q' : 'A';
            String changed = EXAMPLE.substring(0, at) + other + EXAMPLE.substring(at + 1);
            byte[] content = bySecret(changed, EXAMPLE_KEY);
            boolean isLastOfPart = at + 1 == EXAMPLE.length() || EXAMPLE.charAt(at + 1) == '.';
            if (!isLastOfPart || content.length > 0) {
                assertThat(content)
                        .as("at %d", at)
                        .satisfiesAnyOf(c -> assertThat(c).isEmpty(), c -> {
                            assertThat(isLastOfPart).isTrue();
                            assertThat(c).isEqualTo(TEXT);
                        });
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "....",
                "a.b.c.d.e",
                "a.b.c",
                "e30....",
                "e30.e30.e30.e30.e30",
                "\u00ff.\u00ff.\u00ff.\u00ff.\u00ff"
            })
    void whatIsNoTokenYieldsNothing(String token) {
        assertThat(bySecret(token, EXAMPLE_KEY)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"zip\":\"DEF\"", "\"crit\":[\"exp\"]"})
    void whatMustBeUnderstoodAndIsNotYieldsNothing(String more) throws Exception {
        byte[] key = noise(16);
        assertThat(bySecret(token("dir", "A128GCM", more, new byte[0], key), base64(key)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "A128GCM, 16",
        "A192GCM, 24",
        "A256GCM, 32",
        "A128CBC-HS256, 32",
        "A192CBC-HS384, 48",
        "A256CBC-HS512, 64"
    })
    void aSharedKeyDecryptsDirectlyOrUnwraps(String encryption, int size) throws Exception {
        byte[] key = noise(size);
        assertThat(bySecret(token("dir", encryption, "", new byte[0], key), base64(key)))
                .isEqualTo(TEXT);
        for (int bits : new int[] {128, 192, 256}) {
            byte[] secret = noise(bits / 8);
            Cipher wrap = Cipher.getInstance("AESWrap");
            wrap.init(Cipher.WRAP_MODE, new SecretKeySpec(secret, "AES"));
            String wrapped = token("A" + bits + "KW", encryption, "", wrap.wrap(new SecretKeySpec(key, "AES")), key);
            assertThat(bySecret(wrapped, base64(secret))).isEqualTo(TEXT);

            byte[] iv = noise(12);
            byte[] sealed = gcm(secret, iv, key, new byte[0]);
            String more = "\"iv\":\"" + base64(iv) + "\",\"tag\":\""
                    + base64(Arrays.copyOfRange(sealed, size, size + 16)) + "\"";
            String sealedKey = token("A" + bits + "GCMKW", encryption, more, Arrays.copyOf(sealed, size), key);
            assertThat(bySecret(sealedKey, base64(secret))).isEqualTo(TEXT);
            assertThat(bySecret(sealedKey, base64(noise(bits / 8 + 1)))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA-OAEP", "RSA-OAEP-256", "RSA1_5"})
    void aPrivateKeyUnwraps(String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        byte[] key = noise(32);
        String token = token(algorithm, "A256GCM", "", wrapped(algorithm, pair, key), key);

        assertThat(byJwk(token, jwk(pair))).isEqualTo(TEXT);
        assertThat(byJwk(token, jwk(generator.generateKeyPair()))).isEmpty();
        assertThat(bySecret(token, base64(key))).isEmpty();
    }

    private static byte[] wrapped(String algorithm, KeyPair pair, byte[] key) throws GeneralSecurityException {
        if (algorithm.equals("RSA1_5")) {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.ENCRYPT_MODE, pair.getPublic());
            return cipher.doFinal(key);
        }
        boolean isOld = algorithm.equals("RSA-OAEP");
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                pair.getPublic(),
                new OAEPParameterSpec(
                        isOld ? "SHA-1" : "SHA-256",
                        "MGF1",
                        isOld ? MGF1ParameterSpec.SHA1 : MGF1ParameterSpec.SHA256,
                        PSource.PSpecified.DEFAULT));
        return cipher.doFinal(key);
    }

    private static String jwk(KeyPair pair) {
        RSAPrivateCrtKey own = (RSAPrivateCrtKey) pair.getPrivate();
        return "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\",\"d\":\"%s\",\"p\":\"%s\",\"q\":\"%s\",\"dp\":\"%s\",\"dq\":\"%s\",\"qi\":\"%s\"}"
                .formatted(
                        base64(own.getModulus().toByteArray()),
                        base64(own.getPublicExponent().toByteArray()),
                        base64(own.getPrivateExponent().toByteArray()),
                        base64(own.getPrimeP().toByteArray()),
                        base64(own.getPrimeQ().toByteArray()),
                        base64(own.getPrimeExponentP().toByteArray()),
                        base64(own.getPrimeExponentQ().toByteArray()),
                        base64(own.getCrtCoefficient().toByteArray()));
    }

    private static byte[] gcm(byte[] key, byte[] iv, byte[] text, byte[] header) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(header);
        return cipher.doFinal(text);
    }

    /** A token of {@link #TEXT}. */
    private static String token(String algorithm, String encryption, String more, byte[] wrapped, byte[] key)
            throws GeneralSecurityException {
        String header = base64(Text.bytes("{\"alg\":\"" + algorithm + "\",\"enc\":\"" + encryption + "\""
                + (more.isEmpty() ? "" : "," + more) + "}"));
        String first = header + "." + base64(wrapped) + ".";
        if (encryption.endsWith("GCM")) {
            byte[] iv = noise(12);
            byte[] sealed = gcm(key, iv, TEXT, header.getBytes(US_ASCII));
            return first + base64(iv) + "." + base64(Arrays.copyOf(sealed, TEXT.length)) + "."
                    + base64(Arrays.copyOfRange(sealed, TEXT.length, sealed.length));
        }
        int half = key.length / 2;
        byte[] iv = noise(16);
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, half, half, "AES"), new IvParameterSpec(iv));
        byte[] sealed = cipher.doFinal(TEXT);
        String name = "HmacSHA" + half * 16;
        Mac mac = Mac.getInstance(name);
        mac.init(new SecretKeySpec(key, 0, half, name));
        mac.update(header.getBytes(US_ASCII));
        mac.update(iv);
        mac.update(sealed);
        mac.update(ByteBuffer.allocate(8).putLong(header.length() * 8L).array());
        return first + base64(iv) + "." + base64(sealed) + "." + base64(Arrays.copyOf(mac.doFinal(), half));
    }
}
