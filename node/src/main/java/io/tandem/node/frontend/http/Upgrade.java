// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The protocol that a request offers to switch to, WebSocket above all (RFC 6455, RFC 8441). */
public final class Upgrade {
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");
    private static final byte[] MAGIC = Ascii.bytes("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");

    private Upgrade() {}

    /** Whether it is a WebSocket handshake, whatever rules made of it. */
    public static boolean isWebSocket(Request request) {
        int key = request.webSocketKeyIndex();
        if (key < 0 || !request.headers().isLive(key)) {
            return false;
        }
        Headers headers = request.headers();
        int field = headers.find(UPGRADE, 0);
        return field >= 0
                && FieldList.indexOf(headers.bytes(), headers.valueStart(field), headers.valueEnd(field), WEBSOCKET)
                        >= 0;
    }

    /**
     * Index of the field whose value a server in HTTP/2 is asked for by an extended CONNECT, or -1: protocols other than
     * WebSocket cross only where the client itself asked in HTTP/2, since RFC 8441 says how this one alone is translated.
     */
    public static int extendedConnect(Request request) {
        boolean crosses = request.isHttp2() ? request.offersUpgrade() : isWebSocket(request);
        return crosses ? request.headers().find(UPGRADE, 0) : -1;
    }

    /** What a server answers to the key in {@code bytes[start..end)} (RFC 6455 section 4.2.2). */
    public static byte[] answerTo(byte[] bytes, int start, int end) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(bytes, start, end - start);
            return Base64.getEncoder().encode(sha1.digest(MAGIC));
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java platform has SHA-1", absent);
        }
    }
}
