// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import io.tandem.node.testkit.Ports;
import java.util.HashMap;
import java.util.Map;

/** The ports of a table, the same for both proxies. */
final class TablePorts {
    private final Map<Integer, Integer> ofCases = new HashMap<>();
    private final int log;
    private final int server;
    private final int main = Ports.reserved();
    private final int tls = Ports.reserved();
    private final int spare = Ports.reserved();

    TablePorts(int log, int server) {
        this.log = log;
        this.server = server;
    }

    int log() {
        return log;
    }

    int server() {
        return server;
    }

    int main() {
        return main;
    }

    /** Where clients that speak TLS go. */
    int tls() {
        return tls;
    }

    /** For a frontend of the table's own. */
    int spare() {
        return spare;
    }

    /** That of the frontend a case has for itself. */
    int of(Case one) {
        return ofCases.computeIfAbsent(one.index(), index -> Ports.reserved());
    }

    /** Where the request of a case goes. */
    int target(Case one) {
        return ofCases.getOrDefault(one.index(), one.client().isTls() ? tls : main);
    }
}
