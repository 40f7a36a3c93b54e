// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Server;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Text;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code redir} on a server line: who only wants to read is sent to another place with the same path. */
final class ServerRedirect {
    private static final int STATUS = 302;
    private static final byte[] HEAD =
            Text.bytes("HTTP/1.1 302 Found\r\ncache-control: no-cache\r\ncontent-length: 0\r\nlocation: ");
    private static final byte[] TAIL = Text.bytes("\r\n\r\n");

    private ServerRedirect() {}

    /** Answers a client that was to use {@code server}; false where the server takes the request itself. */
    static boolean answers(Exchange exchange, Server server) {
        Reply elsewhere = of(server, exchange.facts);
        if (elsewhere == null) {
            return false;
        }
        exchange.facts.terminated(Termination.LOCAL, Termination.IN_CONNECT);
        ReplyWriter.answer(exchange, elsewhere);
        return true;
    }

    /** What a client is told that was to use {@code server}; null where the server takes the request itself. */
    private static @Nullable Reply of(Server server, Facts facts) {
        String prefix = server.description().redirect();
        Request request = facts.request;
        int path = request.pathStart();
        if (prefix == null
                || (request.method() != Method.GET && request.method() != Method.HEAD)
                || path >= request.uriEnd()
                || request.bytes()[path] != '/') {
            return null;
        }
        Output out = facts.scratch.output;
        out.clear();
        out.append(HEAD);
        out.append(prefix.getBytes(StandardCharsets.UTF_8));
        out.append(request.bytes(), path, request.uriEnd());
        out.append(TAIL);
        byte[] bytes = Arrays.copyOf(out.bytes(), out.length());
        return new Reply(STATUS, bytes, bytes.length, false);
    }
}
