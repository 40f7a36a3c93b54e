// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import org.jspecify.annotations.Nullable;

/** {@code jwt_verify}: the signature of a JSON Web Token in compact form (RFC 7515 section 7.1). Immutable. */
final class JwtVerification {
    private static final int RIGHT = 1;
    private static final int WRONG = 0;
    private static final int UNKNOWN_ALGORITHM = -1;
    private static final int UNMANAGED_ALGORITHM = -2;
    private static final int INVALID_TOKEN = -3;
    private static final int UNKNOWN_CERTIFICATE = -5;

    private final TextOrVariable algorithm;
    private final TextOrVariable key;

    private JwtVerification(TextOrVariable algorithm, TextOrVariable key) {
        this.algorithm = algorithm;
        this.key = key;
    }

    /** @throws SampleError if the algorithm is none that can be verified */
    static JwtVerification of(Args args) {
        TextOrVariable algorithm = TextOrVariable.of(args.string(0));
        TextOrVariable key = TextOrVariable.of(args.string(1));
        if (algorithm.isText()) {
            byte[] name = args.bytes(0);
            JwtAlgorithm known = JwtAlgorithm.named(name, 0, name.length);
            if (known == null) {
                throw new SampleError("unknown JWT algorithm: " + args.string(0));
            }
            if (known.family() == JwtAlgorithm.Family.PSS) {
                throw new SampleError("RSASSA-PSS JWS signing not managed yet");
            }
        }
        if (key.isText()) {
            JwtKeys.load(args.string(1), args.site().assembly());
        }
        return new JwtVerification(algorithm, key);
    }

    /** The dot that ends the part which begins at {@code from}, or {@code end}. */
    static int partEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != '.') {
            at++;
        }
        return at;
    }

    boolean convert(Facts facts, Sample in) {
        Sample other = facts.scratch.other;
        if (!algorithm.value(facts, other)) {
            return false;
        }
        JwtAlgorithm known = JwtAlgorithm.named(other.bytes, other.start, other.end);
        if (!key.value(facts, other)) {
            return false;
        }
        in.set(verify(facts, in, known, other));
        return true;
    }

    private static int verify(Facts facts, Sample token, @Nullable JwtAlgorithm algorithm, Sample key) {
        if (algorithm == null) {
            return UNKNOWN_ALGORITHM;
        }
        if (algorithm.family() == JwtAlgorithm.Family.PSS) {
            return UNMANAGED_ALGORITHM;
        }
        int header = partEnd(token.bytes, token.start, token.end);
        int payload = header < token.end ? partEnd(token.bytes, header + 1, token.end) : token.end;
        if (payload == token.end || partEnd(token.bytes, payload + 1, token.end) != token.end) {
            return INVALID_TOKEN;
        }
        byte[] bytes = token.bytes;
        int start = token.start;
        token.start = payload + 1;
        boolean signed = token.length() > 0;
        if (algorithm == JwtAlgorithm.NONE) {
            return signed ? WRONG : RIGHT;
        }
        if (!signed || !Base64Text.decodeForUrl(facts.scratch, token)) {
            return INVALID_TOKEN;
        }
        return algorithm.family() == JwtAlgorithm.Family.HMAC
                ? compare(facts, algorithm, key, bytes, start, payload, token)
                : verify(
                        algorithm,
                        JwtKeys.of(Text.string(key.bytes, key.start, key.end)),
                        bytes,
                        start,
                        payload,
                        token);
    }

    private static int compare(
            Facts facts, JwtAlgorithm algorithm, Sample key, byte[] bytes, int start, int end, Sample signature) {
        int length = algorithm.digest().length();
        if (facts.scratch.room() < length) {
            return WRONG;
        }
        int at = facts.scratch.claim(length);
        byte[] out = facts.scratch.bytes();
        Digests.of(facts.loop).hmac(algorithm.digest(), key.bytes, key.start, key.end, bytes, start, end, out, at);
        int difference = length ^ signature.length();
        for (int i = 0; i < Math.min(length, signature.length()); i++) {
            difference |= out[at + i] ^ signature.bytes[signature.start + i];
        }
        return difference == 0 ? RIGHT : WRONG;
    }

    private static int verify(
            JwtAlgorithm algorithm, @Nullable PublicKey key, byte[] bytes, int start, int end, Sample signature) {
        if (key == null) {
            return UNKNOWN_CERTIFICATE;
        }
        if (algorithm.signatureBytes() > 0
                && key instanceof ECPublicKey
                && signature.length() != algorithm.signatureBytes()) {
            return INVALID_TOKEN;
        }
        try {
            Signature verifier = Signature.getInstance(algorithm.signatureName());
            verifier.initVerify(key);
            verifier.update(bytes, start, end - start);
            return verifier.verify(signature.bytes, signature.start, signature.length()) ? RIGHT : WRONG;
        } catch (GeneralSecurityException e) {
            return WRONG; // the key is of another kind, or the signature of another length
        }
    }
}
