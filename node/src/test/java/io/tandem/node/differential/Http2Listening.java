// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * A client in HTTP/2 that knows when it has its answer: when a stream of its own has ended it sends a ping, and what comes
 * before the answer to that is all. After a GOAWAY it waits for the end of the connection. Silence decides nothing but where
 * no answer is due.
 */
final class Http2Listening {
    private static final int SILENCE_MS = 1500;
    private static final String MARK = "tnd-mark";

    private final StringBuilder text = new StringBuilder();
    private int at;
    private boolean leaving;
    private boolean marked;
    private boolean over;

    String to(Socket client) throws IOException {
        byte[] buffer = new byte[65_536];
        try {
            client.setSoTimeout(SILENCE_MS);
            while (!over) {
                int count = client.getInputStream().read(buffer);
                if (count < 0) {
                    return text.append("<end>").toString();
                }
                text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                if (streamHasEnded() && !marked && !leaving) {
                    marked = true;
                    client.getOutputStream()
                            .write(Http2Text.frame(6, 0, 0, MARK).getBytes(StandardCharsets.ISO_8859_1));
                }
            }
            return text.toString();
        } catch (SocketTimeoutException quiet) {
            return text.toString();
        } catch (IOException reset) {
            return text.append("<end>").toString();
        }
    }

    /** Looks at the frames that are whole by now; whether one of them ended a stream. */
    private boolean streamHasEnded() {
        boolean ended = false;
        while (at + 9 <= text.length()) {
            int length = text.charAt(at) << 16 | text.charAt(at + 1) << 8 | text.charAt(at + 2);
            if (at + 9 + length > text.length()) {
                break;
            }
            int type = text.charAt(at + 3);
            boolean flagged = (text.charAt(at + 4) & 1) != 0;
            ended |= type == 3 || (type <= 1 && flagged);
            leaving |= type == 7;
            over |= type == 6
                    && flagged
                    && text.substring(at + 9, at + 9 + length).equals(MARK);
            at += 9 + length;
        }
        return ended;
    }
}
