// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.hash.XxHash;
import io.tandem.node.hash.Xxh3;
import io.tandem.node.language.Keyword;
import java.util.List;
import java.util.function.LongFunction;

/** Converters that hash (HAProxy manual 7.3.1). */
final class HashConverters {
    static final List<Keyword<ConverterKind>> ALL = List.of(
            integerHash("crc32", "CRC-32", Hashes::crc32),
            integerHash("crc32c", "CRC-32C", Hashes::crc32c),
            integerHash("sdbm", "the SDBM hash", Hashes::sdbm),
            integerHash("djb2", "the DJB2 hash", Hashes::djb2),
            integerHash("wt6", "the WT6 hash", Hashes::wt6),
            seeded(
                    "xxh32",
                    "the XXH32 hash",
                    seed -> (bytes, start, end) -> XxHash.xxh32(bytes, start, end, (int) seed)),
            seeded("xxh64", "the XXH64 hash", seed -> (bytes, start, end) -> XxHash.xxh64(bytes, start, end, seed)),
            seeded("xxh3", "the XXH3 hash of 64 bits", seed -> new Xxh3(seed)::of),
            converter("sha1")
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("the SHA-1 digest")
                    .as(args -> digest(Digests.Algorithm.SHA1)),
            converter("sha2")
                    .args(optionalInteger("bits"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("a SHA-2 digest, of 256 bits unless another length is asked for")
                    .as(args -> {
                        long bits = args.number(0, 256);
                        Digests.Algorithm algorithm = Digests.named("sha2-" + bits);
                        if (algorithm == null) {
                            throw new SampleError("Unsupported number of bits: '" + bits + "'");
                        }
                        return digest(algorithm);
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

    private static Keyword<ConverterKind> seeded(String name, String doc, LongFunction<Hash> hashOfSeed) {
        return converter(name)
                .args(optionalInteger("seed"))
                .accepts(SampleType.BINARY)
                .returns(SampleType.INTEGER)
                .doc(doc + ", from a seed of 0 unless another is given")
                .as(args -> {
                    Hash hash = hashOfSeed.apply(args.number(0, 0));
                    return (facts, in) -> InternalFetches.number(in, hash.of(in.bytes, in.start, in.end));
                });
    }

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

    private static Digests.Algorithm algorithm(String name) {
        Digests.Algorithm known = Digests.named(name);
        if (known == null) {
            throw new SampleError("algorithm must be a valid OpenSSL message digest name.");
        }
        return known;
    }

    private static Converter digest(Digests.Algorithm algorithm) {
        return (facts, in) -> {
            Scratch scratch = facts.scratch;
            if (scratch.room() < algorithm.length()) {
                return false;
            }
            int at = scratch.claim(algorithm.length());
            Digests.of(facts.loop).digest(algorithm, in.bytes, in.start, in.end, scratch.bytes(), at);
            in.set(SampleType.BINARY, scratch.bytes(), at, at + algorithm.length());
            return true;
        };
    }

    private static Converter hmac(Args args) {
        Digests.Algorithm algorithm = algorithm(args.string(0));
        TextOrVariable key = TextOrVariable.base64(args.string(1), "key");
        return (facts, in) -> {
            Scratch scratch = facts.scratch;
            Sample secret = scratch.other;
            if (!key.value(facts, secret) || scratch.room() < algorithm.length()) {
                return false;
            }
            int at = scratch.claim(algorithm.length());
            Digests.of(facts.loop)
                    .hmac(
                            algorithm,
                            secret.bytes,
                            secret.start,
                            secret.end,
                            in.bytes,
                            in.start,
                            in.end,
                            scratch.bytes(),
                            at);
            in.set(SampleType.BINARY, scratch.bytes(), at, at + algorithm.length());
            return true;
        };
    }
}
