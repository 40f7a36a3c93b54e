// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.frontend.http.Method;
import io.tandem.node.rules.BodyBytes;
import io.tandem.node.rules.Facts;

/**
 * {@code url_param NAME check_post}: the parameter's value in the query, or else in the body of a POST, which the backend
 * waits for. Looks no further than to the first blank or control character: what follows is no list of parameters.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PostedParameter(byte[] name, HashKey query) implements HashKey {
    PostedParameter(byte[] name) {
        this(name, new HashKeys.Parameter(name));
    }

    @Override
    public long hash(Facts facts, HashType type) {
        long hash = query.hash(facts, type);
        BodyBytes body = facts.requestBody;
        if (hash != NONE || body == null || facts.request.method() != Method.POST) {
            return hash;
        }
        facts.scratch.reset();
        byte[] bytes = facts.scratch.bytes();
        int length = Math.min(body.length(), bytes.length);
        body.copy(bytes, 0, length);
        return HashKeys.Parameter.of(name, bytes, 0, length, type);
    }
}
