// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Request;

/** {@code Expect: 100-continue} (RFC 9110 section 10.1.1) of a request whose body the proxy itself waits for. */
final class Expectation {
    /** What HAProxy counts for the interim response. */
    static final int COUNTED_SIZE = 40;

    private static final byte[] EXPECT = Ascii.bytes("expect");
    private static final byte[] CONTINUE = Ascii.bytes("100-continue");

    private Expectation() {}

    /** Takes the field out of the request, which is answered here; whether it was there. */
    static boolean takeFrom(Request request) {
        Headers headers = request.headers();
        int index = headers.find(EXPECT, 0);
        if (index < 0
                || headers.valueEnd(index) - headers.valueStart(index) != CONTINUE.length
                || !Ascii.equalsIgnoreCase(headers.bytes(), headers.valueStart(index), CONTINUE)) {
            return false;
        }
        headers.remove(index);
        return true;
    }
}
