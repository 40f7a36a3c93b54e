// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

/**
 * Answers a request inside the proxy: {@code http-request use-service}, the statistics page. Called on the event loop
 * that owns the exchange; may allocate, must not block.
 */
@FunctionalInterface
public interface Service {
    /** The answer; the service also names itself in {@link Facts#service} for the logs. */
    Reply serve(Facts facts);
}
