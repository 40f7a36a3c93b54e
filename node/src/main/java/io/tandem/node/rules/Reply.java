// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

/**
 * A response that the proxy makes itself: an error page, a redirection, a statistics page.
 *
 * <p>Immutable, so that one made at load time serves every exchange.
 *
 * @param status for logs and counters, 100..599
 * @param bytes the whole response as HTTP/1.1: head and body; HAProxy's error files are exactly this
 * @param bodyStart where the body begins, so that HEAD gets the head alone
 * @param close whether the client connection ends with it
 */
@SuppressWarnings("ArrayRecordComponent") // identity is all that is ever compared
public record Reply(int status, byte[] bytes, int bodyStart, boolean close) {}
