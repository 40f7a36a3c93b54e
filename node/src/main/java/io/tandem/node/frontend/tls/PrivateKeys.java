// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.tls.Pem;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads private keys in the encodings that PEM files hold, with the JDK alone. */
final class PrivateKeys {
    /** {@code AlgorithmIdentifier} of rsaEncryption with its NULL parameter (RFC 8017 A.1). */
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    /** The object identifier id-ecPublicKey (RFC 5480 2.1.1). */
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int PARAMETERS = 0xa0;

    private PrivateKeys() {}

    /**
     * The key in a PEM block.
     *
     * @throws GeneralSecurityException if it is encrypted, damaged or of an unknown kind
     */
    static PrivateKey read(Pem block) throws GeneralSecurityException {
        return switch (block.label()) {
            case "PRIVATE KEY" -> pkcs8(block.content());
            case "RSA PRIVATE KEY" ->
                KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(wrap(RSA, block.content())));
            case "EC PRIVATE KEY" ->
                KeyFactory.getInstance("EC")
                        .generatePrivate(new PKCS8EncodedKeySpec(
                                wrap(tagged(SEQUENCE, concat(EC, curveOf(block.content()))), block.content())));
            default -> throw new GeneralSecurityException("no known kind of key: " + block.label());
        };
    }

    private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        GeneralSecurityException last = null;
        for (String algorithm : new String[] {"RSA", "EC", "EdDSA", "RSASSA-PSS"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException other) {
                last = other;
            }
        }
        throw last == null ? new GeneralSecurityException("no algorithm") : last;
    }

    /** {@code PrivateKeyInfo} (RFC 5208 5) around a key of an older encoding. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return tagged(SEQUENCE, concat(VERSION_0, concat(algorithm, tagged(OCTET_STRING, key))));
    }

    /** The named curve in the {@code [0]} of an {@code ECPrivateKey} (RFC 5915 3). */
    private static byte[] curveOf(byte[] der) throws GeneralSecurityException {
        int at = enter(der, 0, SEQUENCE);
        at = skip(der, at); // version
        at = skip(der, at); // the key itself
        int start = enter(der, at, PARAMETERS);
        return Arrays.copyOfRange(der, start, skip(der, start));
    }

    /** Where the content of the element at {@code at} begins. */
    private static int enter(byte[] der, int at, int tag) throws GeneralSecurityException {
        if (at + 2 > der.length || (der[at] & 0xff) != tag) {
            throw new GeneralSecurityException("unexpected element in an EC key");
        }
        int length = der[at + 1] & 0xff;
        return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
    }

    /** Where the element behind the one at {@code at} begins. */
    private static int skip(byte[] der, int at) throws GeneralSecurityException {
        if (at + 2 > der.length) {
            throw new GeneralSecurityException("truncated EC key");
        }
        int length = der[at + 1] & 0xff;
        int content = at + 2;
        if (length >= 0x80) {
            int bytes = length & 0x7f;
            if (bytes > 3 || content + bytes > der.length) {
                throw new GeneralSecurityException("oversized element in an EC key");
            }
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | (der[content++] & 0xff);
            }
        }
        if (length > der.length - content) {
            throw new GeneralSecurityException("truncated EC key");
        }
        return content + length;
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 5);
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            int bytes = content.length < 0x100 ? 1 : content.length < 0x1_0000 ? 2 : 3;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(content.length >> (8 * i));
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** Whether what {@code key} signs, {@code certified} verifies. */
    static boolean fit(PrivateKey key, PublicKey certified) {
        if (key instanceof RSAPrivateKey rsa && certified instanceof RSAPublicKey other) {
            return rsa.getModulus().equals(other.getModulus());
        }
        String algorithm = signatureOf(key);
        if (algorithm == null) {
            return false;
        }
        try {
            byte[] text = new byte[32];
            new SecureRandom().nextBytes(text);
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException unfit) {
            return false;
        }
    }

    private static @Nullable String signatureOf(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> null;
        };
    }
}
