// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

/**
 * One comparison.
 *
 * @param index its number in the table, from 0
 * @param template how it becomes a part of the configuration
 * @param text what stands in the template: an expression, a condition, rules
 * @param requestName the name of {@code request}, for messages
 * @param client how the client sends it
 * @param request the bytes the client sends, one byte a character
 * @param response the bytes the server answers with
 */
record Case(
        int index, String template, String text, String requestName, Client client, String request, String response) {
    /** What stands for it in the configuration: a backend, or a frontend with its backend. */
    String name() {
        return "c" + index;
    }

    /** As the table's {@code @differs} lines name it. */
    String title() {
        return requestName.isEmpty() ? text : requestName + ": " + text;
    }

    @Override
    public String toString() {
        return title();
    }
}
