// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Upgrade;
import io.tandem.node.rules.Facts;
import java.security.MessageDigest;
import java.util.Arrays;

/** The proof that a server has understood a WebSocket handshake (RFC 6455 section 4.2.2). */
final class WebSocketKey {
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
        return MessageDigest.isEqual(
                proof, Upgrade.answerTo(asked.bytes(), asked.valueStart(key), asked.valueEnd(key)));
    }
}
