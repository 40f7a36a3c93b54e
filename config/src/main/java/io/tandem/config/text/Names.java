// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

/** The names HAProxy gives to proxies, servers, tables and the like: {@code A-Z a-z 0-9 - _ . :}. */
public final class Names {
    private Names() {}

    /** The index of the first character that may not stand in a name, or -1 when all may. */
    public static int firstForbidden(String name) {
        for (int at = 0; at < name.length(); at++) {
            if (!permitted(name.charAt(at))) {
                return at;
            }
        }
        return -1;
    }

    private static boolean permitted(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.'
                || c == ':';
    }
}
