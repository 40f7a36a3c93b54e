// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.backend.Backend;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** {@code use_backend} rules and {@code default_backend}, compiled. */
@FunctionalInterface
public interface BackendChoice {
    /** The backend for this exchange, or null when no rule holds and there is no default. */
    @Nullable Backend choose(Facts facts);

    /** The name that {@code default_backend} gives, or the empty string. */
    default String defaultName() {
        return "";
    }
}
