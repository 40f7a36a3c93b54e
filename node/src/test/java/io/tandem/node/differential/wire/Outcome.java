// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What became of one conversation.
 *
 * @param answer what the client saw
 * @param received what the server was sent, connection by connection
 * @param log one entry a line: server, status, bytes, termination, retries, request
 */
record Outcome(String answer, List<String> received, List<String> log) {
    /** Status and termination code of each exchange. */
    String verdicts() {
        return log.stream()
                .map(line -> line.replaceFirst("^[^ ]+ ([^ ]+) [^ ]+ ([^ ]+) .*", "$1 $2"))
                .collect(Collectors.joining(", "));
    }
}
