// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import java.nio.charset.StandardCharsets;

/** The request methods that mean something to a proxy (RFC 9110 section 9). */
public enum Method {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE,
    CONNECT,
    OPTIONS,
    TRACE,
    PATCH,
    /** Any other token. */
    OTHER;

    private static final Method[] KNOWN = {GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH};

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final byte[] token = name().getBytes(StandardCharsets.US_ASCII);

    /** The method spelled by those bytes; methods are case-sensitive. */
    public static Method of(byte[] bytes, int start, int end) {
        for (Method method : KNOWN) {
            if (method.is(bytes, start, end)) {
                return method;
            }
        }
        return OTHER;
    }

    private boolean is(byte[] bytes, int start, int end) {
        if (end - start != token.length) {
            return false;
        }
        for (int i = 0; i < token.length; i++) {
            if (bytes[start + i] != token[i]) {
                return false;
            }
        }
        return true;
    }
}
