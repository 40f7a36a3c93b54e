// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import java.util.Map;

/** How a case becomes a part of the configuration, where a table says nothing else. */
final class Templates {
    static final String EXPRESSION = "expression";

    /** Stands for the port of a frontend of the case's own. */
    static final String OWN_PORT = "@PORT@";

    /**
     * The value as text to the server, whether there is one by an ACL; as bytes to the client, which shows the type (numbers
     * have eight bytes, addresses four or sixteen); by its type in the log.
     */
    static final Map<String, String> BUILT_IN = Map.of(
            EXPRESSION,
            """
            backend CASE
             http-request set-var(txn.value) EXPRESSION
             http-request set-header x-value "[%[QUOTED]]"
             http-request set-header x-found yes if { EXPRESSION -m found }
             http-response set-header x-bytes "[%[var(txn.value),hex]]"
             server s 127.0.0.1:SERVER_PORT
            """,
            "condition",
            """
            backend CASE
             http-request set-header x-holds yes if TEXT
             http-request set-var(txn.value) str(yes) if TEXT
             http-response set-header x-holds yes if { var(txn.value) -m found }
             server s 127.0.0.1:SERVER_PORT
            """,
            "rules",
            """
            backend CASE
             TEXT
             server s 127.0.0.1:SERVER_PORT
            """,
            "response",
            """
            backend CASE
             http-response set-var(txn.value) EXPRESSION
             http-response set-header x-value "[%[QUOTED]]"
             http-response set-header x-found yes if { EXPRESSION -m found }
             http-response set-header x-bytes "[%[var(txn.value),hex]]"
             server s 127.0.0.1:SERVER_PORT
            """);

    private Templates() {}

    /** The lines of a case. */
    static String lines(String template, Case one) {
        String quoted = one.text().replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$");
        return template.replace("CASE_PORT", OWN_PORT)
                .replace("CASE", one.name())
                .replace("EXPRESSION", '"' + quoted + '"')
                .replace("QUOTED", quoted)
                .replace("TEXT", one.text().replace("SELF", one.name()).replace("\n", "\n "));
    }
}
