// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.security.DigestException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Provider;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/**
 * Message digests by the names OpenSSL gives them, and keyed digests made of them (RFC 2104). One per event loop: the engines
 * are made on first use, computing allocates nothing.
 */
final class Digests {
    private static final LoopLocal<Digests> OF_LOOPS = new LoopLocal<>(loop -> new Digests());

    /** The digests there are; those the JDK does not have are Bouncy Castle's. */
    enum Algorithm {
        MD5("MD5", 16, 64, "md5", "ssl3-md5", "rsa-md5"),
        SHA1("SHA-1", 20, 64, "sha1", "sha-1", "ssl3-sha1", "rsa-sha1", "rsa-sha1-2"),
        SHA224("SHA-224", 28, 64, "sha224", "sha-224", "sha2-224", "rsa-sha224"),
        SHA256("SHA-256", 32, 64, "sha256", "sha-256", "sha2-256", "rsa-sha256"),
        SHA384("SHA-384", 48, 128, "sha384", "sha-384", "sha2-384", "rsa-sha384"),
        SHA512("SHA-512", 64, 128, "sha512", "sha-512", "sha2-512", "rsa-sha512"),
        SHA512_224("SHA-512/224", 28, 128, "sha512-224", "sha-512/224", "sha2-512/224", "rsa-sha512/224"),
        SHA512_256("SHA-512/256", 32, 128, "sha512-256", "sha-512/256", "sha2-512/256", "rsa-sha512/256"),
        SHA3_224("SHA3-224", 28, 144, "sha3-224", "rsa-sha3-224"),
        SHA3_256("SHA3-256", 32, 136, "sha3-256", "rsa-sha3-256"),
        SHA3_384("SHA3-384", 48, 104, "sha3-384", "rsa-sha3-384"),
        SHA3_512("SHA3-512", 64, 72, "sha3-512", "rsa-sha3-512"),
        RIPEMD160("RIPEMD160", 20, 64, "ripemd160", "rmd160", "ripemd", "ripemd-160", "rsa-ripemd160"),
        BLAKE2B512("BLAKE2B-512", 64, 128, "blake2b512", "blake2b-512"),
        BLAKE2S256("BLAKE2S-256", 32, 64, "blake2s256", "blake2s-256"),
        SM3("SM3", 32, 64, "sm3", "rsa-sm3");

        private final String javaName;
        private final int length;
        private final int blockBytes;

        @SuppressWarnings("ImmutableEnumChecker") // List.of
        private final List<String> names;

        Algorithm(String javaName, int length, int blockBytes, String... names) {
            this.javaName = javaName;
            this.length = length;
            this.blockBytes = blockBytes;
            this.names = List.of(names);
        }

        /** How many bytes a digest has. */
        int length() {
            return length;
        }

        private boolean isInTheJdk() {
            return switch (this) {
                case RIPEMD160, BLAKE2B512, BLAKE2S256, SM3 -> false;
                default -> true;
            };
        }
    }

    private static final Map<String, Algorithm> BY_NAME = new HashMap<>();

    static {
        for (Algorithm algorithm : Algorithm.values()) {
            algorithm.names.forEach(name -> BY_NAME.put(name, algorithm));
        }
    }

    private static final class Extra {
        static final Provider PROVIDER = new BouncyCastleProvider(); // off the start-up path

        private Extra() {}
    }

    private final Map<Algorithm, MessageDigest> engines = new EnumMap<>(Algorithm.class);
    private final byte[] pad = new byte[144];
    private final byte[] inner = new byte[64];

    private Digests() {}

    /** That of a loop; called on its thread. */
    static Digests of(Loop loop) {
        return OF_LOOPS.of(loop);
    }

    /** The algorithm of a name, in any case; null where there is none. */
    static @Nullable Algorithm named(String name) {
        return BY_NAME.get(name.toLowerCase(Locale.ROOT));
    }

    private MessageDigest engine(Algorithm algorithm) {
        MessageDigest engine = engines.get(algorithm);
        if (engine == null) {
            try {
                engine = algorithm.isInTheJdk()
                        ? MessageDigest.getInstance(algorithm.javaName)
                        : MessageDigest.getInstance(algorithm.javaName, Extra.PROVIDER);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("no digest " + algorithm, e);
            }
            engines.put(algorithm, engine);
        }
        return Objects.requireNonNull(engine);
    }

    /** Writes the digest of {@code bytes[start..end)} to {@code out} at {@code at}. */
    void digest(Algorithm algorithm, byte[] bytes, int start, int end, byte[] out, int at) {
        MessageDigest engine = engine(algorithm);
        engine.update(bytes, start, end - start);
        finish(engine, algorithm, out, at);
    }

    private static void finish(MessageDigest engine, Algorithm algorithm, byte[] out, int at) {
        try {
            engine.digest(out, at, algorithm.length);
        } catch (DigestException e) {
            throw new IllegalStateException(algorithm + " at " + at + " of " + out.length, e);
        }
    }

    /** Writes the digest of {@code bytes[start..end)} keyed with {@code key[keyStart..keyEnd)} to {@code out} at {@code at}. */
    void hmac(
            Algorithm algorithm,
            byte[] key,
            int keyStart,
            int keyEnd,
            byte[] bytes,
            int start,
            int end,
            byte[] out,
            int at) {
        int keyLength = keyEnd - keyStart;
        MessageDigest engine = engine(algorithm);
        Arrays.fill(pad, (byte) 0);
        if (keyLength > algorithm.blockBytes) {
            digest(algorithm, key, keyStart, keyEnd, pad, 0);
        } else {
            System.arraycopy(key, keyStart, pad, 0, keyLength);
        }
        turn(algorithm, 0x36);
        engine.update(pad, 0, algorithm.blockBytes);
        engine.update(bytes, start, end - start);
        finish(engine, algorithm, inner, 0);
        turn(algorithm, 0x36 ^ 0x5C);
        engine.update(pad, 0, algorithm.blockBytes);
        engine.update(inner, 0, algorithm.length);
        finish(engine, algorithm, out, at);
        Arrays.fill(pad, (byte) 0);
    }

    private void turn(Algorithm algorithm, int with) {
        for (int i = 0; i < algorithm.blockBytes; i++) {
            pad[i] ^= (byte) with;
        }
    }
}
