// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP/2 to servers. Receives connections that speak it and requests; hands on the parts of the responses, many exchanges
 * to one connection. Runs on the loop of the connection.
 */
@NullMarked
package io.tandem.node.backend.http.h2;

import org.jspecify.annotations.NullMarked;
