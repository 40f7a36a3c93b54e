// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** {@code name=value} pairs separated by {@code &} or {@code ;}, as in queries and forms. */
final class UrlParameters {
    private UrlParameters() {}

    /**
     * Puts the value of the next parameter behind {@link Sample#cursor} into {@code out}.
     *
     * @param name of the parameter; empty for any
     * @return whether there is one
     */
    static boolean next(byte[] bytes, int limit, byte[] name, Sample out) {
        int at = (int) out.cursor;
        while (at < limit) {
            int end = at;
            int equals = -1;
            while (end < limit && bytes[end] != '&' && bytes[end] != ';') {
                if (equals < 0 && bytes[end] == '=') {
                    equals = end;
                }
                end++;
            }
            if (equals >= 0 && (name.length == 0 || Text.equals(bytes, at, equals, name, false))) {
                out.set(SampleType.STRING, bytes, equals + 1, end);
                out.cursor = end + 1L;
                return true;
            }
            at = end + 1;
        }
        return false;
    }
}
