// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The load balancers of the lab. Receives hosts and configuration texts; hands on nodes that can be started, stopped and
 * harmed. Called by the lab's main thread.
 */
@NullMarked
package io.tandem.packaging.lab.node;

import org.jspecify.annotations.NullMarked;
