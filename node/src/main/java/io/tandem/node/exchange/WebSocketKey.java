// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.rules.Facts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** The proof that a server has understood a WebSocket handshake (RFC 6455 section 4.2.2). */
final class WebSocketKey {
    private static final byte[] MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11".getBytes(StandardCharsets.US_ASCII);

    private WebSocketKey() {}

    /** Whether the response answers the request's key; true where the request is no WebSocket handshake. */
    static boolean matches(Facts facts) {
        int key = facts.request.webSocketKeyIndex();
        if (key < 0) {
            return true;
        }
        int accept = facts.response.webSocketAcceptIndex();
        if (accept < 0) {
            return false;
        }
        Headers asked = facts.request.headers();
        Headers answered = facts.response.headers();
        byte[] proof = Arrays.copyOfRange(answered.bytes(), answered.valueStart(accept), answered.valueEnd(accept));
        return MessageDigest.isEqual(proof, answerTo(asked.bytes(), asked.valueStart(key), asked.valueEnd(key)));
    }

    private static byte[] answerTo(byte[] bytes, int start, int end) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(bytes, start, end - start);
            return Base64.getEncoder().encode(sha1.digest(MAGIC));
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java platform has SHA-1", absent);
        }
    }
}
