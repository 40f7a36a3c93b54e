// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Converters that hash (HAProxy manual 7.3.1). */
final class HashConverters {
    private static final Set<Long> SHA2_BITS = Set.of(224L, 256L, 384L, 512L);
    private static final Map<String, String> JAVA_NAMES = Map.of(
            "md5", "MD5",
            "sha1", "SHA-1",
            "sha224", "SHA-224",
            "sha256", "SHA-256",
            "sha384", "SHA-384",
            "sha512", "SHA-512",
            "sha3-256", "SHA3-256",
            "sha3-512", "SHA3-512");

    static final List<Keyword<ConverterKind>> ALL = List.of(
            integerHash("crc32", "CRC-32", Hashes::crc32),
            integerHash("crc32c", "CRC-32C", Hashes::crc32c),
            integerHash("sdbm", "the SDBM hash", Hashes::sdbm),
            integerHash("djb2", "the DJB2 hash", Hashes::djb2),
            integerHash("wt6", "the WT6 hash", Hashes::wt6),
            converter("sha1")
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("the SHA-1 digest")
                    .as(args -> digest("SHA-1")),
            converter("sha2")
                    .args(optionalInteger("bits"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("a SHA-2 digest, of 256 bits unless another length is asked for")
                    .as(args -> {
                        long bits = args.number(0, 256);
                        if (!SHA2_BITS.contains(bits)) {
                            throw new SampleError("Unsupported number of bits: '" + bits + "'");
                        }
                        return digest("SHA-" + bits);
                    }),
            converter("digest")
                    .args(string("algorithm"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("a digest by that algorithm")
                    .as(args -> digest(algorithm(args.string(0)))),
            converter("hmac")
                    .args(string("algorithm"), string("key"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("a keyed digest; the key is base64 or a variable that holds it")
                    .as(HashConverters::hmac));

    private HashConverters() {}

    @FunctionalInterface
    private interface Hash {
        long of(byte[] bytes, int start, int end);
    }

    private static Keyword<ConverterKind> integerHash(String name, String doc, Hash hash) {
        return converter(name)
                .args(optionalInteger("avalanche"))
                .accepts(SampleType.BINARY)
                .returns(SampleType.INTEGER)
                .doc(doc + "; spread by a second hash where the argument is 1")
                .as(args -> {
                    boolean avalanche = args.number(0, 0) != 0;
                    return (facts, in) -> {
                        long value = hash.of(in.bytes, in.start, in.end);
                        return InternalFetches.number(in, avalanche ? Hashes.avalanche(value) : value);
                    };
                });
    }

    private static String algorithm(String name) {
        String known = JAVA_NAMES.get(name.toLowerCase(Locale.ROOT));
        if (known == null) {
            throw new SampleError("algorithm must be a valid OpenSSL message digest name.");
        }
        return known;
    }

    private static Converter digest(String algorithm) {
        return (facts, in) -> {
            try {
                MessageDigest digest = MessageDigest.getInstance(algorithm);
                digest.update(in.bytes, in.start, in.length());
                return CodecConverters.put(facts, in, digest.digest(), SampleType.BINARY);
            } catch (NoSuchAlgorithmException e) {
                return false;
            }
        };
    }

    private static Converter hmac(Args args) {
        String algorithm = "Hmac" + algorithm(args.string(0)).replace("-", "");
        String key = args.string(1);
        Variable variable = key.matches("(proc|sess|txn|req|res)\\..+") ? Variable.parse(key) : null;
        byte[] constant = variable == null ? decode(key) : new byte[0];
        return (facts, in) -> {
            byte[] secret = constant;
            if (variable != null) {
                Sample other = facts.scratch.other;
                if (!facts.variables(variable.scope()).get(variable.name(), facts.scratch, other)
                        || !Casts.cast(SampleType.STRING, facts.scratch, other)) {
                    return false;
                }
                try {
                    secret = decode(Text.string(other.bytes, other.start, other.end));
                } catch (SampleError notBase64) {
                    return false;
                }
            }
            if (secret.length == 0) {
                return false;
            }
            try {
                Mac mac = Mac.getInstance(algorithm);
                mac.init(new SecretKeySpec(secret, algorithm));
                mac.update(in.bytes, in.start, in.length());
                return CodecConverters.put(facts, in, mac.doFinal(), SampleType.BINARY);
            } catch (NoSuchAlgorithmException | InvalidKeyException e) {
                return false;
            }
        };
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new SampleError("failed to parse key");
        }
    }
}
