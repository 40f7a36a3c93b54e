// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.Locale;

/**
 * A variable's scope and name, as in {@code txn.host} (HAProxy manual 2.8).
 *
 * @param name interned, so that a look-up compares references
 */
public record Variable(Scope scope, String name) {
    /** How long a variable lives. */
    public enum Scope {
        PROC,
        SESS,
        TXN,
        REQ,
        RES,
        /** Of a health check; elsewhere there is none, and what is set there is lost. */
        CHECK
    }

    /**
     * Reads a name with its scope.
     *
     * @throws SampleError if it is no variable's
     */
    public static Variable parse(String text) {
        return parse(text, "");
    }

    /** @param tail what stood behind the name, which HAProxy repeats with a bad one */
    public static Variable parse(String text, String tail) {
        if (text.isEmpty()) {
            throw new SampleError("Empty variable name cannot be accepted");
        }
        int dot = text.indexOf('.');
        if (dot > 0 && dot + 1 < text.length()) {
            for (Scope scope : Scope.values()) {
                if (text.substring(0, dot).equals(scope.name().toLowerCase(Locale.ROOT))) {
                    return new Variable(
                            scope, checked(text.substring(dot + 1), tail).intern());
                }
            }
        }
        throw new SampleError("invalid variable name '" + text + "'. A variable name must be start by its scope. The"
                + " scope can be 'proc', 'sess', 'txn', 'req', 'res' or 'check'");
    }

    private static String checked(String name, String tail) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(Character.isLetterOrDigit(c) && c < 128) && c != '_' && c != '.') {
                throw new SampleError("invalid syntax at char '" + name.substring(i) + tail + "'");
            }
        }
        return name;
    }

    @Override
    public String toString() {
        return scope.name().toLowerCase(Locale.ROOT) + "." + name;
    }
}
