// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Connections carried unchanged ({@code mode tcp}, step 3). Receives accepted connections; hands on bytes between client and
 * server. Runs on the event loop of the client connection.
 */
@NullMarked
package io.tandem.node.frontend.tcp;

import org.jspecify.annotations.NullMarked;
