// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.integer;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.rules.Facts;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Converters that encrypt and decrypt (HAProxy manual 7.3.1). */
final class CipherConverters {
    private static final LoopLocal<Cipher> GCM = new LoopLocal<>(loop -> gcm());

    private static final LoopLocal<Cipher> CBC = new LoopLocal<>(loop -> cipher("AES/CBC/PKCS5Padding"));

    private static final int TAG_BYTES = 16;
    private static final int BLOCK_BYTES = 16;

    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("aes_gcm_enc")
                    .args(integer("bits"), string("nonce"), string("key"), string("aead_tag"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("the bytes encrypted by AES-GCM; the tag goes to a variable, in base64 (HAProxy 3.4)")
                    .as(CipherConverters::seal),
            converter("aes_cbc_enc")
                    .args(integer("bits"), string("nonce"), string("key"), optionalString("aad"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("the bytes encrypted by AES-CBC, padded as PKCS #7 (HAProxy 3.4)")
                    .as(args -> cbc(args, Cipher.ENCRYPT_MODE)),
            converter("aes_cbc_dec")
                    .args(integer("bits"), string("nonce"), string("key"), optionalString("aad"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("what the bytes say, decrypted by AES-CBC (HAProxy 3.4)")
                    .as(args -> cbc(args, Cipher.DECRYPT_MODE)),
            converter("aes_gcm_dec")
                    .args(integer("bits"), string("nonce"), string("key"), string("aead_tag"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("what the bytes say, decrypted by AES-GCM; nothing where the tag is wrong")
                    .as(CipherConverters::gcm));

    private CipherConverters() {}

    private static Cipher gcm() {
        return cipher("AES/GCM/NoPadding");
    }

    private static Cipher cipher(String name) {
        try {
            return Cipher.getInstance(name);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no " + name, e);
        }
    }

    private static long keyBits(Args args) {
        long bits = args.number(0, 0);
        if (bits != 128 && bits != 192 && bits != 256) {
            throw new SampleError("key size must be 128, 192 or 256 (bits).");
        }
        return bits;
    }

    private static Converter gcm(Args args) {
        long bits = keyBits(args);
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

    private static Converter seal(Args args) {
        long bits = keyBits(args);
        TextOrVariable nonce = TextOrVariable.base64(args.string(1), "nonce");
        TextOrVariable key = TextOrVariable.base64(args.string(2), "key");
        Variable tag = Variable.parse(args.string(3));
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
            return encrypt(facts, in, nonceBytes, keySpec, tag);
        };
    }

    private static boolean encrypt(Facts facts, Sample in, byte[] nonce, SecretKeySpec key, Variable tag) {
        try {
            Cipher cipher = gcm(); // one that has encrypted refuses the same key and nonce
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
            byte[] sealed = cipher.doFinal(in.bytes, in.start, in.length());
            int length = sealed.length - TAG_BYTES;
            Sample other = facts.scratch.other;
            other.set(SampleType.BINARY, sealed, length, sealed.length);
            if (!Base64Text.encode(facts.scratch, other) || facts.scratch.room() < length) {
                return false;
            }
            facts.variables(tag.scope()).set(tag.name(), other);
            int at = facts.scratch.claim(length);
            System.arraycopy(sealed, 0, facts.scratch.bytes(), at, length);
            in.set(SampleType.BINARY, facts.scratch.bytes(), at, at + length);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Converter cbc(Args args, int mode) {
        long bits = keyBits(args);
        if (args.has(3)) {
            throw new SampleError("AES-CBC authenticates no additional data");
        }
        TextOrVariable nonce = TextOrVariable.base64(args.string(1), "nonce");
        TextOrVariable key = TextOrVariable.base64(args.string(2), "key");
        return (facts, in) -> {
            Sample other = facts.scratch.other;
            if (!nonce.value(facts, other) || other.length() != BLOCK_BYTES) {
                return false;
            }
            IvParameterSpec start = new IvParameterSpec(other.bytes, other.start, BLOCK_BYTES);
            if (!key.value(facts, other) || other.length() != bits / 8) {
                return false;
            }
            SecretKeySpec keySpec = new SecretKeySpec(other.bytes, other.start, other.length(), "AES");
            try {
                Cipher cipher = CBC.of(facts.loop);
                cipher.init(mode, keySpec, start);
                byte[] done = cipher.doFinal(in.bytes, in.start, in.length());
                if (facts.scratch.room() < done.length) {
                    return false;
                }
                int at = facts.scratch.claim(done.length);
                System.arraycopy(done, 0, facts.scratch.bytes(), at, done.length);
                in.set(SampleType.BINARY, facts.scratch.bytes(), at, at + done.length);
                return true;
            } catch (GeneralSecurityException wrongPadding) {
                return false;
            }
        };
    }

    private static byte[] copy(Sample value) {
        return Arrays.copyOfRange(value.bytes, value.start, value.end);
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
