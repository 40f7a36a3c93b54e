// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import java.util.List;

/**
 * What the server does with one request.
 *
 * @param when what it waits for before it speaks
 * @param says what it says, piece by piece with a short pause between
 * @param then what becomes of the connection
 */
record Step(When when, List<String> says, Then then) {
    enum When {
        /** It speaks first. */
        CONNECT,
        /** Once the first byte has come. */
        BYTE,
        /** Once the head has come. */
        HEAD,
        /** Once the whole request has come, as far as the server can tell. */
        REQUEST
    }

    enum Then {
        STAYS,
        ENDS,
        RESETS,
        /** Says no more, whatever else comes. */
        HANGS
    }

    static Step says(String... pieces) {
        return new Step(When.REQUEST, List.of(pieces), Then.STAYS);
    }

    static Step nothing() {
        return says("");
    }

    Step at(When when) {
        return new Step(when, says, then);
    }

    Step then(Then then) {
        return new Step(when, says, then);
    }
}
