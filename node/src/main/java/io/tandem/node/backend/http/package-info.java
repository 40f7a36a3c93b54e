// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Requests to servers and their responses, in each version of HTTP. Receives a connection of the pool and a request;
 * hands the parts of the response on to a {@link io.tandem.node.backend.http.ResponseListener}. Runs on the loop of the
 * connection.
 */
@NullMarked
package io.tandem.node.backend.http;

import org.jspecify.annotations.NullMarked;
