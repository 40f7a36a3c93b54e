// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

/** Which idle connections a request may use ({@code http-reuse}). */
public enum Reuse {
    /** None: it gets a new one. */
    NONE,
    /** Those that a second request has used already. */
    PROVEN,
    ANY
}
