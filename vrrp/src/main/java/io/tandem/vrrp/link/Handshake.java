// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.vrrp.packet.Hmac;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The opening of a liveness link: both sides prove that they know the cluster secret, and agree on keys that serve this
 * link only.
 *
 * <pre>
 * initiator: "TND2" | nonce 16 | u8 length, node name | u8 length, cluster name
 * responder: "TND2" | nonce 16 | u8 length, node name | proof 32
 * initiator: proof 32
 * </pre>
 *
 * <p>Each key is {@code HMAC(secret, purpose, cluster, both names, both nonces)}, each proof {@code HMAC(key, "proof")}. The
 * secret itself never travels, and a recorded opening proves nothing with other nonces. Pure.
 */
final class Handshake {
    static final int NONCE = 16;
    static final int PROOF = Hmac.BYTES;
    static final int MAX_BYTES = 4 + NONCE + 2 * 256 + PROOF;
    private static final byte[] MAGIC = "TND2".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PROOF_TEXT = "proof".getBytes(StandardCharsets.US_ASCII);

    private Handshake() {}

    /** The first message of either side. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Opening(byte[] nonce, String name, String cluster, int length) {}

    static byte[] initiate(byte[] nonce, String name, String cluster) {
        return join(MAGIC, nonce, text(name), text(cluster));
    }

    static byte[] respond(byte[] nonce, String name, Keys keys) {
        return join(MAGIC, nonce, text(name), keys.proof());
    }

    /**
     * Reads an opening.
     *
     * @param withCluster the initiator's has the cluster's name, the responder's a proof
     * @return null as long as bytes are missing
     * @throws IllegalArgumentException if it can become none
     */
    static @Nullable Opening parse(byte[] bytes, int length, boolean withCluster) {
        int prefix = Math.min(length, MAGIC.length);
        if (!Arrays.equals(bytes, 0, prefix, MAGIC, 0, prefix)) {
            throw new IllegalArgumentException("not a liveness link");
        }
        int at = MAGIC.length + NONCE;
        if (length <= at) {
            return null;
        }
        int nameLength = bytes[at] & 0xff;
        int next = at + 1 + nameLength;
        if (length < next) {
            return null;
        }
        byte[] nonce = Arrays.copyOfRange(bytes, MAGIC.length, at);
        String name = new String(bytes, at + 1, nameLength, StandardCharsets.UTF_8);
        if (!withCluster) {
            return length < next + PROOF ? null : new Opening(nonce, name, "", next);
        }
        if (length <= next) {
            return null;
        }
        int clusterLength = bytes[next] & 0xff;
        int end = next + 1 + clusterLength;
        return length < end
                ? null
                : new Opening(nonce, name, new String(bytes, next + 1, clusterLength, StandardCharsets.UTF_8), end);
    }

    /** What one direction of a link uses. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Keys(byte[] frameKey, byte[] heartbeatKey, byte[] proofKey) {
        byte[] proof() {
            return new Hmac(proofKey).of(PROOF_TEXT, 0, PROOF_TEXT.length).clone();
        }
    }

    /** Both directions, and the number that heartbeats name the link by. */
    record Session(Keys fromInitiator, Keys fromResponder, long id) {}

    static Session session(
            byte[] secret,
            String cluster,
            String initiator,
            byte[] initiatorNonce,
            String responder,
            byte[] responderNonce) {
        byte[][] context = {
            cluster.getBytes(StandardCharsets.UTF_8),
            initiator.getBytes(StandardCharsets.UTF_8),
            initiatorNonce,
            responder.getBytes(StandardCharsets.UTF_8),
            responderNonce
        };
        byte[] id = Hmac.derive(secret, "tandem link id", context);
        long number = 0;
        for (int i = 0; i < 8; i++) {
            number = (number << 8) | (id[i] & 0xff);
        }
        return new Session(keys(secret, "initiator", context), keys(secret, "responder", context), number);
    }

    private static Keys keys(byte[] secret, String side, byte[][] context) {
        return new Keys(
                Hmac.derive(secret, "tandem link frames " + side, context),
                Hmac.derive(secret, "tandem link heartbeat " + side, context),
                Hmac.derive(secret, "tandem link proof " + side, context));
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 255) {
            throw new IllegalArgumentException("a name of more than 255 bytes");
        }
        return join(new byte[] {(byte) bytes.length}, bytes);
    }

    private static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
