// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

/** The server of a scene as a web server: it answers each request on each connection with the same. */
final class StageServer {
    private static final String HEAD_END = "\r\n\r\n";

    private StageServer() {}

    /**
     * Begins to answer.
     *
     * @param ends whether it ends the connection behind an answer
     */
    static void answers(Theatre.Stage stage, String reply, boolean ends) {
        stage.everyServer(wire -> serve(wire.endless(), reply, ends));
    }

    private static void serve(Wire wire, String reply, boolean ends) {
        for (int heads = 1; wire.awaitTimes(HEAD_END, heads); heads++) {
            wire.send(reply);
            if (ends) {
                wire.close();
                return;
            }
        }
    }
}
