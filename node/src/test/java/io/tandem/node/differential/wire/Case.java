// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import java.util.List;

/**
 * One conversation: what a client sends, and what the server does about it.
 *
 * @param sends what the client sends, with a short pause between the pieces
 * @param halfCloses whether the client then says that this was all
 * @param steps what the server does with the first request, the second, ...; the last step goes for all that follow
 */
record Case(String name, Mode mode, List<String> sends, boolean halfCloses, List<Step> steps) {
    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    static final String HEAD = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
    static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    /** A request, as it is. */
    static Case sends(String name, String... pieces) {
        return new Case(name, Mode.KEEP_ALIVE, List.of(pieces), false, List.of(Step.says(OK)));
    }

    /** A request line; Host follows. */
    static Case line(String name, String line) {
        return sends(name, line + "\r\nHost: a\r\n\r\n");
    }

    /** A GET with Host and these fields. */
    static Case get(String name, String fields) {
        return sends(name, "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    }

    /** A POST with Host, these fields and this body. */
    static Case post(String name, String fields, String body) {
        return sends(name, "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body);
    }

    /** A chunked body and, on its heels, another request. */
    static Case chunked(String name, String body) {
        return post(name, CHUNKED, body);
    }

    /** What a server answers to a GET. */
    static Case reply(String name, String... pieces) {
        return sends(name, GET).answered(Step.says(pieces));
    }

    /** The same, and the server closes behind it. */
    static Case lastReply(String name, String... pieces) {
        return sends(name, GET).answered(Step.says(pieces).then(Step.Then.ENDS));
    }

    Case in(Mode mode) {
        return new Case(name, mode, sends, halfCloses, steps);
    }

    Case halfClosing() {
        return new Case(name, mode, sends, true, steps);
    }

    Case answered(Step... steps) {
        return new Case(name, mode, sends, halfCloses, List.of(steps));
    }

    Case named(String name) {
        return new Case(name, mode, sends, halfCloses, steps);
    }

    @Override
    public String toString() {
        return name;
    }
}
