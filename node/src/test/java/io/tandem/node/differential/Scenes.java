// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.differential.Theatre.Scene;
import io.tandem.node.differential.Theatre.Script;
import java.util.ArrayList;
import java.util.List;

/** A table of scenes, and the messages that are spoken in them. */
abstract class Scenes {
    static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    static final String CHUNKED_POST = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static final String TEN = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    static final String CHUNKS = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    static final String WEBSOCKET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    static final String HEAD_END = "\r\n\r\n";

    private final List<Scene> all = new ArrayList<>();

    /** Every scene, in the order of the table. */
    final List<Scene> all() {
        return all;
    }

    final void scene(String name, String frontend, String backend, Script script) {
        scene(name, frontend, backend, 1, script);
    }

    /** @param lines how many lines of the log there will be */
    final void scene(String name, String frontend, String backend, int lines, Script script) {
        all.add(new Scene(name.replace(' ', '-'), frontend, backend, lines, script));
    }
}
