// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.integer;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.rules.Facts;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Converters that decrypt (HAProxy manual 7.3.1). */
final class CipherConverters {
    private static final LoopLocal<Cipher> GCM = new LoopLocal<>(loop -> gcm());

    static final List<Keyword<ConverterKind>> ALL = List.of(converter("aes_gcm_dec")
            .args(integer("bits"), string("nonce"), string("key"), string("aead_tag"))
            .accepts(SampleType.BINARY)
            .returns(SampleType.BINARY)
            .doc("what the bytes say, decrypted by AES-GCM; nothing where the tag is wrong")
            .as(CipherConverters::gcm));

    private CipherConverters() {}

    private static Cipher gcm() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no AES-GCM", e);
        }
    }

    private static Converter gcm(Args args) {
        long bits = args.number(0, 0);
        if (bits != 128 && bits != 192 && bits != 256) {
            throw new SampleError("key size must be 128, 192 or 256 (bits).");
        }
        TextOrVariable nonce = TextOrVariable.base64(args.string(1), "nonce");
        TextOrVariable key = TextOrVariable.base64(args.string(2), "key");
        TextOrVariable tag = TextOrVariable.base64(args.string(3), "aead_tag");
        return (facts, in) -> {
            Sample other = facts.scratch.other;
            if (!nonce.value(facts, other) || other.length() == 0) {
                return false;
            }
            byte[] nonceBytes = copy(other);
            if (!key.value(facts, other) || other.length() != bits / 8) {
                return false;
            }
            SecretKeySpec keySpec = new SecretKeySpec(other.bytes, other.start, other.length(), "AES");
            return tag.value(facts, other) && decrypt(facts, in, nonceBytes, keySpec, other);
        };
    }

    private static byte[] copy(Sample value) {
        return java.util.Arrays.copyOfRange(value.bytes, value.start, value.end);
    }

    /** Tags of less than twelve bytes, which are forged too easily, decrypt nothing. */
    private static boolean decrypt(Facts facts, Sample in, byte[] nonce, SecretKeySpec key, Sample tag) {
        int length = in.length();
        if (tag.length() < 12 || tag.length() > 16 || facts.scratch.room() < length) {
            return false;
        }
        byte[] sealed = new byte[length + tag.length()];
        System.arraycopy(in.bytes, in.start, sealed, 0, length);
        System.arraycopy(tag.bytes, tag.start, sealed, length, tag.length());
        try {
            Cipher cipher = GCM.of(facts.loop);
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(tag.length() * 8, nonce));
            int at = facts.scratch.claim(length);
            cipher.doFinal(sealed, 0, sealed.length, facts.scratch.bytes(), at);
            in.set(SampleType.BINARY, facts.scratch.bytes(), at, at + length);
            return true;
        } catch (GeneralSecurityException wrongTag) {
            return false;
        }
    }
}
