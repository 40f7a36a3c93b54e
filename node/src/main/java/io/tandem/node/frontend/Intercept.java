// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import org.jspecify.annotations.Nullable;

/**
 * Answers some requests of a proxy by itself, such as those for its statistics page: asked after the {@code http-request}
 * rules, before a backend is chosen. Called on the event loop that owns the exchange.
 */
@FunctionalInterface
public interface Intercept {
    Intercept NONE = facts -> null;

    /** Says that the body is to be there first, or a buffer full of it; then it is asked once more. */
    Reply BODY_FIRST = new Reply(0, new byte[0], 0, false);

    /** The answer, {@link #BODY_FIRST} once for a request, or null: the request goes on. */
    @Nullable Reply intercept(Facts facts);
}
