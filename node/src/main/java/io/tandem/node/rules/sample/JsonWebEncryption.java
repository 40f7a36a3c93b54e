// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The content of a JSON Web Encryption in compact form (RFC 7516, RFC 7518): its five parts, the key that its header says how to
 * find, what that decrypts. A token that says it is compressed, or has extensions that must be understood, yields nothing.
 */
final class JsonWebEncryption {
    private static final int PARTS = 5;
    private static final int BLOCK = 16;
    private static final int NONCE = 12;
    private static final byte[] EMPTY = new byte[0];
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Bytes of the content's key, by the algorithm that encrypts the content. */
    private static final Map<String, Integer> CONTENT_KEYS = Map.of(
            "A128GCM", 16, "A192GCM", 24, "A256GCM", 32, "A128CBC-HS256", 32, "A192CBC-HS384", 48, "A256CBC-HS512", 64);

    private JsonWebEncryption() {}

    /**
     * What can decrypt.
     *
     * @param secret a shared key, or null
     * @param own a private key of RSA, or null
     */
    record Keys(byte @Nullable [] secret, @Nullable PrivateKey own) {}

    /** A shared key in base64 of either alphabet, padded or not; null where it is none. */
    static @Nullable Keys secret(byte[] text) {
        try {
            String base64 = new String(text, StandardCharsets.ISO_8859_1)
                    .replace('+', '-')
                    .replace('/', '_');
            byte[] key = bytes(base64);
            return key.length == 0 ? null : new Keys(key, null);
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    /** A JSON Web Key (RFC 7517): a shared key, or a private one of RSA; null where it is neither. */
    static @Nullable Keys jwk(byte[] json) {
        if (text(json, "$.kty").equals("oct")) {
            return secret(Text.bytes(text(json, "$.k")));
        }
        PrivateKey own = rsa(json);
        return own == null ? null : new Keys(null, own);
    }

    /**
     * What the token says.
     *
     * @return empty where it is no such token, or of another key
     */
    static byte[] content(String token, Keys keys) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != PARTS) {
            return EMPTY;
        }
        try {
            byte[] header = bytes(parts[0]);
            String encryption = text(header, "$.enc");
            Integer size = CONTENT_KEYS.get(encryption);
            if (size == null || has(header, "$.zip") || has(header, "$.crit")) {
                return EMPTY;
            }
            byte[] key = key(header, bytes(parts[1]), size, keys);
            return key.length != size
                    ? EMPTY
                    : decrypt(
                            encryption,
                            key,
                            bytes(parts[2]),
                            bytes(parts[3]),
                            bytes(parts[4]),
                            parts[0].getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            return EMPTY; // a wrong key, a wrong tag, no base64
        }
    }

    private static byte[] bytes(String base64) {
        return Base64.getUrlDecoder().decode(base64);
    }

    /** The text at a path of a JSON object; empty where there is none. */
    private static String text(byte[] json, String path) {
        Json reader = new Json();
        Json.Kind kind = reader.find(JsonPath.of(path), json, 0, json.length);
        return kind == Json.Kind.STRING
                ? new String(json, reader.start(), reader.end() - reader.start(), StandardCharsets.UTF_8)
                : "";
    }

    private static boolean has(byte[] json, String path) {
        return new Json().find(JsonPath.of(path), json, 0, json.length) != Json.Kind.NONE;
    }

    // ---- the content's key

    private static byte[] key(byte[] header, byte[] wrapped, int size, Keys keys) throws GeneralSecurityException {
        byte[] secret = keys.secret();
        PrivateKey own = keys.own();
        String algorithm = text(header, "$.alg");
        if (secret != null) {
            return switch (algorithm) {
                case "dir" -> wrapped.length == 0 ? secret : EMPTY;
                case "A128KW", "A192KW", "A256KW" -> isOf(algorithm, secret) ? unwrap(secret, wrapped) : EMPTY;
                case "A128GCMKW", "A192GCMKW", "A256GCMKW" ->
                    isOf(algorithm, secret)
                            ? gcm(secret, bytes(text(header, "$.iv")), wrapped, bytes(text(header, "$.tag")), EMPTY)
                            : EMPTY;
                default -> EMPTY;
            };
        }
        if (own == null) {
            return EMPTY;
        }
        return switch (algorithm) {
            case "RSA-OAEP" -> oaep("SHA-1", own, wrapped);
            case "RSA-OAEP-256" -> oaep("SHA-256", own, wrapped);
            case "RSA1_5" -> pkcs1(own, wrapped, size);
            default -> EMPTY;
        };
    }

    /** Whether the secret is as long as the algorithm's name says. */
    private static boolean isOf(String algorithm, byte[] secret) {
        return secret.length * Byte.SIZE == Integer.parseInt(algorithm.substring(1, 4));
    }

    private static byte[] unwrap(byte[] secret, byte[] wrapped) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(secret, "AES"));
        Key key = cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY);
        return key.getEncoded();
    }

    private static byte[] oaep(String digest, PrivateKey own, byte[] wrapped) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        MGF1ParameterSpec mask = digest.equals("SHA-1") ? MGF1ParameterSpec.SHA1 : MGF1ParameterSpec.SHA256;
        cipher.init(Cipher.DECRYPT_MODE, own, new OAEPParameterSpec(digest, "MGF1", mask, PSource.PSpecified.DEFAULT));
        return cipher.doFinal(wrapped);
    }

    /** Wrong padding is told by nothing but a wrong tag (RFC 7516 section 11.5). */
    private static byte[] pkcs1(PrivateKey own, byte[] wrapped, int size) throws GeneralSecurityException {
        byte[] other = new byte[size];
        RANDOM.nextBytes(other);
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.DECRYPT_MODE, own);
            byte[] key = cipher.doFinal(wrapped);
            return key.length == size ? key : other;
        } catch (GeneralSecurityException padding) {
            return other;
        }
    }

    /** A private key of RSA as RFC 7518 section 6.3 writes it. */
    private static @Nullable PrivateKey rsa(byte[] jwk) {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(new RSAPrivateCrtKeySpec(
                            number(jwk, "$.n"),
                            number(jwk, "$.e"),
                            number(jwk, "$.d"),
                            number(jwk, "$.p"),
                            number(jwk, "$.q"),
                            number(jwk, "$.dp"),
                            number(jwk, "$.dq"),
                            number(jwk, "$.qi")));
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            return null;
        }
    }

    private static BigInteger number(byte[] jwk, String path) {
        return new BigInteger(1, bytes(text(jwk, path)));
    }

    // ---- the content

    private static byte[] decrypt(String encryption, byte[] key, byte[] iv, byte[] sealed, byte[] tag, byte[] header)
            throws GeneralSecurityException {
        if (encryption.endsWith("GCM")) {
            return gcm(key, iv, sealed, tag, header);
        }
        int half = key.length / 2;
        String mac = "Hmac" + encryption.substring(encryption.indexOf('-') + 1).replace("HS", "SHA");
        if (iv.length != BLOCK || !MessageDigest.isEqual(tag, tag(mac, key, half, iv, sealed, header))) {
            return EMPTY;
        }
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, half, half, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(sealed);
    }

    /** RFC 7518 section 5.2.2.1. */
    private static byte[] tag(String name, byte[] key, int half, byte[] iv, byte[] sealed, byte[] header)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance(name);
        mac.init(new SecretKeySpec(key, 0, half, name));
        mac.update(header);
        mac.update(iv);
        mac.update(sealed);
        mac.update(ByteBuffer.allocate(Long.BYTES)
                .putLong((long) header.length * Byte.SIZE)
                .array());
        return Arrays.copyOf(mac.doFinal(), half);
    }

    private static byte[] gcm(byte[] key, byte[] iv, byte[] sealed, byte[] tag, byte[] additional)
            throws GeneralSecurityException {
        if (iv.length != NONCE || tag.length != BLOCK) {
            return EMPTY;
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(BLOCK * Byte.SIZE, iv));
        cipher.updateAAD(additional);
        byte[] whole = Arrays.copyOf(sealed, sealed.length + tag.length);
        System.arraycopy(tag, 0, whole, sealed.length, tag.length);
        return cipher.doFinal(whole);
    }
}
