// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP/2: frames, header compression and flow control. Receives bytes of a connection; hands requests and responses on as
 * messages, one stream to one exchange. Runs on the loop of the connection.
 */
@NullMarked
package io.tandem.node.frontend.http.h2;

import org.jspecify.annotations.NullMarked;
