// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** Private keys under a pass phrase (PKCS #8, and OpenSSL's older encryption of PEM blocks). Pure. */
final class EncryptedKeys {
    private EncryptedKeys() {}

    /**
     * {@code text} with its encrypted key in the clear in front; unchanged where no key is encrypted.
     *
     * @throws Certificate.Unusable if the pass phrase does not open the key
     */
    static String decrypted(String file, String text, String pass) throws Certificate.Unusable {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                PrivateKeyInfo key = open(block, pass.toCharArray());
                if (key != null) {
                    return written(key) + text;
                }
            }
            return text;
        } catch (IOException | OperatorCreationException | PKCSException | IllegalArgumentException wrong) {
            throw new Certificate.Unusable("unable to load private key from file '" + file
                    + "': 'ca-sign-pass' does not open it, or it is encrypted in an unknown way.");
        }
    }

    private static @Nullable PrivateKeyInfo open(Object block, char[] pass)
            throws IOException, OperatorCreationException, PKCSException {
        if (block instanceof PKCS8EncryptedPrivateKeyInfo key) {
            return key.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(new BouncyCastleProvider())
                    .build(pass));
        }
        if (block instanceof PEMEncryptedKeyPair pair) {
            return pair.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(pass))
                    .getPrivateKeyInfo();
        }
        return null;
    }

    private static String written(PrivateKeyInfo key) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject("PRIVATE KEY", key.getEncoded()));
        }
        return text.toString();
    }
}
