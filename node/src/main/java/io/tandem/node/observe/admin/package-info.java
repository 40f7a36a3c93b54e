// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The admin socket (HAProxy management guide 9.3). Receives lines from operators, hands them to commands, writes the
 * answers. Runs on an event loop of its own, so that it answers while the proxy is saturated.
 */
@NullMarked
package io.tandem.node.observe.admin;

import org.jspecify.annotations.NullMarked;
